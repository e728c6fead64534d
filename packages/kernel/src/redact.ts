/**
 * Forms of well-known secrets. A second net below "do not log it": what slips through structured handling is
 * caught by its look.
 */
const SECRETS: readonly RegExp[] = [
  /\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi,
  /\blmg_[A-Za-z0-9_-]{16,}/g,
  /\b(?:sk|pk|rk)[-_](?:live|test|ant|proj|or)[-_A-Za-z0-9]{12,}/g,
  /\bsk-[A-Za-z0-9]{20,}/g,
  /\bgh[pousr]_[A-Za-z0-9]{20,}/g,
  /\bgithub_pat_[A-Za-z0-9_]{20,}/g,
  /\bglpat-[A-Za-z0-9_-]{16,}/g,
  /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/g,
  /\bAKIA[0-9A-Z]{16}\b/g,
  /\bAIza[0-9A-Za-z_-]{30,}/g,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
]

/** `name=value` and `name: value` where the name says that the value is secret. */
const NAMED = /((?:api[-_]?key|access[-_]?key|secret|passw(?:or)?d|token|authorization|credential)s?["']?\s*[=:]\s*["']?)([^\s"',;&]{6,})/gi

/** Userinfo of a URL. */
const USERINFO = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi

/** The text with everything that looks like a secret replaced by `•••`. */
export function redact(text: string): string {
  let out = text.replace(USERINFO, '$1•••@')
  for (const form of SECRETS) out = out.replace(form, '•••')
  return out.replace(NAMED, '$1•••')
}

/** Whether the text is, or holds, something with the form of a well-known secret. */
export function looksSecret(text: string): boolean {
  return SECRETS.some((form) => text.search(form) >= 0)
}

/** Whether a variable or header of this name usually holds a secret. */
export function namesSecret(name: string): boolean {
  return /(?:^|[-_])(?:api[-_]?key|key|secret|token|passw(?:or)?d|auth|authorization|credentials?|cookie|pat)s?(?:$|[-_])/i.test(name)
}
