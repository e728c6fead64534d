import { expect, test } from 'vitest'
import { emptyToken, toTokenInput } from './token-form-values.ts'

test('what is left empty limits nothing', () => {
  expect(toTokenInput({ ...emptyToken('Europe/Prague'), name: 'x' })).toEqual({ name: 'x', access: 'client', expiresInDays: 90 })
})

test('everything that is filled in is sent', () => {
  const values = {
    ...emptyToken('Europe/Prague'),
    name: 'x',
    description: 'what for',
    access: 'custom' as const,
    rights: ['tools.read' as const],
    profiles: ['p'],
    servers: ['s'],
    addresses: '127.0.0.0/8, ::1\n 10.0.0.1',
    days: ['mon' as const],
    from: '09:00',
    limits: { perMinute: '5', perHour: '', perDay: 'x', total: ' ' },
    expiry: 'never' as const,
  }
  expect(toTokenInput(values)).toEqual({
    name: 'x',
    description: 'what for',
    permissions: ['tools.read'],
    profiles: ['p'],
    servers: ['s'],
    addresses: ['127.0.0.0/8', '::1', '10.0.0.1'],
    timeWindow: { days: ['mon'], from: '09:00', zone: 'Europe/Prague' },
    usageLimits: { perMinute: 5, perDay: Number.NaN },
    expiresInDays: null,
  })
})
