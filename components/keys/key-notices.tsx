import { ExtendKey } from '#components/keys/acts/extend-key.tsx'
import { atItsAge } from '#components/keys/extension.ts'
import { formatDate, formatMoment } from '#components/ui/format.ts'
import { Link } from '#components/ui/link.tsx'
import { Note } from '#components/ui/note.tsx'
import type { KeyNotice } from '#lib/keys/contract.ts'

export type ShownNotice = {
  readonly notice: KeyNotice
  /** To when it can be extended; null where it cannot be, or not by the reader. */
  readonly extendToMs: number | null
}

/** What should be known of keys before it is too late, each with what to do. */
export function KeyNotices({ notices, named }: { readonly notices: readonly ShownNotice[]; readonly named: boolean }) {
  return notices.map(({ notice, extendToMs }) => (
    <Note
      key={`${notice.key.id} ${notice.kind}`}
      tone="warn"
      icon={notice.kind === 'browser_origin' ? 'globe' : 'clock'}
      title={
        <>
          {named ? <Link href={`/keys/${notice.key.id}`}>{notice.key.name}</Link> : 'This key'} {titleOf(notice)}
        </>
      }
      action={
        extendToMs !== null && notice.kind === 'ends_soon' ? <ExtendKey id={notice.key.id} toMs={extendToMs} /> : null
      }
    >
      {textOf(notice, extendToMs)}
    </Note>
  ))
}

function titleOf({ kind, dueAt, detail, lastAt }: KeyNotice): string {
  const due = dueAt === null ? '' : ` on ${formatDate(Date.parse(dueAt))}`
  if (kind === 'ends_soon') return `ends${due}.`
  if (kind === 'idle') return `ends${due} unless somebody uses it.`
  return `was used from a web page${detail ? `, ${detail}` : ''}, on ${formatMoment(Date.parse(lastAt))}.`
}

function textOf({ kind }: KeyNotice, extendToMs: number | null): string {
  if (kind === 'ends_soon') return extendToMs === null ? atItsAge : 'Its calls are refused from then on.'
  if (kind === 'idle') return 'Its profile ends keys that nobody uses. One call keeps it.'
  return 'Everybody who opens that page can read the key. Rotate it, and call from a server with a key of an app.'
}
