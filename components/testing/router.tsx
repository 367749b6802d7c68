import { AppRouterContext, type AppRouterInstance } from 'next/dist/shared/lib/app-router-context.shared-runtime'
import { PathnameContext, SearchParamsContext } from 'next/dist/shared/lib/hooks-client-context.shared-runtime'
import type { ReactNode } from 'react'

/** A router that remembers where it was sent, for parts that go somewhere. */
export function testRouter() {
  const visits: string[] = []
  const router: AppRouterInstance = {
    bfcacheId: 'test',
    push: (href) => void visits.push(`push ${href}`),
    replace: (href) => void visits.push(`replace ${href}`),
    prefetch: () => {},
    refresh: () => void visits.push('refresh'),
    back: () => void visits.push('back'),
    forward: () => void visits.push('forward'),
  }
  return { router, visits }
}

type AtProps = { readonly path: string; readonly router: AppRouterInstance; readonly children: ReactNode }

/** Renders as if at this address: `/keys?sort=-spent`. */
export function At({ path, router, children }: AtProps) {
  const [pathname = '/', search = ''] = path.split('?')
  return (
    <AppRouterContext value={router}>
      <PathnameContext value={pathname}>
        <SearchParamsContext value={new URLSearchParams(search)}>{children}</SearchParamsContext>
      </PathnameContext>
    </AppRouterContext>
  )
}
