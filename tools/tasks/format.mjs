import { bin, run } from '../run.mjs'

process.exit((await run(bin.biome, ['check', '--write', '.'])).code)
