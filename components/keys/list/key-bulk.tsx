'use client'

import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { sendKeyAct, type KeySubject } from '#components/keys/acts/use-key-acts.ts'
import { problemText, sendApi } from '#components/query/api.ts'
import { BulkBar, BulkButton } from '#components/ui/bulk-bar.tsx'
import { Button } from '#components/ui/button.tsx'
import { Field } from '#components/ui/field.tsx'
import { formatMoment, plural } from '#components/ui/format.ts'
import { Icon } from '#components/ui/icon.tsx'
import { Input } from '#components/ui/input.tsx'
import { useSelection } from '#components/ui/list.tsx'
import { Note } from '#components/ui/note.tsx'
import { ConfirmPopover, Effects } from '#components/ui/popover.tsx'
import { toast } from '#components/ui/toaster.tsx'
import { revokedKeys, type KeyFilter, type RevokedKeys } from '#lib/keys/contract.ts'

type KeyBulkProps = {
  readonly subjects: readonly KeySubject[]
  /** The filter of the whole result, for "Select all"; null where the API cannot be asked for it in one. */
  readonly everything: KeyFilter | null
}

/**
 * What can be done to every selected key. Only what applies to all of them is offered, but for revoking: the server counts
 * which of them it would be, and says so of the others.
 */
export function KeyBulk({ subjects, everything }: KeyBulkProps) {
  const selection = useSelection()
  const chosen = subjects.filter(({ id }) => selection.ids.has(id))
  const all = (action: string) => chosen.every(({ actions }) => actions.includes(action))
  return (
    <BulkBar>
      {!selection.everything && all('suspend') ? <SuspendMany chosen={chosen} /> : null}
      {!selection.everything && all('resume') ? <ResumeMany chosen={chosen} /> : null}
      {chosen.some(({ actions }) => actions.includes('revoke')) ? (
        <RevokeMany
          count={selection.count}
          filter={selection.everything && everything ? everything : { ids: chosen.map(({ id }) => id) }}
        />
      ) : (
        <span className="px-2 opacity-65">
          {chosen.some(({ actions }) => actions.length > 0) ? 'Nothing applies to all of them' : 'Not yours to change'}
        </span>
      )}
    </BulkBar>
  )
}

function SuspendMany({ chosen }: { readonly chosen: readonly KeySubject[] }) {
  const change = useStepMany()
  return (
    <BulkButton icon="pause" onClick={() => void change(chosen, 'suspend', 'Suspended', 'resume')}>
      Suspend
    </BulkButton>
  )
}

function ResumeMany({ chosen }: { readonly chosen: readonly KeySubject[] }) {
  const change = useStepMany()
  return (
    <BulkButton icon="play" onClick={() => void change(chosen, 'resume', 'Resumed', 'suspend')}>
      Resume
    </BulkButton>
  )
}

/** One after the other; what went through can be undone, what did not is named. */
function useStepMany() {
  const router = useRouter()
  const { clear } = useSelection()
  return async function change(
    chosen: readonly KeySubject[],
    act: 'suspend' | 'resume',
    done: string,
    undo: 'suspend' | 'resume',
  ) {
    const changed: KeySubject[] = []
    const failed: string[] = []
    for (const key of chosen) {
      await sendKeyAct(key.id, act).then(
        () => changed.push(key),
        (error: unknown) => failed.push(`${key.name}: ${problemText(error)}`),
      )
    }
    clear()
    router.refresh()
    const text = [
      changed.length > 0 ? `${done} ${plural(changed.length, 'key')}.` : '',
      failed.length > 0 ? `${failed.length} could not be: ${failed.slice(0, 2).join(' ')}` : '',
    ]
    toast({
      text: text.filter(Boolean).join(' '),
      ...(changed.length > 0 ? { undo: () => void undoMany(changed, undo).finally(() => router.refresh()) } : {}),
    })
  }
}

async function undoMany(keys: readonly KeySubject[], act: 'suspend' | 'resume') {
  for (const { id } of keys) await sendKeyAct(id, act).catch((error: unknown) => toast({ text: problemText(error) }))
}

