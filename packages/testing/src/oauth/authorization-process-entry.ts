import { startFakeAuthorization } from './fake-authorization.ts'

const { origin, mcpUrl } = await startFakeAuthorization(JSON.parse(process.argv[2] ?? '{}'))
process.stdout.write(`${JSON.stringify({ origin, mcpUrl })}\n`)
// Its pipe ends with whoever started it, however that ends.
process.stdin.on('end', () => process.exit(0)).resume()
