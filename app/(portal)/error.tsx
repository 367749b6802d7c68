'use client'

import { PageProblem } from '#components/shell/page-problem.tsx'

type Problem = { readonly error: Error & { readonly digest?: string }; readonly reset: () => void }

/** The shell around the page stays. */
export default function PortalError({ error, reset }: Problem) {
  return <PageProblem digest={error.digest} retry={reset} />
}
