import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isAlive, pidsOf, tempDir, waitFor } from '@local-mcp/testing'
import { describe, expect, test } from 'vitest'
import { askLoginShell } from './login-shell.ts'

const bash = '/bin/bash'
const PATH = '/usr/bin:/bin'

/** Asks bash whose home has this `.bash_profile`. */
async function withProfile(profile: string, limit?: number) {
  await using home = await tempDir()
  await writeFile(join(home.path, '.bash_profile'), profile.replaceAll('HOME_DIR', home.path))
  const answer = await askLoginShell(bash, { PATH, HOME: home.path }, limit)
  const left = await readFile(join(home.path, 'seen'), 'utf8').catch(() => '')
  return { answer, left }
}

describe('the PATH of the login shell', () => {
  test('is what its files make of it, whatever they print', async () => {
    const noise =
      'echo hello; echo "__lmg_fake__/evil__lmg_fake__"; echo oops >&2; printf "no line end"; export PATH="/opt/of my own/bin:/bin"'
    expect((await withProfile(noise)).answer).toEqual({ shell: bash, path: '/opt/of my own/bin:/bin' })
  })

  test('is taken although a file ends with an error, or the shell does', async () => {
    expect((await withProfile('export PATH=/first:/bin; false\nno-such-command\n')).answer).toMatchObject({ path: '/first:/bin' })
    expect((await withProfile('trap "exit 1" EXIT; export PATH=/trapped')).answer).toMatchObject({ path: '/trapped' })
  })

  test('files can tell that nobody sits there, and nothing else of the gateway is handed on', async () => {
    const { answer, left } = await withProfile('env > HOME_DIR/seen')
    expect(answer).toHaveProperty('path')
    expect(left).toContain('LMG_RESOLVING_ENVIRONMENT=1')
    expect(left).toContain('TERM=dumb')
  })

  test.each([
    ['hangs', 'sleep 987650', /no answer within 700 ms/],
    ['ends it', 'exit 1', /ended with 1/],
    ['becomes another program', 'exec sleep 987651', /no answer within 700 ms/],
    ['becomes another shell', 'exec /bin/sh', /ended with 0/],
    ['talks without end', 'yes', /printed too much|no answer/],
    ['unsets it', 'unset PATH', /empty PATH/],
  ])('a file that %s is a failure that says so', async (_, profile, failure) => {
    const { answer } = await withProfile(profile, 700)
    expect(answer).toMatchObject({ shell: bash, failure: expect.stringMatching(failure) })
  })

  test('nothing of it stays', async () => {
    await withProfile('sleep 987652 & sleep 987652', 700)
    await waitFor('its programs to end', () => !pidsOf('987652').some(isAlive))
  })

  test('a shell that does not exist is a failure', async () => {
    expect(await askLoginShell('/no/such/shell', { PATH })).toMatchObject({ failure: expect.stringMatching(/could not be started/) })
  })
})

/** The other shells are not on every machine: a program of their name shows how they are started. */
test.each([
  ['fish', '-i\n-l\n-c\nprintf'],
  ['zsh', '-i\n-l\n-c\nprintf'],
  ['tcsh', '-ic\nprintf'],
  ['pwsh', '-Login\n-Command\n[Console]'],
])('%s is started as at a login', async (name, args) => {
  await using dir = await tempDir()
  const shell = join(dir.path, name)
  // It writes its arguments down, and answers what a real one would.
  await writeFile(
    shell,
    `#!/bin/sh\nprintf '%s\\n' "$@" > ${dir.path}/args\nmark=$(printf '%s' "$*" | grep -o '__lmg_[0-9a-f]*__' | head -1)\nprintf '%s' "$mark/from/$0$mark"\n`,
    { mode: 0o755 },
  )
  expect(await askLoginShell(shell, { PATH })).toEqual({ shell, path: `/from/${shell}` })
  expect(await readFile(join(dir.path, 'args'), 'utf8')).toContain(args)
})
