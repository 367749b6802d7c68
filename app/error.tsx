'use client'

import { BarePage } from '#components/shell/bare-page.tsx'
import { Button } from '#components/ui/button.tsx'
import { CopyId } from '#components/ui/copy-button.tsx'

type Problem = { readonly error: Error & { readonly digest?: string }; readonly reset: () => void }

/** A page that failed before its shell was there. What went wrong is in the server's log, under the digest. */
export default function PageError({ error, reset }: Problem) {
  return (
    <BarePage
      title="This page cannot be shown"
      action={
        <Button variant="primary" onClick={reset}>
          Try again
        </Button>
      }
    >
      Something it needs did not answer. Calls through the gateway do not depend on it.
      {error.digest ? (
        <>
          {' '}
          Report it as <CopyId text={error.digest} label="Copy error id" />.
        </>
      ) : null}
    </BarePage>
  )
}
