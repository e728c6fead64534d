import { DAYS, type TimeWindow } from '@local-mcp/contract'
import { AppError } from '@local-mcp/kernel'

const MINUTE = 60_000

const invalid = (field: 'zone' | 'to', message: string) =>
  new AppError('VALIDATION_ERROR', `timeWindow.${field}: ${message}`, { fields: [{ path: ['timeWindow', field], message }] })

function minutesOf(clock: string): number {
  const [hours, minutes] = clock.split(':')
  return Number(hours) * 60 + Number(minutes)
}

/**
 * Tells whether a moment (ms UTC) is within the window. What counts is the clock on the wall of its zone, so an hour that
 * comes twice is in it twice, and one that is skipped is not missed. A window over midnight belongs to the day it begins on.
 *
 * @throws AppError VALIDATION_ERROR for a zone that is not known, and a window that is empty
 */
export function createTimeGate({ days, from = '00:00', to = '24:00', zone }: TimeWindow): (now: number) => boolean {
  let wall: Intl.DateTimeFormat
  try {
    wall = new Intl.DateTimeFormat('en-GB', { timeZone: zone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  } catch {
    throw invalid('zone', `"${zone}" is not a time zone`)
  }
  const [begin, end] = [minutesOf(from), minutesOf(to)]
  if (begin === end) throw invalid('to', 'Must not be the same as `from`')
  const open = DAYS.map((day) => days?.includes(day) ?? true)

  function isWithin(now: number): boolean {
    const parts = new Map(wall.formatToParts(now).map(({ type, value }) => [type, value]))
    const minute = Number(parts.get('hour')) * 60 + Number(parts.get('minute'))
    const today = DAYS.indexOf(parts.get('weekday')?.toLowerCase() as (typeof DAYS)[number])
    const yesterday = (today + 6) % 7
    if (begin < end) return open[today] === true && minute >= begin && minute < end
    return (open[today] === true && minute >= begin) || (open[yesterday] === true && minute < end)
  }

  // Offsets of zones are whole minutes, so the answer holds for as long as the minute does.
  let known = Number.NaN
  let answer = false
  return (now) => {
    const minute = Math.floor(now / MINUTE)
    if (minute !== known) {
      known = minute
      answer = isWithin(now)
    }
    return answer
  }
}
