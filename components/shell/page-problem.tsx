'use client'

import { Button } from '#components/ui/button.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { CopyId } from '#components/ui/copy-button.tsx'
import { Note } from '#components/ui/note.tsx'

type PageProblemProps = { readonly digest?: string; readonly retry: () => void }

/** The body of a page that could not be read: the shell stays, calls go on. */
export function PageProblem({ digest, retry }: PageProblemProps) {
  return (
    <div className="mx-auto grid w-full max-w-2xl gap-3 px-(--gutter) py-12">
      <h1 className="text-xl font-semibold tracking-(--track-tight)">This page cannot be shown</h1>
      <Note
        tone="bad"
        role="status"
        title="Something it needs did not answer."
        action={
          <>
            <ButtonLink href="/" variant="quiet" size="small">
              Go home
            </ButtonLink>
            <Button size="small" onClick={retry}>
              Try again
            </Button>
          </>
        }
      >
        Calls through the gateway do not depend on it.
        {digest ? (
          <>
            {' '}
            Report it as <CopyId text={digest} label="Copy error id" />.
          </>
        ) : null}
      </Note>
    </div>
  )
}
