// Starts a program as package runners do: Node starts a shell, which starts the program.
//   wrapper.mjs <program> [arguments]
import { spawn } from 'node:child_process'

const child = spawn('/bin/sh', ['-c', '"$@"; exit $?', 'sh', ...process.argv.slice(2)], { stdio: 'inherit' })
child.on('exit', (code) => process.exit(code ?? 1))
