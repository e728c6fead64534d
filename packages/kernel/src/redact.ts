import { hideKnownSecrets } from './known-secrets.ts'

const HIDDEN = '•••'

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
  /\bxapp-[A-Za-z0-9-]{20,}/g,
  /\bhooks\.slack\.com\/(?:services|workflows)\/[A-Za-z0-9/_-]{20,}/g,
  /\b(?:AKIA|ASIA|AROA|AIDA)[0-9A-Z]{16}\b/g,
  /\bAIza[0-9A-Za-z_-]{30,}/g,
  /\bya29\.[A-Za-z0-9_-]{20,}/g,
  /\bGOCSPX-[A-Za-z0-9_-]{20,}/g,
  /\bwhsec_[A-Za-z0-9+/=]{20,}/g,
  /\bnpm_[A-Za-z0-9]{36}/g,
  /\bpypi-[A-Za-z0-9_-]{50,}/g,
  /\bhf_[A-Za-z0-9]{30,}/g,
  /\bgsk_[A-Za-z0-9]{40,}/g,
  /\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}/g,
  /\bdo[opr]_v1_[a-f0-9]{64}/g,
  /\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}/g,
  /\blin_(?:api|oauth)_[A-Za-z0-9]{32,}/g,
  /\b(?:ntn_|secret_)[A-Za-z0-9]{40,}/g,
  /\b(?:glsa|glc)_[A-Za-z0-9_=]{32,}/g,
  /\bdapi[a-f0-9]{32}/g,
  /\bsntry[su]_[A-Za-z0-9_=+/]{40,}/g,
  /\bsb[pv]_[a-f0-9]{40}/g,
  /\bATATT3[A-Za-z0-9_=-]{50,}/g,
  /\bfigd_[A-Za-z0-9_-]{30,}/g,
  /\bdp\.(?:pt|st|ct)\.[A-Za-z0-9._-]{40,}/g,
  /\bhvs\.[A-Za-z0-9_-]{24,}/g,
  /\bpat[A-Za-z0-9]{14}\.[a-f0-9]{64}/g,
  /\bAGE-SECRET-KEY-1[A-Z0-9]{50,}/g,
  /\bAccountKey=[A-Za-z0-9+/]{80,}={0,2}/g,
  // Bounded, because it can be begun anew behind each dash: without an end that would take the square of the length.
  /\beyJ[A-Za-z0-9_-]{8,1000}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
]

const NAME = '(?:api[-_]?key|access[-_]?key|private[-_]?key|secret|passw(?:or)?d|passphrase|token|authorization|credential|cookie)s?'
/** `name=value` and `name: value` where the name says that the value is secret; also in JSON, and in JSON within a text. */
const NAMED = new RegExp(`(${NAME}\\\\*["']?\\s*[=:]\\s*)(?:(\\\\*["'])(?:(?!\\2)[^\\n]){6,}?\\2|[^\\s"',;&]{6,})`, 'gi')

/** A value in quotes that are not closed, because the text was cut. */
const NAMED_AND_CUT = new RegExp(`(${NAME}\\\\*["']?\\s*[=:]\\s*\\\\*["'])[^\\n"']*$`, 'i')

/** Userinfo of a URL. No scheme is longer; without an end of it a text of dots would take the square of its length. */
const USERINFO = /\b([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/@]+@/gi

/** The text with every known secret, and everything that looks like one, replaced by `•••`. */
export function redact(text: string): string {
  let out = hideKnownSecrets(text, HIDDEN).replace(USERINFO, `$1${HIDDEN}@`)
  for (const form of SECRETS) out = out.replace(form, HIDDEN)
  return out.replace(NAMED, (_, name: string, quote = '') => `${name}${quote}${HIDDEN}${quote}`)
}

/** The same of the beginning of a longer text, whose last value may lack its end. */
export function redactCut(text: string): string {
  return redact(text).replace(NAMED_AND_CUT, `$1${HIDDEN}`)
}

/** Whether the text is, or holds, something with the form of a well-known secret. */
export function looksSecret(text: string): boolean {
  return SECRETS.some((form) => text.search(form) >= 0)
}

/** Whether a variable or header of this name usually holds a secret. */
export function namesSecret(name: string): boolean {
  return /(?:^|[-_])(?:api[-_]?key|key|secret|token|passw(?:or)?d|auth|authorization|credentials?|cookie|pat)s?(?:$|[-_])/i.test(name)
}
