import { useEffect, useState } from 'react'
import { readError } from '../connect.ts'

/** One thing that can be changed in a form. */
export interface EditField<Values> {
  readonly label: string
  /** The value as it is read. Two that read alike are alike. */
  readonly show: (values: Values) => string
  /** `into` with this of `from`. */
  readonly take: (into: Values, from: Values) => Values
}

/** What somebody else changed while the form was open. */
export interface Change {
  readonly label: string
  readonly mine: string
  readonly theirs: string
  /** Whether it was changed in this form too. */
  readonly touched: boolean
}

interface Options<Row, Values> {
  /** The row as it is now: events keep it so. */
  readonly live: Row
  /** What is another one after each change of it. */
  readonly stampOf: (row: Row) => number
  readonly valuesOf: (row: Row) => Values
  readonly fields: readonly EditField<Values>[]
  readonly values: Values
  readonly onChange: (values: Values) => void
  readonly save: { readonly error: unknown; readonly reset: () => void }
  /** Reads the row again: a refusal may come before the event that tells of the change. */
  readonly refresh: () => void
}

export interface StaleEdit {
  /** The stamp of the row that the form began with, or was last brought up to: it goes along with a save. */
  readonly stamp: number
  /** Whether something was typed that is not saved. */
  readonly isDirty: boolean
  readonly changes: readonly Change[]
  /** A save was refused for it. */
  readonly refused: boolean
  /** Why the save failed, unless that was it. */
  readonly error: unknown
  /** Takes over theirs where it was chosen, keeps what was typed elsewhere, and goes on from the row as it is now. */
  readonly resolve: (takeTheirs: (label: string) => boolean) => void
}

/** What of a form was changed meanwhile elsewhere, field by field, so that neither side is lost. */
export function useStaleEdit<Row, Values>(options: Options<Row, Values>): StaleEdit {
  const { live, stampOf, valuesOf, fields, values, onChange, save, refresh } = options
  const [base, setBase] = useState(live)
  const isFresh = stampOf(live) === stampOf(base)
  const refused = save.error !== null && save.error !== undefined && readError(save.error).code === 'CONFLICT'
  const was = valuesOf(base)
  const theirs = valuesOf(live)
  const changes = isFresh ? [] : changesOf(fields, was, values, theirs)
  const isElsewhere = !isFresh && changes.length === 0

  // What changed is not in this form, or was changed to the same: nobody has to be asked.
  useEffect(() => {
    if (isElsewhere) setBase(live)
  }, [isElsewhere, live])
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each refusal
  useEffect(() => {
    if (refused) refresh()
  }, [refused])

  return {
    stamp: stampOf(base),
    isDirty: fields.some((field) => field.show(values) !== field.show(was)),
    changes,
    refused,
    error: refused ? null : save.error,
    resolve: (takeTheirs) => {
      const chosen = fields.filter(({ label }) => changes.some((change) => change.label === label) && takeTheirs(label))
      onChange(chosen.reduce((into, field) => field.take(into, theirs), values))
      setBase(live)
      save.reset()
    },
  }
}

/** What `theirs` has otherwise than `was`, and than `mine` by now. */
export function changesOf<Values>(fields: readonly EditField<Values>[], was: Values, mine: Values, theirs: Values): Change[] {
  return fields
    .map(({ label, show }) => ({ label, was: show(was), mine: show(mine), theirs: show(theirs) }))
    .filter((field) => field.theirs !== field.was && field.theirs !== field.mine)
    .map((field) => ({ label: field.label, mine: field.mine, theirs: field.theirs, touched: field.mine !== field.was }))
}
