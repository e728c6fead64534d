import { expect, test } from 'vitest'
import { z } from 'zod'
import { issueMessage, type SchemaIssue } from './issue-message.ts'

test.each([
  [z.string().min(1), '', 'Must not be empty'],
  [z.string().max(3), 'abcd', 'At most 3 characters'],
  [z.int().min(1000), 5, 'At least 1000'],
  [z.array(z.string()).max(1), ['a', 'b'], 'At most 1 entries'],
  [z.string(), 5, 'Expected text'],
  [z.boolean(), 'yes', 'Expected true or false'],
  [z.enum(['a', 'b']), 'c', 'Use one of: a, b'],
  [z.string().regex(/x/, 'Say x'), 'y', 'Say x'],
])('%# speaks like a person', (schema, input, message) => {
  const issue = schema.safeParse(input).error?.issues[0] as SchemaIssue
  expect(issueMessage(issue)).toBe(message)
})
