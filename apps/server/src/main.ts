import { runCli } from './cli/program.ts'

const code = await runCli(process.argv.slice(2), process.env)
// What was printed must be out first; then end, whatever a server still holds open.
process.stdout.write('', () => process.exit(code))
