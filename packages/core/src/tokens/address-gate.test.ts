import { expect, test } from 'vitest'
import { createAddressGate } from './address-gate.ts'

test.each([
  [['127.0.0.0/8'], '127.0.0.1', true],
  [['127.0.0.0/8'], '128.0.0.1', false],
  [['127.0.0.0/8'], '::1', false],
  [['127.0.0.0/8'], '::ffff:127.0.0.1', true],
  [['::1'], '::1', true],
  [['::1'], '127.0.0.1', false],
  [['fd00::/8', '10.1.2.3'], 'fd12::1', true],
  [['fd00::/8', '10.1.2.3'], '10.1.2.3', true],
  [['fd00::/8', '10.1.2.3'], '10.1.2.4', false],
  [['0.0.0.0/0'], '8.8.8.8', true],
  [['0.0.0.0/0'], '::1', false],
  [['0.0.0.0/0'], undefined, false],
  [['0.0.0.0/0'], 'nonsense', false],
])('%j and %s: %s', (entries, address, allowed) => {
  const gate = createAddressGate(entries)
  expect([gate(address), gate('192.0.2.1'), gate(address)].filter((_, index) => index !== 1)).toEqual([allowed, allowed])
})

test.each(['10.0.0.0/33', '::1/129', '10.0.0/8', 'localhost', '', '10.0.0.0/', '10.0.0.0/-1', '300.1.1.1', '10.0.0.0/8/8'])(
  '"%s" is refused by its place',
  (entry) => {
    expect(() => createAddressGate(['127.0.0.1', entry])).toThrow(
      expect.objectContaining({ code: 'VALIDATION_ERROR', fields: [expect.objectContaining({ path: ['addresses', 1] })] }),
    )
  },
)
