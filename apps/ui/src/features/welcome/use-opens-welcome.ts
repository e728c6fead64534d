import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useApi } from '../../app/api-context.tsx'
import { navigate } from '../../app/router.tsx'

/** Where the window began. */
const begunAt = location.pathname

/**
 * Opens the first steps in the place of the overview where a window begins on an empty installation, unless they were
 * left before.
 *
 * @returns whether that is not decided yet
 */
export function useOpensWelcome(path: string): boolean {
  const { queries } = useApi()
  const [isOpen, setOpen] = useState(begunAt === '/')
  const mayOpen = isOpen && path === '/'
  const welcome = useQuery({ ...queries.clients.welcome.queryOptions(), enabled: mayOpen })
  const { data, isError } = welcome
  useEffect(() => {
    if (!mayOpen || (data === undefined && !isError)) return
    if (data?.wanted) navigate('/welcome', { replace: true })
    setOpen(false)
  }, [mayOpen, data, isError])
  // Somebody who went on by themselves is not called back.
  useEffect(() => {
    if (path !== '/') setOpen(false)
  }, [path])
  return mayOpen
}
