// The global is in Node and in every browser; naming only what is used keeps both type libraries out of this room.
declare const crypto: { randomUUID(): string }

declare const brand: unique symbol

/** A string that stands for one kind of thing and cannot be passed where another kind is meant. */
export type Id<Kind extends string> = string & { readonly [brand]: Kind }

export type ProfileId = Id<'profile'>
export type ServerId = Id<'server'>
export type AccountId = Id<'account'>
export type RegistrationId = Id<'registration'>
export type KeyId = Id<'key'>
export type LinkId = Id<'link'>
export type SourceId = Id<'source'>
export type TokenId = Id<'token'>
export type SecretId = Id<'secret'>
export type UserId = Id<'user'>
export type TeamId = Id<'team'>

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** A new random id: UUIDv4, 36 characters, lower case. */
export function newId<Kind extends string>(): Id<Kind> {
  return crypto.randomUUID() as Id<Kind>
}

/** Whether the text has the form of an id (it may still name nothing). */
export function isId(text: string): boolean {
  return UUID.test(text)
}
