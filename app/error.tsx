'use client'

import { useEffect } from 'react'
import { PageProblem } from '#components/shell/page-problem.tsx'

/** A page of the portal that could not be shown. What went wrong is in the server's log, under the digest. */
export default function PageError({
  error,
  reset,
}: {
  readonly error: Error & { readonly digest?: string }
  readonly reset: () => void
}) {
  useEffect(() => {
    document.title = 'This page cannot be shown · Gatehouse'
  }, [])
  return <PageProblem digest={error.digest} retry={reset} />
}
