import { atItsAge, extensionOf } from '#components/keys/extension.ts'
import { QuarantineStrip } from '#components/quarantine/quarantine-strip.tsx'
import { ExtendKey } from '#components/keys/acts/extend-key.tsx'
import { isCapped } from '#components/keys/key-money.ts'
import { thisPeriod } from '#components/keys/key-words.ts'
import { formatDate, formatMoment, formatMoney, formatReset } from '#components/ui/format.ts'
import { Note, type NoteProps } from '#components/ui/note.tsx'
import type { KeyView } from '#lib/keys/contract.ts'
import type { QuarantineView } from '#lib/quarantine/contract.ts'

type StatusStripProps = {
  readonly item: KeyView
  readonly nowMs: number
  /** See readLatestEnd. */
  readonly latestMs: number | null
  readonly quarantine: QuarantineView | null
  /** By an alert; it comes some minutes after the end came near. */
  readonly endIsTold: boolean
}

const soonMs = 14 * 86_400_000

/** What keeps this key from working, since when and why, and who changes it; nothing for a key that is well. */
export function StatusStrip({ item, nowMs, latestMs, quarantine, endIsTold }: StatusStripProps) {
  if (item.status === 'quarantined' && quarantine) {
    const release = item.actions.includes('release') ? 'Release puts it back to where it was.' : 'An admin releases it.'
    return (
      <QuarantineStrip quarantine={quarantine} effect={`Its calls are refused with 403 key_quarantined. ${release}`} />
    )
  }
  const strip = stripOf(item, nowMs, endIsTold)
  if (!strip) return null
  const asks = strip.extends === true && item.actions.includes('update')
  const toMs = asks ? extensionOf(item.expiresAt === null ? null : Date.parse(item.expiresAt), latestMs, nowMs) : null
  return (
    <div className="flex-none border-b border-line px-(--gutter) py-3 phone:px-4">
      <Note
        tone={strip.tone}
        icon={strip.icon}
        title={strip.title}
        action={toMs === null ? null : <ExtendKey id={item.id} toMs={toMs} />}
      >
        {asks && toMs === null ? atItsAge : strip.text}
      </Note>
    </div>
  )
}

type Strip = Pick<NoteProps, 'tone' | 'icon'> & {
  readonly title: string
  readonly text: string
  readonly extends?: boolean
}

function stripOf(item: KeyView, nowMs: number, endIsTold: boolean): Strip | null {
  const since = item.statusAt ? ` since ${formatMoment(Date.parse(item.statusAt))}` : ''
  const why = item.statusReason ? `Reason: ${item.statusReason}. ` : ''
  const may = (action: string) => item.actions.includes(action as KeyView['actions'][number])
  switch (item.status) {
    case 'suspended':
      return {
        tone: 'none',
        icon: 'pause',
        title: `Suspended${since}.`,
        text: `${why}Its calls are refused with 401 key_suspended. ${may('resume') ? 'Resume lets it call again within 1 s.' : 'Its owner, the team lead or an admin resumes it.'}`,
      }
    case 'quarantined':
      return {
        tone: 'quar',
        title: `Quarantined${since}.`,
        text: `${why}Its calls are refused with 403 key_quarantined. ${may('release') ? 'Release puts it back to where it was.' : 'Only an admin releases it.'}`,
      }
    case 'revoked':
      return {
        tone: 'bad',
        icon: 'ban',
        title: `Revoked${since}.`,
        text: `${why}It never works again. Its calls and its spend stay in every report.`,
      }
    case 'expired':
      return {
        tone: 'none',
        icon: 'clock',
        title: item.statusReason
          ? `Ended${since}.`
          : `Ended${item.expiresAt ? ` on ${formatDate(Date.parse(item.expiresAt))}` : ''}.`,
        text: `${why}${
          may('update') ? 'Extending it lets the same secret call again.' : 'Its owner or the team lead extends it.'
        }`,
        extends: true,
      }
    case 'pending':
      return { tone: 'warn', icon: 'clock', title: `Waits for approval${since}.`, text: 'It cannot call anything yet.' }
    case 'active':
      return cappedStrip(item) ?? (endIsTold ? null : endingStrip(item, nowMs))
  }
}

function cappedStrip({ budget }: KeyView): Strip | null {
  if (!budget || !isCapped(budget)) return null
  const until = budget.resetsAt ? ` until ${formatReset(Date.parse(budget.resetsAt))}` : ''
  return {
    tone: 'bad',
    icon: 'pause',
    title: `Cap reached${until}.`,
    text: `It spent ${formatMoney(budget.spentUsd)} of ${formatMoney(budget.amountUsd)} ${thisPeriod[budget.period]}. Calls are refused with 429 insufficient_quota.`,
  }
}

function endingStrip({ expiresAt }: KeyView, nowMs: number): Strip | null {
  if (expiresAt === null || Date.parse(expiresAt) - nowMs > soonMs) return null
  return {
    tone: 'warn',
    icon: 'clock',
    title: `Ends on ${formatDate(Date.parse(expiresAt))}.`,
    text: 'Its calls are refused from then on.',
    extends: true,
  }
}
