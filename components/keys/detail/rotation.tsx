import type { ReactNode } from 'react'
import { clientName } from '#components/calls/client-name.ts'
import { EndOldSecret } from '#components/keys/detail/end-old-secret.tsx'
import {
  formatCount,
  formatDate,
  formatDuration,
  formatKey,
  formatPercent,
  formatReset,
  plural,
} from '#components/ui/format.ts'
import { Icon } from '#components/ui/icon.tsx'
import { Meter } from '#components/ui/meter.tsx'
import { Section } from '#components/ui/section.tsx'
import { Table, Td, Th } from '#components/ui/table.tsx'
import { Tag } from '#components/ui/tag.tsx'
import { Time } from '#components/ui/time.tsx'
import { Well } from '#components/ui/well.tsx'
import type { KeyView } from '#lib/keys/contract.ts'
import type { CallerView } from '#lib/keys/list-callers.ts'

type RotationProps = {
  readonly item: KeyView
  /** Of the last 24 hours. */
  readonly callers: readonly CallerView[]
  readonly nowMs: number
}

/** Both secrets of a rotation under way, how far it is, and who has not moved; else one line. */
export function Rotation({ item, callers, nowMs }: RotationProps) {
  const [current, old] = item.secrets
  if (!current) return null
  if (!old || old.notAfter === null) {
    return (
      <Section title="Secret">
        <p className="text-ink-2">
          <span className="mono">{formatKey(current.last4)}</span> since {formatDate(Date.parse(current.createdAt))}
          {current.lastUsedAt ? (
            <>
              , last used <Time at={Date.parse(current.lastUsedAt)} as="age" now={nowMs} />
            </>
          ) : (
            ', never used'
          )}
          .
        </p>
      </Section>
    )
  }
  const endsMs = Date.parse(old.notAfter)
  const moved = callsOf(callers, current.id)
  const still = callsOf(callers, old.id)
  const share = moved + still === 0 ? null : moved / (moved + still)
  const left = callers.filter(({ secretId }) => secretId === old.id)
  return (
    <Section
      title="Rotation"
      end={
        <Tag tone="warn">
          <Icon name="clock" size={12} />
          {formatDuration(endsMs - nowMs)} left
        </Tag>
      }
    >
      <Well className="grid grid-cols-2 [&>*]:p-3 [&>*+*]:border-l [&>*+*]:border-line">
        <Secret title="New secret" last4={current.last4}>
          {callsAndLast(moved, current.lastUsedAt, nowMs)}
        </Secret>
        <Secret title={`Old, ends ${formatReset(endsMs)}`} last4={old.last4}>
          {callsAndLast(still, old.lastUsedAt, nowMs)}
        </Secret>
      </Well>
      {share === null ? null : (
        <div className="grid gap-1.5">
          <p className="flex justify-between">
            <span>
              <b>{formatPercent(share * 100)}</b> of calls have moved
            </span>
            <span className="text-ink-3">
              {left.length === 0 ? 'Nobody is left' : `${plural(left.length, 'caller has', 'callers have')} not`}
            </span>
          </p>
          <Meter spent={share} tone="progress" label={`${Math.round(share * 100)} % of calls have moved`} />
        </div>
      )}
      {left.length > 0 ? <StillOld callers={left} nowMs={nowMs} /> : null}
      {item.actions.includes('rotate') ? (
        <EndOldSecret keyId={item.id} secretId={old.id} last4={old.last4} callers={left.length} />
      ) : null}
    </Section>
  )
}

function Secret({
  title,
  last4,
  children,
}: {
  readonly title: string
  readonly last4: string
  readonly children: ReactNode
}) {
  return (
    <div>
      <p className="text-xs text-ink-3">{title}</p>
      <p className="mono">{formatKey(last4)}</p>
      <p className="text-xs">{children}</p>
    </div>
  )
}

function callsAndLast(calls: number, lastUsedAt: string | null, nowMs: number): ReactNode {
  if (calls === 0 && lastUsedAt === null) return 'No call yet'
  return (
    <>
      {plural(calls, 'call')}
      {lastUsedAt ? (
        <>
          , last <Time at={Date.parse(lastUsedAt)} as="age" now={nowMs} />
        </>
      ) : null}
    </>
  )
}

function StillOld({ callers, nowMs }: { readonly callers: readonly CallerView[]; readonly nowMs: number }) {
  return (
    <Table label="Still uses the old secret" inline rows="two">
      <thead>
        <tr>
          <Th>Still uses the old secret</Th>
          <Th num>Calls, 24 h</Th>
          <Th num>Last</Th>
        </tr>
      </thead>
      <tbody>
        {callers.slice(0, 5).map((caller) => (
          <tr key={[caller.ip, caller.client].join(' ')}>
            <Td>
              <span className="grid leading-4">
                <span className="mono">{caller.ip ?? 'unknown'}</span>
                <small className="text-ink-2">{clientName(caller.client) ?? 'no client named'}</small>
              </span>
            </Td>
            <Td num>{formatCount(caller.calls)}</Td>
            <Td num dim>
              <Time at={Date.parse(caller.lastAt)} as="age" now={nowMs} />
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

function callsOf(callers: readonly CallerView[], secretId: string): number {
  return callers.filter((caller) => caller.secretId === secretId).reduce((sum, { calls }) => sum + calls, 0)
}
