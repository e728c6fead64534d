/** What is looked through. */
export interface Ranked {
  readonly label: string
  /** Found too, but worth less. */
  readonly words?: string
}

/** The most that letters with others between are worth: less than any word that is there. */
const LETTERS = 25

/** Letters alone: without case and marks, so that "cafe" finds "Café". */
const plain = (text: string) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()

/**
 * How well something answers to what was typed, from 0 (not at all) to 100 (it is called so). Every word has to be
 * found; as a beginning it is worth more than within, and as letters in their order least.
 */
export function score({ label, words = '' }: Ranked, search: string): number {
  const wanted = plain(search).split(/\s+/).filter(Boolean)
  if (wanted.length === 0) return 1
  const [name, more] = [plain(label), plain(words)]
  if (name === wanted.join(' ')) return 100
  let sum = 0
  for (const word of wanted) {
    const found = Math.max(scoreWord(name, word), scoreWord(more, word) / 2)
    if (found === 0) return 0
    sum += found
  }
  // Of two that fit alike the shorter is nearer.
  return sum / wanted.length - Math.min(name.length, 100) / 200
}

function scoreWord(text: string, word: string): number {
  if (text.startsWith(word)) return 90
  const at = text.indexOf(word)
  if (at > 0) return isBeginning(text, at) ? 80 : 60
  return scoreLetters(text, word)
}

const isBeginning = (text: string, at: number) => !/[\p{L}\p{N}]/u.test(text[at - 1] ?? '')

/** Letters in their order with others between: the nearer they are, the better; single letters say nothing. */
function scoreLetters(text: string, word: string): number {
  if (word.length < 2) return 0
  let first = -1
  let at = -1
  for (const letter of word) {
    at = text.indexOf(letter, at + 1)
    if (at < 0) return 0
    if (first < 0) first = at
  }
  const spread = (at - first + 1) / word.length
  // Letters that lie all over a long text are an accident.
  return spread > 6 ? 0 : LETTERS / spread
}

/** Those that answer, the best first; alike ones stay in their order. */
export function rank<Item extends Ranked>(items: readonly Item[], search: string): Item[] {
  const found = items
    .map((item) => ({ item, worth: score(item, search) }))
    .filter(({ worth }) => worth > 0)
    .toSorted((a, b) => b.worth - a.worth)
  // Letters here and there are an answer where there is no better one.
  const least = (found[0]?.worth ?? 0) > LETTERS ? LETTERS : 0
  return found.filter(({ worth }) => worth > least).map(({ item }) => item)
}
