import type { ApiFieldError } from './api-error.ts'

/** Refused fields by their place in the input, joined with dots: `config.env.TOKEN`. The first message of a field counts. */
export function fieldErrors(fields: readonly ApiFieldError[]): Record<string, string> {
  const errors: Record<string, string> = {}
  for (const { path, message } of fields) errors[path.join('.')] ??= message
  return errors
}

/** The refused fields that none of the form's fields stands for: they must be shown beside the form or they are lost. */
export function strayErrors(errors: Readonly<Record<string, string>>, known: readonly string[]): string[] {
  return Object.entries(errors)
    .filter(([path]) => !known.includes(path))
    .map(([path, message]) => (path === '' ? message : `${path}: ${message}`))
}
