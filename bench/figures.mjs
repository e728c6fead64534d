// Every figure that is measured: its key, what it says, its target, and what the targets are for.
// `proxy` in a label is the bare Node proxy, measured right beside.
const call = 'calls/s × proxy, 100 B'

/** @type {Record<string, { label: string, target?: number, better: 'lower' | 'higher', unit?: string }>} */
export const FIGURES = {
  'http.added': { label: 'added p50 × proxy, 100 B, HTTP upstream, 1 in flight', target: 1.2, better: 'lower' },
  'http.cpu': { label: 'CPU per call × proxy, HTTP upstream, 1 in flight', target: 1.3, better: 'lower' },
  'http.16x1': { label: `${call}, HTTP upstream, 16 in flight, 1 session`, target: 0.85, better: 'higher' },
  'http.64x1': { label: `${call}, HTTP upstream, 64 in flight, 1 session`, target: 0.85, better: 'higher' },
  'http.16x16': { label: `${call}, HTTP upstream, 16 in flight, 16 sessions`, target: 0.85, better: 'higher' },
  'http.64x16': { label: `${call}, HTTP upstream, 64 in flight, 16 sessions`, target: 0.85, better: 'higher' },
  'http.16x1.cpu': { label: 'CPU per call × proxy, HTTP upstream, 16 in flight', target: 1.3, better: 'lower' },
  'stdio.added': { label: 'added p50 × proxy, 100 B, stdio upstream, 1 in flight', better: 'lower' },
  'stdio.16x1': { label: `${call}, stdio upstream, 16 in flight, 1 session`, target: 0.85, better: 'higher' },
  'stdio.64x16': { label: `${call}, stdio upstream, 64 in flight, 16 sessions`, target: 0.85, better: 'higher' },
  'result.10k': { label: 'added p50 × proxy, result of 10 KB', target: 1.5, better: 'lower' },
  'result.1m': { label: 'added p50 × proxy, result of 1 MB', target: 2, better: 'lower' },
  'result.100m': { label: 'more memory at the peak of a result of 100 MB', target: 64, better: 'lower', unit: 'MB' },
  list: { label: 'tools/list of 1,000 tools from 10 servers, p50 × the direct call', target: 1, better: 'lower' },
  'cold.cpu': { label: 'own CPU from the start to the first tools/list, 12 servers', target: 300, better: 'lower', unit: 'ms' },
  'idle.memory': { label: 'resident memory when idle', target: 90, better: 'lower', unit: 'MB' },
  'idle.cpu': { label: 'CPU when idle', target: 0.5, better: 'lower', unit: 'ms/s' },
  session: { label: 'memory of an open session, of 900', target: 50, better: 'lower', unit: 'KB' },
  'session.stream': { label: 'the same with its stream held open', better: 'lower', unit: 'KB' },
}

/** Whether a value keeps what was promised. */
export const meets = ({ target, better }, value) => target === undefined || (better === 'lower' ? value <= target : value >= target)
