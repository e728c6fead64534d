/** The text that a link brought for a form: in the fragment, which is sent nowhere. Null where there is none. */
export const linkText = (hash: string): string | null => new URLSearchParams(hash.slice(1)).get('paste') || null

/** Takes it out of the address, so that a reload does not bring it again. */
export const forgetLinkText = (): void => history.replaceState(history.state, '', location.pathname + location.search)
