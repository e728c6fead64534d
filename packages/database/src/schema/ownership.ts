import type { TeamId } from '@local-mcp/kernel'
import { text } from 'drizzle-orm/sqlite-core'
import { nocase } from './columns.ts'
import { teams, users } from './identity.ts'

/** Who a row belongs to. */
export const ownership = () => ({
  teamId: text('team_id')
    .$type<TeamId>()
    .references(() => teams.id, { onDelete: 'restrict' }),
  ownerEmail: nocase('owner_email').references(() => users.email, { onUpdate: 'cascade', onDelete: 'cascade' }),
  visibility: text('visibility', { enum: ['private', 'team', 'public'] })
    .notNull()
    .default('private'),
})
