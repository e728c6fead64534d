import { toJson } from './json-edit.ts'

const HEAD = Buffer.from('{"jsonrpc":"2.0","id":')
const RESULT = Buffer.from(',"result":')
const ERROR = Buffer.from(',"error":')
const END = Buffer.from('}')
const NO_ID = Buffer.from('null')
const INTERNAL_ERROR = -32603

/** A JSON-RPC error. @param id the request's id as the client wrote it; null where it is not known */
export function rpcError(id: Buffer | null, code: number | null, message: string, data?: object): Buffer {
  return errorMessage(id, toJson({ code: code ?? INTERNAL_ERROR, message, ...(data ? { data } : {}) }))
}

/** @param error JSON text */
export const errorMessage = (id: Buffer | null, error: Buffer): Buffer => Buffer.concat([HEAD, id ?? NO_ID, ERROR, error, END])

/** A JSON-RPC result. @param result JSON text */
export const rpcResult = (id: Buffer, result: Buffer): Buffer => Buffer.concat([HEAD, id, RESULT, result, END])

/** A request. @param params JSON text */
export const rpcRequest = (id: Buffer, method: string, params: Buffer | null): Buffer =>
  Buffer.concat([HEAD, id, Buffer.from(`,"method":${JSON.stringify(method)}`), ...withParams(params), END])

/** A notification. @param params JSON text */
export const rpcNotification = (method: string, params: Buffer | null = null): Buffer =>
  Buffer.concat([Buffer.from(`{"jsonrpc":"2.0","method":${JSON.stringify(method)}`), ...withParams(params), END])

const withParams = (params: Buffer | null): Buffer[] => (params ? [Buffer.from(',"params":'), params] : [])
