const DIALECTS: Readonly<Record<string, () => Promise<new (options: object) => Validator>>> = {
  'https://json-schema.org/draft/2020-12/schema': async () => (await import('ajv/dist/2020.js')).Ajv2020,
  'https://json-schema.org/draft/2019-09/schema': async () => (await import('ajv/dist/2019.js')).Ajv2019,
  'http://json-schema.org/draft-07/schema': async () => (await import('ajv')).Ajv,
}
const DEFAULT_DIALECT = 'https://json-schema.org/draft/2020-12/schema'

interface Validator {
  compile(schema: object): unknown
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
const strings = (value: unknown): string[] => (Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [])

/**
 * Why a schema cannot describe the arguments of a tool; null where it can. References to other documents are refused,
 * because nobody would fetch them.
 */
export async function schemaProblem(schema: unknown): Promise<string | null> {
  if (!isObject(schema)) return 'Must be a JSON object'
  if (schema.type !== 'object') return 'The arguments of a tool are an object: "type" must be "object"'
  const dialect = schema.$schema === undefined ? DEFAULT_DIALECT : String(schema.$schema).replace(/#$/, '')
  const load = Object.hasOwn(DIALECTS, dialect) ? DIALECTS[dialect] : undefined
  if (!load) return `"$schema" names a dialect that is not known: ${dialect.slice(0, 200)}`
  try {
    // Schemas of the wild have keywords and formats of their own; only what the dialect forbids is an error.
    ;new (await load())({ strict: false, validateFormats: false, logger: false, allErrors: false }).compile(schema)
    return null
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).slice(0, 500)
  }
}

/** Fields that the server requires and that a client which goes by `custom` would not send. */
export function droppedFields(original: unknown, custom: unknown): string[] {
  if (!isObject(original) || !isObject(custom)) return []
  const offered = isObject(custom.properties) ? custom.properties : {}
  const known = isObject(original.properties) ? original.properties : {}
  const required = new Set(strings(custom.required))
  return strings(original.required).filter(
    (field) => !required.has(field) || (Object.hasOwn(known, field) && !Object.hasOwn(offered, field)),
  )
}
