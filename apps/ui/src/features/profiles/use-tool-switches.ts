import type { Profile, ProfileTool } from '@local-mcp/contract'
import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { useAction, useSay } from '../../lib/use-action.ts'
import { toolKey } from './tool-rows.ts'

type Wanted = ReadonlyMap<string, boolean>
const NOTHING: Wanted = new Map()

/**
 * Switches tools of a profile. What is wanted is shown at once, and stays until the list has been read again or the
 * switch was refused.
 */
export function useToolSwitches(profile: Profile) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const cache = useQueryClient()
  const say = useSay()
  const [wanted, setWanted] = useState(NOTHING)
  const { mutateAsync } = useAction(
    queries.profiles.switchTools.mutationOptions({
      onSuccess: (link, { server }) => {
        cache.setQueryData(queries.profiles.tools.queryKey({ input: { profile: profile.id, server } }), link)
        return cache.invalidateQueries({ queryKey: queries.profiles.effectiveTools.key({ input: { profile: profile.id } }) })
      },
    }),
  )

  const send = useCallback(
    async (server: string, tools: readonly string[], on: boolean): Promise<boolean> => {
      const keys = tools.map((name) => toolKey({ serverId: server, name }))
      setWanted((now) => new Map([...now, ...keys.map((key) => [key, on] as const)]))
      try {
        await mutateAsync({ profile: profile.id, server, [on ? 'enable' : 'disable']: [...tools] })
        return true
      } catch {
        // The toast has said so.
        return false
      } finally {
        // What was switched again meanwhile is not ours any more.
        setWanted((now) => new Map([...now].filter(([key, value]) => !(keys.includes(key) && value === on))))
      }
    },
    [mutateAsync, profile.id],
  )

  const isOn = useCallback((tool: ProfileTool) => wanted.get(toolKey(tool)) ?? tool.enabledHere, [wanted])

  /** Several at once, with a way back. Those that are so already are left alone. */
  const switchAll = useCallback(
    async (server: string, tools: readonly ProfileTool[], on: boolean) => {
      const names = tools.filter(({ enabledHere }) => enabledHere !== on).map(({ name }) => name)
      if (names.length === 0 || !(await send(server, names, on))) return
      say(t(on ? 'profileTools.switchedOn' : 'profileTools.switchedOff', { count: names.length, tool: names[0] }), {
        label: t('common.undo'),
        run: () => void send(server, names, !on),
      })
    },
    [send, say, t],
  )

  return { isOn, switchTool: send, switchAll }
}
export type ToolSwitches = ReturnType<typeof useToolSwitches>
