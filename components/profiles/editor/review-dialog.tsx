'use client'

import { Suspense } from 'react'
import type { ChangeWords } from '#components/profiles/change-words.ts'
import { ChangeList } from '#components/profiles/editor/change-list.tsx'
import { ProblemNote } from '#components/query/problem-note.tsx'
import { Button } from '#components/ui/button.tsx'
import { Dialog, DialogClose } from '#components/ui/dialog.tsx'
import { plural } from '#components/ui/format.ts'
import { Note } from '#components/ui/note.tsx'
import type { Preview } from '#components/profiles/editor/use-preview.ts'
import { previewDays } from '#lib/policy/preview-contract.ts'

type ReviewDialogProps = {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  readonly name: string
  readonly version: number
  readonly keys: number
  readonly changes: readonly ChangeWords[]
  /** What it would have done, as far as it is counted. */
  readonly preview: Preview | null
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
  preview,
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
      {preview ? <Hits preview={preview} /> : null}
      {problem ? (
        <Suspense>
          <ProblemNote error={problem} title="Nothing was changed." retry={onApply} />
        </Suspense>
      ) : null}
    </Dialog>
  )
}

function Hits({ preview: { keys, counted, isDone } }: { readonly preview: Preview }) {
  const hit = keys.filter(({ refused }) => refused > 0)
  const refused = hit.reduce((sum, key) => sum + key.refused, 0)
  const over = `of the last ${previewDays} days${isDone ? '' : ', as far as counted'}`
  if (refused === 0) return <Note tone="ok" title={`No call ${over} would have been refused by it.`} />
  return (
    <Note tone="warn" title={`${plural(refused, 'call')} of ${plural(hit.length, 'key')} would have been refused`}>
      of {plural(counted.calls, 'call')} {over}.
    </Note>
  )
}
