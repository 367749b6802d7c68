'use client'

import { changeWords } from '#components/profiles/change-words.ts'
import { draftOf, type Draft } from '#components/profiles/draft.ts'
import { ChangeList } from '#components/profiles/editor/change-list.tsx'
import type { Conflict } from '#components/profiles/editor/use-profile-form.ts'
import { Button } from '#components/ui/button.tsx'
import { Dialog } from '#components/ui/dialog.tsx'

type ConflictDialogProps = {
  readonly conflict: Conflict
  /** What both began from. */
  readonly base: Draft
  readonly mine: Draft
  readonly onResolve: (how: 'keep mine' | 'take theirs') => void
}

/** Somebody applied another version meanwhile: both differences, and a choice. Nothing was overwritten. */
export function ConflictDialog({ conflict: { latest, both }, base, mine, onResolve }: ConflictDialogProps) {
  const theirs = changeWords(base, draftOf(latest))
  return (
    <Dialog
      open
      wide
      title={`Version ${latest.version} came first`}
      description="Somebody applied a change while you edited. Nothing of yours is lost, and nothing of theirs was overwritten."
      onOpenChange={(open) => (open ? undefined : onResolve('keep mine'))}
      foot={
        <>
          <Button variant="quiet" onClick={() => onResolve('take theirs')}>
            Drop my changes
          </Button>
          <Button variant="primary" onClick={() => onResolve('keep mine')} data-autofocus>
            Go on with mine over version {latest.version}
          </Button>
        </>
      }
    >
      {theirs.length > 0 ? (
        <ChangeList label="Theirs" changes={theirs} both={both} />
      ) : (
        <p className="text-ink-2">Their version has the same values.</p>
      )}
      <ChangeList label="Yours" changes={changeWords(base, mine)} both={both} />
    </Dialog>
  )
}
