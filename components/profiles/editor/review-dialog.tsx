'use client'

import { Suspense } from 'react'
import type { ChangeWords } from '#components/profiles/change-words.ts'
import { ChangeList } from '#components/profiles/editor/change-list.tsx'
import { ProblemNote } from '#components/query/problem-note.tsx'
import { Button } from '#components/ui/button.tsx'
import { Dialog, DialogClose } from '#components/ui/dialog.tsx'
import { plural } from '#components/ui/format.ts'
import { Note } from '#components/ui/note.tsx'

type ReviewDialogProps = {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  readonly name: string
  readonly version: number
  readonly keys: number
  readonly changes: readonly ChangeWords[]
  readonly busy: boolean
  readonly problem: unknown
  readonly onApply: () => void
}

/** The difference, and whom it reaches, before it applies. */
export function ReviewDialog({
  open,
  onOpenChange,
  name,
  version,
  keys,
  changes,
  busy,
  problem,
  onApply,
}: ReviewDialogProps) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      wide
      title={`Apply as version ${version + 1} of ${name}?`}
      foot={
        <>
          <DialogClose>
            <Button variant="quiet">Go on editing</Button>
          </DialogClose>
          <Button variant="primary" busy={busy} onClick={onApply} data-autofocus>
            Apply as version {version + 1}
          </Button>
        </>
      }
    >
      <ChangeList label="Change" changes={changes} />
      <Note
        title={keys === 0 ? 'No key is on this profile yet.' : `${plural(keys, 'key')} obey it on their next call.`}
      >
        {keys === 0
          ? null
          : 'Limits of a key that lie above a new maximum count as the maximum, unless an admin went beyond it on purpose. '}
        The change is in the audit log, with what was before.
      </Note>
      {problem ? (
        <Suspense>
          <ProblemNote error={problem} title="Nothing was changed." retry={onApply} />
        </Suspense>
      ) : null}
    </Dialog>
  )
}
