import { targetHref, targetWords } from '#components/audit/action-tone.ts'
import { Change } from '#components/audit/change.tsx'
import { DrawerKeys } from '#components/audit/drawer-keys.tsx'
import { EntryVerdict, LinkMark } from '#components/audit/entry-mark.tsx'
import { Who } from '#components/audit/entry-table.tsx'
import { Summary } from '#components/audit/summary.tsx'
import { Drawer } from '#components/shell/page.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { cn } from '#components/ui/cn.ts'
import { CopyIcon, CopyId } from '#components/ui/copy-button.tsx'
import { formatCount, formatDate, formatHash } from '#components/ui/format.ts'
import { Link } from '#components/ui/link.tsx'
import { Facts, Section, type Fact } from '#components/ui/section.tsx'
import { Empty } from '#components/ui/states.tsx'
import type { AuditEntryView } from '#lib/audit/contract.ts'

export type EntryDrawerProps = {
  /** Null: no entry has this number. */
  readonly entry: AuditEntryView | null
  /** This entry and its neighbours in the chain, newest first. */
  readonly neighbours: readonly AuditEntryView[]
  /** Of the rows above and below in the list. */
  readonly newerHref: string | null
  readonly olderHref: string | null
  readonly closeHref: string
  /** The address of the drawer, whole, to send to somebody. */
  readonly link: string
}

/** One entry: the sentence, who and from where, the change, and its place in the chain. */
export function EntryDrawer({ entry, neighbours, newerHref, olderHref, closeHref, link }: EntryDrawerProps) {
  return (
    <Drawer label="Audit entry">
      <DrawerKeys newerHref={newerHref} olderHref={olderHref} closeHref={closeHref} link={link} />
      <header className="grid flex-none gap-1 border-b border-line px-5 pt-3 pb-4 phone:px-4">
        <div className="flex items-center gap-1 text-ink-3">
          <span className="flex-1">{entry ? `Entry ${formatCount(entry.seq)}` : 'Entry'}</span>
          {newerHref ? (
            <ButtonLink
              href={newerHref}
              scroll={false}
              variant="quiet"
              size="small"
              icon="up"
              aria-label="Newer entry"
              title="Newer entry (k)"
            />
          ) : null}
          {olderHref ? (
            <ButtonLink
              href={olderHref}
              scroll={false}
              variant="quiet"
              size="small"
              icon="dn"
              aria-label="Older entry"
              title="Older entry (j)"
            />
          ) : null}
          <CopyIcon text={link} label="Copy link to this entry" />
          <ButtonLink
            href={closeHref}
            scroll={false}
            variant="quiet"
            size="small"
            icon="x"
            aria-label="Close"
            title="Close (Esc)"
          />
        </div>
        {entry ? (
          <h2 className="text-lg font-semibold tracking-(--track-tight) text-balance">
            {entry.actor.name} {entry.summary}
          </h2>
        ) : null}
      </header>
      <div className="px-5 py-4 phone:px-4">
        {entry ? (
          <>
            <Section title={<span className="sr-only">Facts</span>} className="gap-0 [&>div:first-child]:min-h-0">
              <Facts items={factsOf(entry)} />
            </Section>
            <Change before={entry.before} after={entry.after} />
            <Chain entry={entry} neighbours={neighbours} />
          </>
        ) : (
          <Empty icon="search" title="No entry with this number">
            The log may be shorter than the address says.
          </Empty>
        )}
      </div>
    </Drawer>
  )
}

const methods: Record<string, string> = { user: 'Signed in', token: 'API token', system: 'Gatehouse itself' }

function factsOf({ at, actor, target, action, ip, requestId }: AuditEntryView): Fact[] {
  const atMs = Date.parse(at)
  const href = targetHref(target.type, target.id)
  return [
    { label: 'When', value: <time dateTime={at}>{`${formatDate(atMs)}, ${at.slice(11, 23)} UTC`}</time> },
    { label: 'Who', value: <Who actor={actor} /> },
    { label: 'By', value: methods[actor.type] ?? actor.type },
    { label: 'From', value: ip === null ? null : <span className="mono">{ip}</span> },
    { label: 'Action', value: <span className="mono">{action}</span> },
    {
      label: targetWords(target.type),
      value: href ? (
        <Link href={href}>{target.name || target.id}</Link>
      ) : (
        <Summary text={target.name || target.id} name="" />
      ),
    },
    { label: 'Id', value: <CopyId text={target.id} label="Copy id" /> },
    { label: 'Request', value: requestId === null ? null : <CopyId text={requestId} label="Copy request id" /> },
  ].filter((fact) => fact.value !== null)
}

function Chain({
  entry,
  neighbours,
}: {
  readonly entry: AuditEntryView
  readonly neighbours: readonly AuditEntryView[]
}) {
  return (
    <Section title="Place in the chain" end={<EntryVerdict seq={entry.seq} />}>
      <ol className="grid">
        {neighbours.map((each, index) => {
          const isThis = each.seq === entry.seq
          return (
            <li
              key={each.seq}
              className={cn(
                'grid grid-cols-[10px_5rem_minmax(0,1fr)_12px] items-center justify-items-start gap-3 py-1',
                isThis && 'font-medium',
              )}
            >
              <span aria-hidden className="relative grid h-full w-full place-items-center">
                {index < neighbours.length - 1 ? (
                  <span className="absolute top-1/2 h-[calc(100%+0.5rem)] w-px bg-line-strong" />
                ) : null}
                <span
                  className={cn(
                    'relative size-2 rounded-[2px] border',
                    isThis ? 'border-accent bg-accent' : 'border-line-control bg-surface',
                  )}
                />
              </span>
              <span className="mono tabular-nums">{formatCount(each.seq)}</span>
              <CopyId text={each.hash} shown={formatHash(each.hash)} label={`Copy the digest of entry ${each.seq}`} />
              <LinkMark seq={each.seq} />
            </li>
          )
        })}
      </ol>
      <p className="text-xs text-ink-3">
        Each digest is SHA-256 over the entry and the digest before it. To check it yourself, read the entries from{' '}
        <code className="mono">/api/v1/audit</code> and compare with <code className="mono">/api/v1/audit/verify</code>.
      </p>
    </Section>
  )
}
