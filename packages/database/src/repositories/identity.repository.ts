import type { IdentityReader, IdentityWriter } from '@local-mcp/core'
import { newId } from '@local-mcp/kernel'
import { and, eq } from 'drizzle-orm'
import { intact } from '../integrity/row-checksum.ts'
import { teamMembers, teams, users } from '../schema/index.ts'
import { damagedRow, soundRow } from './damaged-rows.ts'
import type { Db } from './query.ts'

export function createIdentityReader(db: Db): IdentityReader {
  return {
    async localOwner() {
      const row = db
        .select({
          id: users.id,
          email: users.email,
          isLocalOwner: users.isLocalOwner,
          personalTeamId: teams.id,
          intact: intact(users),
          teamIntact: intact(teams),
        })
        .from(users)
        .innerJoin(teams, and(eq(teams.createdBy, users.id), eq(teams.isPersonal, true)))
        .where(eq(users.isLocalOwner, true))
        .get()
      if (!row) return null
      if (!row.teamIntact) throw damagedRow('email_teams', row.personalTeamId)
      const { teamIntact: _known, ...user } = row
      return soundRow('email_users', user)
    },
  }
}

export function createIdentityWriter(db: Db): IdentityWriter {
  return {
    ...createIdentityReader(db),
    async createLocalOwner(user, team, now) {
      const dates = { createdAt: now, updatedAt: now }
      const email = user.email.toLowerCase()
      db.insert(users)
        .values({ ...user, ...dates, email, isAdmin: true, isLocalOwner: true })
        .run()
      db.insert(teams)
        .values({ ...team, ...dates, createdBy: user.id, isPersonal: true })
        .run()
      db.insert(teamMembers).values({ id: newId<'member'>(), teamId: team.id, userId: user.id, role: 'owner', joinedAt: now }).run()
      return { id: user.id, email, isLocalOwner: true, personalTeamId: team.id }
    },
  }
}
