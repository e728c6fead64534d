import { type FormEvent, type RefObject, useEffect, useMemo, useState } from 'react'
import { readError } from '../connect.ts'
import { fieldErrors } from './field-errors.ts'

const NONE: Readonly<Record<string, string>> = {}

/**
 * Errors of a refused save by field. The first field that was refused gets the focus and what was typed stays.
 * An error goes as soon as its field is changed: pass `onInput` to the form.
 */
export function useFormErrors(error: unknown, form: RefObject<HTMLFormElement | null>) {
  const all = useMemo(() => (error ? fieldErrors(readError(error).fields) : NONE), [error])
  const [corrected, setCorrected] = useState<{ of: object; names: readonly string[] }>({ of: all, names: [] })

  useEffect(() => {
    if (all !== NONE) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }, [all, form])

  const names = corrected.of === all ? corrected.names : []
  const errors = useMemo(() => Object.fromEntries(Object.entries(all).filter(([path]) => !names.includes(path))), [all, names])
  const onInput = (event: FormEvent) => {
    const { name } = event.target as HTMLInputElement
    if (name && name in errors) setCorrected({ of: all, names: [...names, name] })
  }
  return { errors, onInput }
}
