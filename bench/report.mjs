import { readFile, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { FIGURES, meets } from './figures.mjs'
import { median } from './load/statistics.mjs'
import { PEER_HEADER } from './peers.mjs'

const file = (path) => fileURLToPath(new URL(path, import.meta.url))
const PAGE = file('../docs/performance.md')
const BASELINE = file('baseline.json')
const [BEGIN, END] = ['<!-- written by npm run bench -- --write -->', '<!-- end -->']
/** How much worse a figure may be than in the baseline. */
const TOLERANCE = 1.25

/** The median of each figure over its rounds, with the span. */
export function summarise(samples) {
  return Object.keys(FIGURES).map((key) => {
    const values = samples.map((sample) => sample[key]).filter(Number.isFinite)
    return { key, ...FIGURES[key], value: median(values), least: Math.min(...values), most: Math.max(...values) }
  })
}

const number = (value) => (Number.isNaN(value) ? 'does not pass' : value.toFixed(value >= 100 ? 0 : 2))
const target = ({ target: bound, better }) => (bound === undefined ? '–' : `${better === 'lower' ? '≤' : '≥'} ${bound}`)
const verdict = (figure) => (figure.target === undefined ? '' : meets(figure, figure.value) ? 'yes' : 'no')

/** A table as Markdown, its columns as wide as what is in them. @param rows the first is the header */
function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(3, ...rows.map((cells) => cells[column].length)))
  const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`
  return [line(rows[0]), line(widths.map((width) => '-'.repeat(width))), ...rows.slice(1).map(line)].join('\n')
}

function figureRow(figure) {
  const unit = figure.unit && Number.isFinite(figure.value) ? ` ${figure.unit}` : ''
  const span = figure.least === figure.most || !Number.isFinite(figure.value) ? '' : ` (${number(figure.least)}–${number(figure.most)})`
  const bound = `${target(figure)}${figure.target === undefined || !figure.unit ? '' : ` ${figure.unit}`}`
  return [figure.label, `${number(figure.value)}${unit}${span}`, bound, verdict(figure)]
}

/** What is printed and written. @param peers rows of peers.mjs; none where they were not asked for */
function pageOf(figures, peers) {
  const ours = table([['Figure', 'Measured', 'Target', 'Met'], ...figures.map(figureRow)])
  return peers.length > 0 ? `${ours}\n\n${table([PEER_HEADER, ...peers])}` : ours
}

export const printTable = (figures, peers) => process.stdout.write(`${pageOf(figures, peers)}\n`)

/** Writes the generated part of the page, and the baseline. */
export async function writeResults(figures, peers) {
  const page = await readFile(PAGE, 'utf8')
  const [before, after] = [page.slice(0, page.indexOf(BEGIN)), page.slice(page.indexOf(END))]
  const when = `Measured on ${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${cpus().length} cores: the median of the rounds and its span.`
  await writeFile(PAGE, `${before}${BEGIN}\n\n${when}\n\n${pageOf(figures, peers)}\n\n${after}`)
  const kept = figures.filter(({ value }) => Number.isFinite(value)).map(({ key, value }) => [key, Number(value.toPrecision(3))])
  await writeFile(BASELINE, `${JSON.stringify(Object.fromEntries(kept), null, 2)}\n`)
}

/** Compares with the baseline and says what is worse. @returns whether nothing is */
export async function checkBaseline(figures) {
  const baseline = JSON.parse(await readFile(BASELINE, 'utf8'))
  const worse = figures.filter(({ key, value, better }) => {
    const before = baseline[key]
    if (before === undefined) return false
    return !(better === 'lower' ? value <= before * TOLERANCE : value >= before / TOLERANCE)
  })
  for (const { key, label, value } of worse) process.stdout.write(`✗ ${label}: ${number(value)}, was ${number(baseline[key])}\n`)
  if (worse.length === 0) process.stdout.write('✓ nothing is more than 25 % worse than the baseline\n')
  return worse.length === 0
}
