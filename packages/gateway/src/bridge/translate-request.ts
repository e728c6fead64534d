import type { Client } from '../protocol/client.ts'
import { ENVELOPE, META, NEWEST_MODERN } from '../protocol/revisions.ts'
import type { Frame } from '../wire/frame.ts'
import { editObject, toJson } from '../wire/json-edit.ts'

/** What a modern client sends with the repetition of a request whose first answer asked for more. */
export interface Inputs {
  /** Keyed as they were asked for; JSON text of an object. */
  readonly responses: Buffer
  /** JSON text; null where the server gave none. */
  readonly state: Buffer | null
}

/** Before a client says what log messages it wants, it gets those from here on. */
const DEFAULT_LOG_LEVEL = 'info'

/** What a modern server has to know with every request. @param progressToken ours; null where no progress is wanted */
function envelopeOf(client: Client, progressToken: number | null): Record<string, Buffer> {
  // The tasks of the legacy revisions are another thing than the extension of the modern ones.
  const { tasks: _, ...capabilities } = client.capabilities
  return {
    [META.version]: toJson(NEWEST_MODERN),
    [META.capabilities]: toJson(capabilities),
    ...(typeof client.info.name === 'string' ? { [META.clientInfo]: toJson(client.info) } : {}),
    [META.logLevel]: toJson(client.logLevel ?? DEFAULT_LOG_LEVEL),
    ...(progressToken === null ? {} : { progressToken: toJson(progressToken) }),
  }
}

/** The params of a legacy client's request as a modern server wants them. */
export function toModernParams(frame: Frame, client: Client, progressToken: number | null, inputs: Inputs | null): Buffer {
  const { bytes, params, paramsSpan } = frame
  return editObject(bytes, paramsSpan, {
    drop: (key) => key === 'task',
    set: {
      _meta: editObject(bytes, params.meta, { set: envelopeOf(client, progressToken) }),
      ...(inputs ? { inputResponses: inputs.responses } : {}),
      ...(inputs?.state ? { requestState: inputs.state } : {}),
    },
  })
}

/** The params of a modern client's request as a legacy server wants them. */
export function toLegacyParams(frame: Frame, progressToken: number | null): Buffer {
  const { bytes, params, paramsSpan } = frame
  const meta = editObject(bytes, params.meta, {
    drop: (key) => ENVELOPE.has(key),
    ...(progressToken === null ? {} : { set: { progressToken: toJson(progressToken) } }),
  })
  const dropped = new Set(['inputResponses', 'requestState', ...(meta.length > 2 ? [] : ['_meta'])])
  return editObject(bytes, paramsSpan, { drop: (key) => dropped.has(key), ...(meta.length > 2 ? { set: { _meta: meta } } : {}) })
}
