import { fileURLToPath } from 'node:url'

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Entry files of real servers from npm. */
export const realServer = {
  everything: file('../../../node_modules/@modelcontextprotocol/server-everything/dist/index.js'),
  filesystem: file('../../../node_modules/@modelcontextprotocol/server-filesystem/dist/index.js'),
  memory: file('../../../node_modules/@modelcontextprotocol/server-memory/dist/index.js'),
}

/** A stdio server of our own whose behaviour its arguments choose; see the head of the file. */
export const badServer = file('../servers/bad-server.mjs')

/** A server of our own that speaks every era and has what the conformance suite asks for; see the head of the file. */
export const referenceServer = file('../servers/reference-server.mjs')

/** What the referee runs to judge how the gateway speaks to servers; see the head of the file. */
export const conformanceClient = file('../servers/conformance-client.mjs')

/** A server of our own that many clients call for long; see the head of the file. */
export const soakServer = file('../servers/soak-server.mjs')

/** A stdio server that lists what a file says; see the head of the file. */
export const fileServer = file('../servers/file-server.mjs')
/** Starts a program as package runners do, two processes below itself; see the head of the file. */
export const wrapper = file('../servers/wrapper.mjs')
