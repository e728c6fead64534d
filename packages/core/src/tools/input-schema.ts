import { isObject } from '@local-mcp/kernel'

const DIALECTS: Readonly<Record<string, () => Promise<new (options: object) => Validator>>> = {
  'https://json-schema.org/draft/2020-12/schema': async () => (await import('ajv/dist/2020.js')).Ajv2020,
  'https://json-schema.org/draft/2019-09/schema': async () => (await import('ajv/dist/2019.js')).Ajv2019,
  'http://json-schema.org/draft-07/schema': async () => (await import('ajv')).Ajv,
}
const DEFAULT_DIALECT = 'https://json-schema.org/draft/2020-12/schema'

interface Validator {
  compile(schema: object): unknown
  validateSchema(schema: object): unknown
  readonly errors?: readonly { readonly instancePath: string; readonly message?: string | undefined }[] | null | undefined
}

/** What is wrong, and where in the JSON. */
export interface SchemaProblem {
  readonly path: readonly string[]
  readonly message: string
}

const strings = (value: unknown): string[] => (Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [])

const at = (message: string, ...path: string[]): SchemaProblem => ({ path, message })
const pathOf = (pointer: string) =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))

/**
 * Why a schema cannot describe the arguments of a tool; null where it can. References to other documents are refused,
 * because nobody would fetch them.
 */
export async function schemaProblem(schema: unknown): Promise<SchemaProblem | null> {
  if (!isObject(schema)) return at('Must be a JSON object')
  if (schema.type !== 'object') return at('The arguments of a tool are an object: "type" must be "object"', 'type')
  const dialect = schema.$schema === undefined ? DEFAULT_DIALECT : String(schema.$schema).replace(/#$/, '')
  const load = Object.hasOwn(DIALECTS, dialect) ? DIALECTS[dialect] : undefined
  if (!load) return at(`"$schema" names a dialect that is not known: ${dialect.slice(0, 200)}`, '$schema')
  try {
    // Schemas of the wild have keywords and formats of their own; only what the dialect forbids is an error.
    const validator = new (await load())({ strict: false, validateFormats: false, logger: false, allErrors: false })
    if (validator.validateSchema(schema) === false) {
      // Of the ways in which it fits nowhere, the one that came furthest says where.
      const [worst] = (validator.errors ?? []).toSorted((a, b) => b.instancePath.length - a.instancePath.length)
      const path = pathOf(worst?.instancePath ?? '')
      return at(`${path.join('.') || 'The schema'} ${worst?.message ?? 'is not valid'}`.slice(0, 500), ...path)
    }
    validator.compile(schema)
    return null
  } catch (error) {
    return at((error instanceof Error ? error.message : String(error)).slice(0, 500))
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
