// The tools by the name that the suite knows; UP_PREFIX is put in front only where they are listed.
import { PREFIX } from './protocol.mjs'

export const TOOLS = {}
/** `extra` goes into the definition; what is in its `$` stays with us: `task` and `before`. */
export const tool = (name, description, inputSchema, run, extra = {}) => {
  TOOLS[name] = { def: { name: PREFIX + name, description, inputSchema, ...extra }, run, ...extra.$ }
  delete TOOLS[name].def.$
}
