/** What was typed into a field of a number. An empty one is no number: as 0 it would mean something. */
export const typedNumber = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text))
