import type { OfficialClient } from '../official-clients.ts'

/** One column of the grid. */
export interface GridColumn {
  readonly client: 'old' | 'new'
  readonly server: 'legacy' | 'modern'
  readonly carrier: 'stdio' | 'Streamable HTTP'
}

/** What a row has to work with. */
export interface GridBench {
  readonly column: GridColumn
  /** Connected, and has listed the tools. */
  readonly client: OfficialClient
  /** The endpoint, for clients that say exactly what they are told to. */
  readonly url: string
  readonly token: string
}

/** One capability. */
export interface GridRow {
  readonly capability: string
  /** Proves it through the gateway. @throws where it does not work */
  readonly prove: (bench: GridBench) => Promise<void>
  /** Why there is nothing to prove in a column; absent: there always is. */
  readonly impossible?: (column: GridColumn) => string | null
  /** Proves what happens where it is impossible. */
  readonly instead?: (bench: GridBench) => Promise<void>
}
