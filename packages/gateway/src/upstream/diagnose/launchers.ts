import type { ProblemCode } from '@local-mcp/contract'

/** Programs that start others, by the code that says how to get them. Where they lie and what is in them changes with each of their updates. */
const LAUNCHERS: Readonly<Record<string, ProblemCode>> = {
  node: 'NODE_MISSING',
  npm: 'NODE_MISSING',
  npx: 'NODE_MISSING',
  corepack: 'NODE_MISSING',
  uv: 'UV_MISSING',
  uvx: 'UV_MISSING',
  python: 'PYTHON_MISSING',
  python3: 'PYTHON_MISSING',
  pip: 'PYTHON_MISSING',
  pipx: 'PYTHON_MISSING',
  docker: 'DOCKER_MISSING',
}

const OTHERS = new Set(['bun', 'bunx', 'deno', 'pnpm', 'pnpx', 'yarn', 'podman', 'java', 'dotnet', 'ruby', 'go', 'cargo'])

/** Last part of a path without the ending that Windows gives to programs, in lower case. */
function programName(command: string): string {
  const last = command.split(/[\\/]/).at(-1) ?? ''
  return last.replace(/\.(?:exe|cmd|bat|com|ps1)$/i, '').toLowerCase()
}

/** How to say that a command is not there. */
export function launcherMissing(command: string): ProblemCode {
  return LAUNCHERS[programName(command)] ?? 'COMMAND_NOT_FOUND'
}

/** Whether it is a program that fetches or interprets what is then run, and is itself updated all the time. */
export function isLauncher(command: string): boolean {
  const name = programName(command)
  return name in LAUNCHERS || OTHERS.has(name) || /^(?:python|node|ruby)\d[\d.]*$/.test(name)
}
