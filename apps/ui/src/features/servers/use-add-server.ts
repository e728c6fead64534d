import type { NamedValue, Server } from '@local-mcp/contract'
import { useRef } from 'react'
import { useApi } from '../../app/api-context.tsx'
import { useSee } from '../../lib/use-action.ts'

type NewServer = Parameters<ReturnType<typeof useApi>['connection']['api']['servers']['create']>[0]

/** Adds a server, after the secrets that were pasted with it and that it still refers to. What was stored is not stored twice. */
export function useAddServer(): (server: NewServer, secrets: readonly NamedValue[]) => Promise<Server> {
  const { connection } = useApi()
  const see = useSee()
  const stored = useRef(new Set<string>())
  return async (input, secrets) => {
    const text = JSON.stringify(input.config)
    for (const secret of secrets) {
      if (stored.current.has(secret.name) || !text.includes(`{{secret:${secret.name}}}`)) continue
      await connection.api.secrets.create(secret)
      stored.current.add(secret.name)
      see({ type: 'secrets.changed' })
    }
    const server = await connection.api.servers.create(input)
    see({ type: 'server.created', server })
    return server
  }
}
