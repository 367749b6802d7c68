'use client'

import { usePathname, useRouter, useSearchParams } from 'next/navigation'
import { useCallback, useTransition } from 'react'
import { withQuery, type QueryChange } from '#components/ui/query-string.ts'

/** The address of this page with some of its query changed. A list goes back to its first page. */
export function useHrefWith(): (change: QueryChange) => string {
  const path = usePathname()
  const search = useSearchParams()
  return useCallback((change) => withQuery(path, search.toString(), change), [path, search])
}

/** Goes to this page with some of its query changed; `isPending` while the server renders it. */
export function useQueryChange() {
  const router = useRouter()
  const hrefWith = useHrefWith()
  const [isPending, start] = useTransition()
  const go = useCallback(
    (change: QueryChange, how: 'push' | 'replace' = 'push') =>
      start(() => router[how](hrefWith(change), { scroll: false })),
    [router, hrefWith],
  )
  return { go, isPending }
}
