// The echo server over stdio: echo-stdio.mjs [tools]
import { createInterface } from 'node:readline'
import { createEcho } from './echo.mjs'

const echo = createEcho(Number(process.argv[2] ?? 10))
createInterface({ input: process.stdin })
  .on('line', (line) => {
    const answer = echo(JSON.parse(line))
    if (!answer) return
    process.stdout.cork()
    process.stdout.write(answer)
    process.stdout.write('\n')
    process.stdout.uncork()
  })
  .on('close', () => process.exit(0))
