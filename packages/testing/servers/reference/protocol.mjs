// The knobs and the words that every part of the reference server uses.
export const MODERN = ['2026-07-28']
export const LEGACY = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05']
export const NS = 'io.modelcontextprotocol/'
export const TASKS = `${NS}tasks`
export const ERA = process.env.UP_ERA ?? 'both'
export const PAGE = Number(process.env.UP_PAGE ?? 0)
export const PREFIX = process.env.UP_PREFIX ?? ''
export const EXTRA = Number(process.env.UP_EXTRA ?? 0)
export const GRID = process.env.UP_GRID === '1'
export const INFO = { name: 'test-upstream', version: '1.0.0', title: 'Test upstream' }
export const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
export const WAV = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA='
export const sleep = (ms) => new Promise((r) => setTimeout(r, ms))
export class RpcError extends Error {
  constructor(code, message, data, http = 200) {
    super(message)
    this.code = code
    this.data = data
    this.http = http
  }
}
export const text = (t, extra = {}) => ({ content: [{ type: 'text', text: t }], ...extra })
export const obj = (properties = {}, required) => ({ type: 'object', properties, ...(required ? { required } : {}) })
export const str = (description) => ({ type: 'string', ...(description ? { description } : {}) })
