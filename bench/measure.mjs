// How each figure is measured. Every function gives figures of one round; what is compared is measured right beside.
import { performance } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import { callBytes, callEcho, drive } from './load/drive.mjs'
import { HttpSession } from './load/http-session.mjs'
import { cpuOf, memoryOf, resetPeak } from './load/processes.mjs'

const MB = 1024 * 1024
/** Fewer than a token may have. */
const SESSIONS = 900
const callList = async (session, lane) => (await session.call('tools/list', {}, lane)).ms

/** Times what `subject` adds to a direct call by what the bare proxy adds. */
async function added({ direct, proxy }, subject, load) {
  const nothing = await drive(direct, load)
  const least = await drive(proxy, load)
  const own = await drive(subject, load)
  // Where noise makes the proxy as fast as no proxy, there is nothing to compare with.
  const cost = least.p50 - nothing.p50
  return { added: cost > 0 ? (own.p50 - nothing.p50) / cost : Number.NaN, cpu: own.cpu / least.cpu }
}

export async function measureLatency(references, name, subject, ms) {
  const { added: times, cpu } = await added(references, subject, { ms, call: callEcho })
  return { [`${name}.added`]: times, [`${name}.cpu`]: cpu }
}

export async function measureRate({ proxy }, name, subject, [inFlight, sessions], ms) {
  const load = { inFlight, sessions, ms, call: callEcho }
  const least = await drive(proxy, load)
  const own = await drive(subject, load)
  const key = `${name}.${inFlight}x${sessions}`
  return { [key]: own.rate / least.rate, [`${key}.cpu`]: own.cpu / least.cpu }
}

export async function measureResult(references, name, bytes, subject, ms) {
  return { [`result.${name}`]: (await added(references, subject, { ms, call: callBytes(bytes) })).added }
}

export async function measureList(direct, subject, ms) {
  const nothing = await drive(direct, { ms, call: callList })
  const own = await drive(subject, { ms, call: callList })
  return { list: own.p50 / nothing.p50 }
}

/** NaN where so long a result does not pass. */
export async function measureHuge(subject) {
  const session = await new HttpSession(subject).open()
  try {
    await callEcho(session, session.lane, subject)
    const before = memoryOf(subject.pid).resident
    resetPeak(subject.pid)
    await session.call('tools/call', { name: 'bytes', arguments: { n: 100 * MB } })
    return { 'result.100m': (memoryOf(subject.pid).peak - before) / MB }
  } catch {
    return { 'result.100m': Number.NaN }
  } finally {
    await session.close()
  }
}

export async function measureColdStart(gateway) {
  await gateway.restart()
  const target = gateway.target('many')
  const session = await new HttpSession(target).open()
  await session.call('tools/list')
  const cpu = cpuOf(target.pid) * 1000
  await session.close()
  return { 'cold.cpu': cpu }
}

/** After a start, with nobody there. */
export async function measureIdle(gateway, settleMs, ms) {
  const { pid } = gateway.target('many')
  await wait(settleMs)
  const [before, started] = [cpuOf(pid), performance.now()]
  await wait(ms)
  const cpu = ((cpuOf(pid) - before) * 1000) / ((performance.now() - started) / 1000)
  return { 'idle.cpu': cpu, 'idle.memory': memoryOf(pid).resident / MB }
}

/** How much more memory a gateway that was just started holds for each of a thousand sessions. */
export async function measureSessions(gateway) {
  const figures = {}
  for (const [key, hold] of [
    ['session', false],
    ['session.stream', true],
  ]) {
    await gateway.restart()
    const target = gateway.target('http')
    const open = async (count) => {
      const sessions = []
      for (let index = 0; index < count; index++) {
        const session = await new HttpSession(target).open({ hold })
        session.lane.close()
        sessions.push(session)
      }
      return sessions
    }
    const close = (sessions) => Promise.all(sessions.map((session) => session.close()))
    await close(await open(SESSIONS / 2))
    const before = memoryOf(target.pid).resident
    const sessions = await open(SESSIONS)
    figures[key] = (memoryOf(target.pid).resident - before) / SESSIONS / 1024
    await close(sessions)
  }
  return figures
}
