import type { GridColumn, GridRow } from './grid.types.ts'

export const GRID_COLUMNS: readonly GridColumn[] = (['old', 'new'] as const).flatMap((client) =>
  (['legacy', 'modern'] as const).flatMap((server) =>
    (['stdio', 'Streamable HTTP'] as const).map((carrier) => ({ client, server, carrier })),
  ),
)

const heading = ({ client, server, carrier }: GridColumn) => `${client} → ${server}, ${carrier === 'stdio' ? 'stdio' : 'HTTP'}`

/** The grid as the page shows it. @param proven whether the cell's test passed */
export function gridPage(rows: readonly GridRow[], proven: (row: GridRow, column: GridColumn) => boolean): string {
  const reasons: string[] = []
  const mark = (row: GridRow, column: GridColumn): string => {
    const reason = row.impossible?.(column)
    const passed = proven(row, column)
    if (!reason) return passed ? 'yes' : 'NO'
    if (!reasons.includes(reason)) reasons.push(reason)
    return passed ? `– (${reasons.indexOf(reason) + 1})` : 'NO'
  }
  const table = [
    ['Capability', ...GRID_COLUMNS.map(heading)],
    ['---', ...GRID_COLUMNS.map(() => '---')],
    ...rows.map((row) => [row.capability, ...GRID_COLUMNS.map((column) => mark(row, column))]),
  ]
  return [
    '# Eras',
    '',
    'What reaches whom through the gateway: the official clients of both eras (old: `@modelcontextprotocol/sdk`, up to 2025-11-25; new: `@modelcontextprotocol/client`, 2026-07-28) and servers that speak one era only (`packages/testing/servers/reference-server.mjs`), over stdio and over Streamable HTTP. Every cell is a test; what is impossible is tested for what happens instead. Written by `apps/server/src/era-grid.int.test.ts` (`npx vitest -u`).',
    '',
    ...table.map((cells) => `| ${cells.join(' | ')} |`),
    '',
    ...reasons.map((reason, i) => `${i + 1}. ${reason}`),
    '',
  ].join('\n')
}
