'use client'

import { PageBody, PageHeader } from '#components/shell/page.tsx'
import { Button } from '#components/ui/button.tsx'
import { CopyId } from '#components/ui/copy-button.tsx'
import { Note } from '#components/ui/note.tsx'

export type PageProblemProps = { readonly digest?: string; readonly retry: () => void }

/** A page of the portal that could not be read: the shell stays, and calls go on. */
export function PageProblem({ digest, retry }: PageProblemProps) {
  return (
    <>
      <PageHeader title="This page cannot be shown" />
      <PageBody>
        <Note
          tone="bad"
          role="status"
          title="Something it needs did not answer."
          action={
            <Button size="small" onClick={retry}>
              Try again
            </Button>
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
      </PageBody>
    </>
  )
}
