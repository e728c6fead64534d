import type { AppEvent } from '@local-mcp/contract'
import type { Clock, EventBus } from '@local-mcp/kernel'
import type { Upstreams } from './gateway.ports.ts'
import type { RoutingService } from './routing.service.ts'
import type { Store } from './store.ports.ts'
import type { Vault } from './vault.ports.ts'

/** What the services are built from. */
export interface ServiceDependencies {
  readonly store: Store
  readonly vault: Vault
  readonly events: EventBus<AppEvent>
  readonly clock: Clock
  readonly routing: RoutingService
  readonly upstreams: Upstreams
  /** Base of the MCP endpoints, e.g. `http://127.0.0.1:4444/mcp`. */
  readonly mcpUrl: () => string
}
