import { pathToFileURL } from 'node:url'
import { serverEntry } from '../build-state.mjs'
import { ensureBuilt } from '../ensure-built.mjs'

await ensureBuilt()
process.stderr.write('• The desktop window is not part of this version yet: open the link below in your browser.\n')
process.argv = [process.execPath, serverEntry, 'serve', ...process.argv.slice(2)]
await import(pathToFileURL(serverEntry).href)
