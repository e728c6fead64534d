import { createContext, use } from 'react'
import type { Connection, Queries } from '../connect.ts'

export interface ApiContext {
  readonly connection: Connection
  readonly queries: Queries
}

const Context = createContext<ApiContext | null>(null)
export const ApiProvider = Context

/** The connection and the query options of every operation. */
export function useApi(): ApiContext {
  const value = use(Context)
  if (value === null) throw new Error('useApi needs an ApiProvider above it')
  return value
}
