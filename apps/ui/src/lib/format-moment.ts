interface Formats {
  readonly time: Intl.DateTimeFormat
  readonly dayAndTime: Intl.DateTimeFormat
}

// Making one costs more than using it a hundred times, and a list uses two for each row.
const formats = new Map<string, Formats>()

function formatsOf(language: string): Formats {
  let found = formats.get(language)
  if (!found) {
    found = {
      time: new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }),
      dayAndTime: new Intl.DateTimeFormat(language, {
        day: 'numeric',
        month: 'short',
        hour: '2-digit',
        minute: '2-digit',
        hourCycle: 'h23',
      }),
    }
    formats.set(language, found)
  }
  return found
}

/** A moment as a list shows it: with seconds where it was today, else with its day. Both in milliseconds. */
export function formatMoment(at: number, now: number, language: string): string {
  const { time, dayAndTime } = formatsOf(language)
  return (at >= new Date(now).setHours(0, 0, 0, 0) ? time : dayAndTime).format(at)
}
