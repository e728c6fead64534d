// After `npm install` changed the lock file: adds the entries of other platforms that npm left out.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { addMissing } from '../lock-file.mjs'
import { root } from '../node-runtime.mjs'

const path = join(root, 'package-lock.json')
const lock = JSON.parse(readFileSync(path, 'utf8'))
const unknown = addMissing(lock)
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`)
if (unknown.length > 0) process.stderr.write(`Not understood: ${unknown.join(', ')}\n`)
