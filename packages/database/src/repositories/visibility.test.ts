import { newId, type TeamId, type UserId } from '@local-mcp/kernel'
import { expect, test } from 'vitest'
import { aProfile, aServer, createOwner, OWNER, openGuarded, optionsFor, owner, TEAM, tempStore, viewer } from '../testing/temp-store.ts'

const mate = viewer(newId<'user'>(), 'mate@example.com')
const former = viewer(newId<'user'>(), 'former@example.com')
const stranger = viewer(newId<'user'>(), 'stranger@example.com')

/** Accounts beside the local owner, put there by hand: no repository makes them yet. */
function addPeople(path: string): void {
  const db = openGuarded(path)
  const user = db.prepare('INSERT INTO email_users (id, email) VALUES (?, ?)')
  const member = db.prepare('INSERT INTO email_team_members (id, team_id, user_id, joined_at, is_active) VALUES (?, ?, ?, 0, ?)')
  for (const person of [mate, former, stranger]) user.run(person.userId as UserId, person.email)
  member.run(newId(), TEAM.id as TeamId, mate.userId, 1)
  member.run(newId(), TEAM.id as TeamId, former.userId, 0)
  db.close()
}

const mine = { ownerEmail: OWNER.email, teamId: TEAM.id }
const rows = {
  private: { ...mine, visibility: 'private' },
  team: { ...mine, visibility: 'team' },
  public: { ...mine, visibility: 'public' },
  orphan: { ownerEmail: null, teamId: null, visibility: 'private' },
  teamless: { ownerEmail: mate.email, teamId: null, visibility: 'private' },
  theirs: { ownerEmail: mate.email, teamId: TEAM.id, visibility: 'private' },
} as const

const sees: [who: string, person: typeof owner, names: (keyof typeof rows)[]][] = [
  ['the local owner', owner, ['orphan', 'private', 'public', 'team', 'teamless']],
  [
    'a token of the owner',
    { ...owner, token: { id: newId<'token'>(), name: 't', profileIds: [], serverIds: null, expiresAt: null } },
    ['orphan', 'private', 'public', 'team', 'teamless'],
  ],
  ['the owner by an e-mail in other case', { ...owner, email: 'OWNER@localhost' }, ['orphan', 'private', 'public', 'team', 'teamless']],
  ['a member of the team', mate, ['public', 'team', 'teamless', 'theirs']],
  ['a former member', former, ['public']],
  ['a stranger', stranger, ['public']],
]

test.each(sees)('%s sees the same rows in lists and gets', async (_who, person, names) => {
  const options = optionsFor()
  const store = await tempStore(options)
  await store.transaction(createOwner)
  addPeople(options.path)
  await store.transaction(async (tx) => {
    for (const [name, row] of Object.entries(rows)) {
      await tx.profiles.insert(aProfile({ ...row, name, slug: `p-${name}` }))
      await tx.servers.insert(aServer({ ...row, name, slug: `s-${name}` }))
    }
  })
  expect((await store.read.profiles.list(person)).map((row) => row.name)).toEqual(names)
  expect((await store.read.servers.list(person)).map((row) => row.name)).toEqual(names)
  for (const name of Object.keys(rows) as (keyof typeof rows)[]) {
    const found = [await store.read.profiles.get(person, `p-${name}`), await store.read.servers.get(person, `s-${name}`)]
    expect([name, ...found.map((row) => row !== null)]).toEqual([name, names.includes(name), names.includes(name)])
  }
})
