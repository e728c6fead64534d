import { ERRORS, isErrorCode, PROBLEMS, type Profile, type Server, VAULT_PROBLEMS } from '@local-mcp/contract'
import type { Principal } from '@local-mcp/core'
import { AppError, type Clock, messageOf } from '@local-mcp/kernel'
import { z } from 'zod'
import type { SendOptions, Transport, TransportEvents } from '../upstream/transport.ts'
import { isFrame, readFrame } from '../wire/frame.ts'

const CAUSES = { ...PROBLEMS, ...VAULT_PROBLEMS }

/** What the built-in server tells about, as the caller may see it. */
export interface BuiltinFacts {
  profiles(viewer: Principal): Promise<Pick<Profile, 'name' | 'slug' | 'description' | 'endpoint' | 'isDefault'>[]>
  servers(viewer: Principal): Promise<Pick<Server, 'name' | 'slug' | 'type' | 'status'>[]>
}

interface BuiltinTool {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly input: z.ZodType
  run(input: never, viewer: Principal): Promise<object>
}

const tool = <Input>(
  definition: Omit<BuiltinTool, 'input' | 'run'> & { input: z.ZodType<Input>; run: (input: Input, viewer: Principal) => Promise<object> },
): BuiltinTool => definition as BuiltinTool

function createTools(facts: BuiltinFacts, clock: Clock): readonly BuiltinTool[] {
  return [
    tool({
      name: 'list_profiles',
      title: 'List profiles',
      description: 'Lists the profiles of this gateway. A profile is a named set of MCP servers behind one URL.',
      input: z.strictObject({}),
      run: async (_, viewer) => ({ profiles: await facts.profiles(viewer) }),
    }),
    tool({
      name: 'list_servers',
      title: 'List servers and their state',
      description: 'Lists the MCP servers that are registered in this gateway, whether each is connected, and if not, why and what to do.',
      input: z.strictObject({}),
      run: async (_, viewer) => ({
        servers: (await facts.servers(viewer)).map(({ name, slug, type, status }) => ({
          name,
          slug,
          type,
          state: status.state,
          tools: status.toolCount,
          problem: status.problem && { code: status.problem.code, message: status.problem.message, next: status.problem.next },
        })),
      }),
    }),
    tool({
      name: 'explain_error',
      title: 'Explain an error code',
      description: 'Explains an error code of this gateway, such as SERVER_UNAVAILABLE or COMMAND_NOT_FOUND, and says what to do about it.',
      input: z.strictObject({
        code: z.string().min(1).max(100).describe('The code, for example COMMAND_NOT_FOUND, or a JSON-RPC number such as -32081'),
      }),
      run: async ({ code }) => explain(code.trim().toUpperCase()),
    }),
    tool({
      name: 'current_time',
      title: 'Say the time',
      description: 'Says the present time of this computer, in UTC and in a time zone.',
      input: z.strictObject({
        timeZone: z.string().max(64).optional().describe("IANA name such as Europe/Prague; the computer's own zone if absent"),
      }),
      run: async ({ timeZone }) => {
        const now = new Date(clock.now())
        const zone = timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone
        return { utc: now.toISOString(), timeZone: zone, local: formatIn(now, zone) }
      },
    }),
  ]
}

function explain(code: string): object {
  const byNumber = Object.entries(ERRORS).find(([, spec]) => String(spec.rpc) === code)?.[0]
  const name = byNumber ?? code
  if (isErrorCode(name)) {
    const { title, next, status, rpc } = ERRORS[name]
    return { code: name, meaning: title, next, httpStatus: status, jsonRpcCode: rpc }
  }
  if (Object.hasOwn(CAUSES, name)) {
    const { title, next } = CAUSES[name as keyof typeof CAUSES]
    return { code: name, meaning: title, next }
  }
  throw new AppError(
    'VALIDATION_ERROR',
    `There is no error code "${code}". Known codes: ${[...Object.keys(ERRORS), ...Object.keys(CAUSES)].join(', ')}`,
  )
}

function formatIn(date: Date, timeZone: string): string {
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone, dateStyle: 'full', timeStyle: 'long' }).format(date)
  } catch {
    throw new AppError('VALIDATION_ERROR', `There is no time zone "${timeZone}". Use an IANA name such as Europe/Prague.`)
  }
}

interface Request {
  readonly id?: string | number
  readonly method: string
  readonly params?: { readonly name?: string; readonly arguments?: unknown; readonly protocolVersion?: string }
}

class RpcError extends Error {
  readonly code: number
  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

/**
 * The server that every installation has: a complete MCP server that happens to live in the gateway's own process.
 * The gateway talks to it like to any other, handshake included.
 */
export function createBuiltinTransport(facts: BuiltinFacts, clock: Clock, version: string): Transport {
  const tools = createTools(facts, clock)
  let events: TransportEvents | null = null

  async function handle({ method, params }: Request, viewer: Principal | null): Promise<object> {
    switch (method) {
      case 'initialize':
        return {
          protocolVersion: params?.protocolVersion,
          capabilities: { tools: {} },
          serverInfo: { name: 'local-mcp-gateway-builtin', title: 'Gateway', version },
        }
      case 'ping':
        return {}
      case 'tools/list':
        return {
          tools: tools.map(({ name, title, description, input }) => ({
            name,
            title,
            description,
            inputSchema: z.toJSONSchema(input),
            annotations: { readOnlyHint: true, openWorldHint: false },
          })),
        }
      case 'tools/call': {
        const wanted = tools.find(({ name }) => name === params?.name)
        if (!wanted || !viewer) throw new RpcError(-32602, `Unknown tool: ${params?.name}`)
        return callTool(wanted, params?.arguments ?? {}, viewer)
      }
      default:
        throw new RpcError(-32601, `Method not found: ${method}`)
    }
  }

  return {
    pid: null,
    async start(into) {
      events = into
    },
    send(bytes, { principal }: SendOptions) {
      const request = JSON.parse(bytes.toString('utf8')) as Request
      if (request.id === undefined) return
      const { id } = request
      handle(request, principal).then(
        (result) => reply({ jsonrpc: '2.0', id, result }),
        (error: unknown) =>
          reply({ jsonrpc: '2.0', id, error: { code: error instanceof RpcError ? error.code : -32603, message: messageOf(error) } }),
      )
    },
    ready() {},
    abandon() {},
    evidence: () => [],
    async close() {
      events = null
    },
  }

  function reply(message: object): void {
    const frame = readFrame(Buffer.from(JSON.stringify(message)))
    if (isFrame(frame)) events?.message(frame, null)
  }
}

async function callTool(wanted: BuiltinTool, input: unknown, viewer: Principal): Promise<object> {
  const parsed = wanted.input.safeParse(input)
  const failure = (text: string) => ({ content: [{ type: 'text', text }], isError: true })
  if (!parsed.success) return failure(z.prettifyError(parsed.error))
  try {
    const result = await wanted.run(parsed.data as never, viewer)
    return { content: [{ type: 'text', text: JSON.stringify(result, null, 2) }], structuredContent: result }
  } catch (error) {
    if (error instanceof AppError) return failure(error.message)
    throw error
  }
}
