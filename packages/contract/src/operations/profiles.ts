import { z } from 'zod'
import { ref, version } from '../nouns/common.ts'
import { link, profile, profileDescription, profileName, removedLink, toolNaming } from '../nouns/profile.ts'
import { profileTools as effectiveTools, profilePrompt, promptFormat } from '../nouns/profile-tool.ts'
import { operation } from './base.ts'
import { profileTools } from './tools.ts'

const slug = z.string().describe('3 to 50 characters: lower-case letters, digits, dashes; starts with a letter')

export const profiles = {
  list: operation('profiles.read')
    .route({ method: 'GET', path: '/profiles', tags: ['profiles'] })
    .output(z.array(profile)),
  get: operation('profiles.read')
    .route({ method: 'GET', path: '/profiles/{profile}', tags: ['profiles'] })
    .input(z.strictObject({ profile: ref }))
    .output(profile),
  create: operation('profiles.create')
    .route({ method: 'POST', path: '/profiles', successStatus: 201, tags: ['profiles'] })
    .input(
      z.strictObject({
        name: profileName,
        slug: slug.optional(),
        description: profileDescription.nullish(),
        toolNaming: toolNaming.optional(),
      }),
    )
    .output(profile),
  update: operation('profiles.update')
    .route({ method: 'PUT', path: '/profiles/{profile}', tags: ['profiles'] })
    .input(
      z.strictObject({
        profile: ref,
        name: profileName.optional(),
        description: profileDescription.nullish(),
        toolNaming: toolNaming.optional(),
        version: version.optional(),
      }),
    )
    .output(profile),
  delete: operation('profiles.delete')
    .route({ method: 'DELETE', path: '/profiles/{profile}', successStatus: 204, tags: ['profiles'] })
    .input(z.strictObject({ profile: ref }))
    .output(z.void()),
  links: operation('profiles.read')
    .route({ method: 'GET', path: '/profiles/{profile}/servers', tags: ['profiles'] })
    .input(z.strictObject({ profile: ref }))
    .output(z.array(link)),
  addServer: operation('profiles.update')
    .route({ method: 'POST', path: '/profiles/{profile}/servers', successStatus: 201, tags: ['profiles'] })
    .input(z.strictObject({ profile: ref, server: ref, restore: removedLink.optional().describe('What a removal answered with') }))
    .output(profile),
  removeServer: operation('profiles.update')
    .route({ method: 'DELETE', path: '/profiles/{profile}/servers/{server}', tags: ['profiles'] })
    .input(z.strictObject({ profile: ref, server: ref }))
    .output(profile.extend({ removed: removedLink.describe('To be sent with the server to put all of it back') })),
  setServerActive: operation('profiles.update')
    .route({ method: 'PUT', path: '/profiles/{profile}/servers/{server}', tags: ['profiles'] })
    .input(z.strictObject({ profile: ref, server: ref, isActive: z.boolean() }))
    .output(profile),
  /** Chooses who calls to the server are made as. */
  setAccount: operation('profiles.update')
    .route({ method: 'PUT', path: '/profiles/{profile}/servers/{server}/account', tags: ['profiles'] })
    .input(
      z.strictObject({
        profile: ref,
        server: ref,
        account: ref.nullable().describe('Id or name; null: the default account of the server'),
      }),
    )
    .output(link),
  reorderServers: operation('profiles.update')
    .route({ method: 'PUT', path: '/profiles/{profile}/servers', tags: ['profiles'] })
    .input(z.strictObject({ profile: ref, serverIds: z.array(z.uuid()).max(1000) }))
    .output(profile),
  /** Every tool of its servers, as its clients see it or why they do not. */
  effectiveTools: operation('profiles.read')
    .route({ method: 'GET', path: '/profiles/{profile}/tools', tags: ['profiles'] })
    .input(z.strictObject({ profile: ref }))
    .output(effectiveTools),
  /** A text that tells a model which tools it has through this profile. */
  prompt: operation('profiles.read')
    .route({ method: 'GET', path: '/profiles/{profile}/prompt', tags: ['profiles'] })
    .input(z.strictObject({ profile: ref, format: promptFormat.default('recommended') }))
    .output(profilePrompt),
  ...profileTools,
}
