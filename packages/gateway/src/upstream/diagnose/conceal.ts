const REFERENCE = /\{\{[^}]*\}\}/
/** Shorter values would hide parts of ordinary words. */
const SHORTEST = 6

/**
 * Hides the values that references stood for, in every text that is shown later: what a server repeats of its key
 * has no form by which it could be known.
 *
 * @param templates as configured, with their references
 * @param resolved the same with values in the place of references
 */
export function createConcealer(templates: Readonly<Record<string, string>>, resolved: Readonly<Record<string, string>>) {
  const secrets = Object.entries(templates).flatMap(([name, template]) => valuesIn(template, resolved[name] ?? ''))
  const forms = [
    ...new Set(
      secrets.flatMap((value) => [
        value,
        encodeURIComponent(value),
        JSON.stringify(value).slice(1, -1),
        Buffer.from(value).toString('base64'),
      ]),
    ),
  ]
    .filter((form) => form.length >= SHORTEST)
    .sort((a, b) => b.length - a.length)
  return (text: string): string => forms.reduce((hidden, form) => hidden.replaceAll(form, '•••'), text)
}

/** The parts of a text that its template has references for. */
function valuesIn(template: string, text: string): string[] {
  if (!REFERENCE.test(template)) return []
  const escaped = template.split(REFERENCE).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return [...(new RegExp(`^${escaped.join('([\\s\\S]*)')}$`).exec(text)?.slice(1) ?? []), text]
}
