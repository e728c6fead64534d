import { expect, test } from 'vitest'
import { RECIPES, recipeFor } from './recipes.ts'

test.each([
  ['https://api.githubcopilot.com/mcp/', 'github'],
  ['https://github.com/login/oauth', 'github'],
  ['https://mcp.slack.com/mcp', 'slack'],
  ['https://bigquery.googleapis.com/mcp', 'google'],
  ['https://accounts.google.com', 'google'],
  ['https://login.microsoftonline.com/common/v2.0', 'entra'],
  ['https://mcp.hubspot.com/', 'hubspot'],
  ['https://notgithub.com/mcp', undefined],
  ['https://github.com.evil.example/', undefined],
  ['https://google.com/', undefined],
  ['nonsense', undefined],
])('%s is known as %s', (url, id) => {
  expect(recipeFor([url])?.id).toBe(id)
})

test('the server comes before its authorization server', () => {
  expect(recipeFor(['https://mcp.example.com/mcp', 'https://github.com/login/oauth'])?.id).toBe('github')
  expect(recipeFor(['https://mcp.slack.com/mcp', 'https://github.com/login/oauth'])?.id).toBe('slack')
})

test('none is recognised by the hosts of another', () => {
  for (const recipe of RECIPES) {
    for (const host of recipe.hosts) expect(recipeFor([`https://${host}/`])?.id).toBe(recipe.id)
  }
})

test('where a provider refuses http://127.0.0.1, the steps say what to do', () => {
  for (const id of ['slack', 'entra', 'hubspot'])
    expect(RECIPES.find((one) => one.id === id)?.steps.some((step) => step.includes('to localhost'))).toBe(true)
})