/** Cannot be undone, so what it does is counted first, and more than one key is revoked only by typing it. */
function RevokeMany({ count, filter }: { readonly count: number; readonly filter: KeyFilter }) {
  const [open, setOpen] = useState(false)
  const [typed, setTyped] = useState('')
  const [reason, setReason] = useState('')
  const [isSending, setSending] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const [preview, setPreview] = useState<RevokedKeys | null>(null)
  const counted = preview?.count ?? null
  const router = useRouter()
  const { clear } = useSelection()
  const phrase = `revoke ${plural(counted ?? count, 'key')}`
  const isTyped = (counted ?? count) === 1 || typed.trim().toLowerCase() === phrase

  function change(next: boolean) {
    setOpen(next)
    setTyped('')
    setProblem(null)
    setPreview(null)
    if (next)
      void ask(true).then(
        (answer) => setPreview(answer),
        (error: unknown) => setProblem(problemText(error)),
      )
  }
  const ask = (dryRun: boolean) =>
    sendApi('/keys/revoke', revokedKeys, {
      body: { filter, dryRun, ...(reason.trim() ? { reason: reason.trim() } : {}) },
    })

  async function revoke() {
    setSending(true)
    setProblem(null)
    try {
      const answer = await ask(false)
      change(false)
      clear()
      router.refresh()
      toast({ text: `Revoked ${plural(answer.count, 'key')}.` })
    } catch (error) {
      setProblem(problemText(error))
    } finally {
      setSending(false)
    }
  }

  return (
    <ConfirmPopover
      open={open}
      onOpenChange={change}
      trigger={<BulkButton icon="ban">Revoke…</BulkButton>}
      icon={<Icon name="ban" className="text-bad-ink" />}
      title={`Revoke ${plural(counted ?? count, 'key')}?`}
      description="This cannot be undone."
      actions={
        <>
          <Button variant="quiet" onClick={() => change(false)}>
            Cancel
          </Button>
          <Button
            variant="danger-solid"
            busy={isSending}
            disabled={!isTyped || counted === null || counted === 0}
            onClick={revoke}
          >
            Revoke now
          </Button>
        </>
      }
    >
      <Effects
        items={[
          {
            icon: <Icon name="ban" />,
            text: (
              <>
                Their secrets are refused within <b>1 s</b>, with 401 key_revoked
              </>
            ),
          },
          { icon: <Icon name="play" />, text: 'Streams that run now finish and are paid for' },
          ...(preview && preview.count > 0 ? previewEffects(preview) : []),
          ...(counted !== null && counted < count
            ? [
                {
                  icon: <Icon name="lock" />,
                  text: `${plural(count - counted, 'of them is', 'of them are')} revoked already or not yours to revoke`,
                },
              ]
            : []),
        ]}
      />
      <Field label="Why" meaning="goes to the audit log">
        <Input
          value={reason}
          maxLength={500}
          placeholder="Moved to the new account"
          onChange={(event) => setReason(event.target.value)}
        />
      </Field>
      {(counted ?? count) > 1 ? (
        <Field label={`Type “${phrase}”`}>
          <Input value={typed} placeholder={phrase} onChange={(event) => setTyped(event.target.value)} />
        </Field>
      ) : null}
      {problem ? (
        <Note tone="bad" role="status" title="Nothing was revoked.">
          {problem}
        </Note>
      ) : null}
    </ConfirmPopover>
  )
}

/** Whose they are, and whether anything still calls with them. */
function previewEffects({ count, owners, keys, lastUsedAt }: RevokedKeys) {
  const first = owners.slice(0, 3)
  const named = first.map(({ owner, keys: theirs }) => `${owner?.name ?? 'nobody'} (${theirs})`)
  // The answer names fifty owners at most, but counts every key.
  const others = count - first.reduce((sum, { keys: theirs }) => sum + theirs, 0)
  const latest = keys[0]
  return [
    { icon: <Icon name="users" />, text: `Of ${named.join(', ')}${others > 0 ? ` and others (${others})` : ''}` },
    {
      icon: <Icon name="clock" />,
      text:
        lastUsedAt === null || !latest
          ? 'None was ever used'
          : `Last used: ${latest.name}, ${formatMoment(Date.parse(lastUsedAt))}`,
    },
  ]
}
