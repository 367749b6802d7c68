import type { ReactNode } from 'react'
import { Acknowledge } from '#components/alerts/acknowledge.tsx'
import { alertWords, kindWords, levelLooks, subjectIcon, subjectWord } from '#components/alerts/alert-words.ts'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { formatLogTime } from '#components/ui/format.ts'
import { Icon } from '#components/ui/icon.tsx'
import { Row } from '#components/ui/list.tsx'
import { Status } from '#components/ui/status.tsx'
import { Lead, Table, Td, Th } from '#components/ui/table.tsx'
import { Time } from '#components/ui/time.tsx'
import type { AlertView } from '#lib/alerts/contract.ts'

export const alertColumns = 6

type AlertTableProps = { readonly alerts: readonly AlertView[]; readonly nowMs: number; readonly empty: ReactNode }

/** What waits: what it is about, how far it has gone, since when, and the way to do something about it. */
export function AlertTable({ alerts, nowMs, empty }: AlertTableProps) {
  return (
    <Table label="Alerts" rows="two">
      <thead>
        <tr>
          <Th>About</Th>
          <Th drop={4}>Level</Th>
          <Th drop={2}>What and how far</Th>
          <Th drop={1}>What to do</Th>
          <Th num drop={3}>
            Since
          </Th>
          <Th num>
            <span className="sr-only">Actions</span>
          </Th>
        </tr>
      </thead>
      <tbody>
        {alerts.length === 0 ? empty : null}
        {alerts.map((alert) => (
          <AlertRow key={alert.id} alert={alert} nowMs={nowMs} />
        ))}
      </tbody>
    </Table>
  )
}

function AlertRow({ alert, nowMs }: { readonly alert: AlertView; readonly nowMs: number }) {
  const { id, subject, level, kind, openedAt } = alert
  const { what, howFar, next, action } = alertWords(alert)
  return (
    <Row id={id} href={action.href}>
      <Td give>
        <Lead
          icon={<Icon name={subjectIcon(subject)} />}
          title={subject.name}
          href={action.href}
          second={`${subjectWord(subject)} · ${kindWords[kind]}`}
          narrow={what}
        />
      </Td>
      <Td drop={4}>
        <AlertLevelWord level={level} />
      </Td>
      <Td drop={2} className="max-w-96">
        <span className="grid leading-4">
          <span className="truncate">{what}</span>
          <small className="truncate text-ink-3">{howFar}</small>
        </span>
      </Td>
      <Td drop={1} dim className="max-w-80 whitespace-normal!">
        <span className="line-clamp-2 leading-4">{next}</span>
      </Td>
      <Td num dim drop={3}>
        <Time at={Date.parse(openedAt)} now={nowMs} />
      </Td>
      <Td num className="w-0">
        <span className="inline-flex items-center gap-2">
          <span className="phone:hidden">
            <AcknowledgedOr alert={alert} nowMs={nowMs} />
          </span>
          <ButtonLink size="small" href={action.href} aria-label={`${action.label}: ${subject.name}`}>
            {action.label}
          </ButtonLink>
        </span>
      </Td>
    </Row>
  )
}

function AlertLevelWord({ level }: Pick<AlertView, 'level'>) {
  const { word, tone } = levelLooks[level]
  return (
    <Status tone={tone} glyph={level === 'critical' ? 'cross' : level === 'warning' ? 'triangle' : 'dashed'}>
      {word}
    </Status>
  )
}

function AcknowledgedOr({ alert, nowMs }: { readonly alert: AlertView; readonly nowMs: number }) {
  const { state, mayAcknowledge, acknowledgedBy, acknowledgedAt, closedAt, id, subject } = alert
  if (mayAcknowledge) return <Acknowledge id={id} name={subject.name} />
  if (state === 'closed' && closedAt)
    return <span className="text-ink-3">Over since {formatLogTime(Date.parse(closedAt), nowMs)}</span>
  if (state === 'acknowledged' && acknowledgedAt) return <span className="text-ink-3">Seen by {acknowledgedBy}</span>
  return null
}
