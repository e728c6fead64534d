import type { IncomingMessage, ServerResponse } from 'node:http'
import { contract, MAX_BODY_BYTES } from '@local-mcp/contract'
import type { Context } from '@local-mcp/core'
import { AppError, type Logger } from '@local-mcp/kernel'
import { OpenAPIGenerator } from '@orpc/openapi'
import { OpenAPIHandler } from '@orpc/openapi/node'
import { ORPCError } from '@orpc/server'
import { BodyLimitPlugin } from '@orpc/server/node'
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4'
import { type ErrorData, toOrpcError, toProblem } from './errors.ts'
import { type AppRouter, guardOperation, type OperationContext } from './router.ts'

/** Operations with an address of their own are served over REST; the others are the owner's. */
const hasAddress = ({ contract: procedure }: { contract: { '~orpc': { route: { path?: string } } } }) =>
  procedure['~orpc'].route.path !== undefined

/** In seconds. */
const BUSY_RETRY_S = '5'

/** The token was valid when the request came. */
const INVALID_TOKEN = 'Bearer realm="local-mcp-gateway", error="invalid_token"'

const PROBLEM_SCHEMA = {
  type: 'object',
  description: 'RFC 9457 problem',
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string' },
    detail: { type: 'string' },
    next: { type: 'string', description: 'The one next step' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        properties: { path: { type: 'array', items: { type: ['string', 'integer'] } }, message: { type: 'string' } },
      },
    },
  },
  required: ['type', 'title', 'status', 'code', 'detail', 'next', 'errors'],
} as const

/** The contract as REST below /api, and its description. */
export function createRest(router: AppRouter, version: string, logger: Logger) {
  const handler = new OpenAPIHandler<OperationContext>(router, {
    filter: hasAddress,
    // A DELETE has no body: what it says beside its address is in the query.
    // Another program has the database for a while: whoever asks again at once makes it no better.
    rootInterceptors: [
      async ({ next, ...options }) => {
        const { request } = options
        const { searchParams } = request.url
        const query = Object.fromEntries(searchParams)
        const asked = request.method === 'DELETE' && searchParams.size > 0
        const result = await next(asked ? { ...options, request: { ...request, body: async () => query } } : options)
        const { code } = (result.response?.body ?? {}) as { code?: unknown }
        if (result.matched && (code === 'DB_BUSY' || code === 'NOT_READY')) result.response.headers['retry-after'] = BUSY_RETRY_S
        if (result.matched && code === 'UNAUTHORIZED') result.response.headers['www-authenticate'] = INVALID_TOKEN
        return result
      },
    ],
    // What fails in an operation has its form already; the rest is a body that cannot be read.
    interceptors: [
      async ({ next }) => {
        try {
          return await next()
        } catch (error) {
          const unreadable = new AppError('VALIDATION_ERROR', 'The body cannot be read', {
            next: 'Send JSON, with the header "Content-Type: application/json".',
          })
          throw toOrpcError(error instanceof ORPCError ? error : unreadable, logger)
        }
      },
    ],
    clientInterceptors: [guardOperation(logger) as never],
    customErrorResponseBodyEncoder: (error) => toProblem(error.code, error.message, (error.data ?? { next: '' }) as ErrorData),
    plugins: [new BodyLimitPlugin({ maxBodySize: MAX_BODY_BYTES })],
  })
  let description: Promise<string> | null = null

  return {
    /** @returns whether there is such an operation; if not, nothing was answered */
    async handle(req: IncomingMessage, res: ServerResponse, context: Context, isWelcome: () => boolean): Promise<boolean> {
      const { matched } = await handler.handle(req, res, { prefix: '/api', context: { context, isWelcome } })
      return matched
    },

    /** The OpenAPI 3.1 document, as JSON. */
    openapi(): Promise<string> {
      description ??= new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] })
        .generate(contract, {
          info: { title: 'Local MCP Gateway', version, description: 'Every request needs a token: Authorization: Bearer <token>.' },
          servers: [{ url: '/api' }],
          security: [{ bearer: [] }],
          components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } }, schemas: { Problem: PROBLEM_SCHEMA as never } },
          filter: hasAddress,
        })
        .then((document) => JSON.stringify(document))
      return description
    },
  }
}

export type Rest = ReturnType<typeof createRest>
