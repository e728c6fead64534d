export type { BuiltinFacts } from './builtin/builtin-server.ts'
export { bearerToken, type GuardOptions, refuseForeign } from './downstream/guard.ts'
export { createGateway, type Gateway, type GatewayOptions } from './gateway.ts'
export { createStdioBridge } from './stdio-bridge/stdio-bridge.ts'
