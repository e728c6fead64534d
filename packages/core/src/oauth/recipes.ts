import type { OAuthRecipe } from '@local-mcp/contract'

/** Providers that register no clients by themselves: what to create, and where. */
export const RECIPES: readonly OAuthRecipe[] = []

const hostOf = (text: string) => URL.parse(text)?.hostname ?? ''

/** The recipe for the first of the addresses that a provider has; null: none of them is known. */
export const recipeFor = (urls: readonly string[]): OAuthRecipe | null =>
  urls
    .map(hostOf)
    .map((host) => RECIPES.find(({ hosts }) => hosts.some((known) => host === known || host.endsWith(`.${known}`))))
    .find((recipe) => recipe !== undefined) ?? null
