/** Names of what a token is limited to. @param all what is said where it is not @param gone where one does not exist any more */
export function namesOf(
  ids: readonly string[] | null,
  nouns: readonly { readonly id: string; readonly name: string }[] | undefined,
  all: string,
  gone: string,
): string {
  return ids === null ? all : ids.map((id) => nouns?.find((noun) => noun.id === id)?.name ?? gone).join(', ')
}
