'use client'

import { usePathname, useSearchParams } from 'next/navigation'
import { ApiProblem, problemText } from '#components/query/api.ts'
import { Button } from '#components/ui/button.tsx'
import { CopyId } from '#components/ui/copy-button.tsx'
import { Note } from '#components/ui/note.tsx'

type ProblemNoteProps = {
  readonly error: unknown
  /** "The key was not created." */
  readonly title: string
  readonly retry?: () => void
}

/** What the server refused, in its own words. A session that ended is renewed in another tab, so that a form is kept. */
export function ProblemNote({ error, title, retry }: ProblemNoteProps) {
  const path = usePathname()
  const search = useSearchParams().toString()
  const problem = error instanceof ApiProblem ? error : null
  if (problem?.status === 401) {
    const here = encodeURIComponent(search ? `${path}?${search}` : path)
    return (
      <Note
        tone="warn"
        role="status"
        title="You are signed out."
        action={
          <a
            href={`/sign-in?callbackUrl=${here}`}
            target="_blank"
            rel="noreferrer"
            className="font-medium text-accent-ink hover:underline"
          >
            Sign in again
          </a>
        }
      >
        What you typed is kept. Sign in in another tab, then press the button once more.
      </Note>
    )
  }
  return (
    <Note
      tone="bad"
      role="status"
      title={title}
      action={
        retry ? (
          <Button size="small" onClick={retry}>
            Try again
          </Button>
        ) : null
      }
    >
      {problemText(error)}
      {problem?.requestId && problem.status >= 500 ? (
        <>
          {' '}
          <CopyId text={problem.requestId} label="Copy request id" />
        </>
      ) : null}
    </Note>
  )
}
