import type { ApiFieldError } from './api-error.ts'

/** Fields that were left empty. They are told without asking the gateway, in words that fit the form. */
export class MissingFields extends Error {
  readonly fields: readonly ApiFieldError[]

  constructor(fields: readonly ApiFieldError[]) {
    super('')
    this.fields = fields
  }
}

/** Whether something is missing, given what was typed and what to say for each field; null when all is there. */
export function missingFields(fields: readonly { path: string; value: string; message: string }[]): MissingFields | null {
  const empty = fields.filter(({ value }) => value.trim() === '')
  return empty.length === 0 ? null : new MissingFields(empty.map(({ path, message }) => ({ path: path.split('.'), message })))
}
