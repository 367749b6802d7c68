import type { ReactNode } from 'react'
import { capital, waitsFor, whatWords } from '#components/requests/request-words.ts'
import { formatDate, formatMoment } from '#components/ui/format.ts'
import { Link } from '#components/ui/link.tsx'
import { Note } from '#components/ui/note.tsx'
import { Person } from '#components/ui/person.tsx'
import { Facts, Lede, Section } from '#components/ui/section.tsx'
import type { RequestView } from '#lib/requests/contract.ts'
import { partsOf } from '#lib/requests/rules/words.ts'

/** What is asked, against what is in force. */
export function RequestBody({ request, children }: { readonly request: RequestView; readonly children?: ReactNode }) {
  const given = new Map((request.granted ? partsOf(request.granted) : []).map((part) => [part.field, part.value]))
  return (
    <>
      <section className="grid gap-3 [&+section]:mt-8">
        <Lede className="max-w-[34rem]">
          {request.asker.name} asks for {request.summary}.
        </Lede>
        {request.reason ? <p className="text-ink-2">“{request.reason}”</p> : null}
        <Outcome request={request} />
      </section>
      <Section title="What would change" className="gap-1">
        <dl className="grid">
          {partsOf(request.wish).map(({ field, label, value }) => (
            <div
              key={field}
              className="grid grid-cols-[minmax(0,1fr)_auto] items-baseline gap-3 border-b border-line py-2 last:border-b-0"
            >
              <dt className="text-ink-2">{capital(label)}</dt>
              <dd className="text-right tabular-nums">
                {request.now[field] ? <span className="text-ink-3">now {request.now[field]} → </span> : null}
                <b>{value || 'yes'}</b>
                {given.has(field) && given.get(field) !== value ? (
                  <span className="text-ink-3"> asked, {given.get(field)} given</span>
                ) : null}
              </dd>
            </div>
          ))}
        </dl>
      </Section>
      {children}
    </>
  )
}

function Outcome({ request }: { readonly request: RequestView }) {
  const { status, decidedBy, decidedAt, decisionReason, validUntil, endedAt, endedBy, endReason } = request
  const why = decisionReason ? ` “${decisionReason}”` : ''
  const at = decidedAt ? ` on ${formatMoment(Date.parse(decidedAt))}.` : '.'
  switch (status) {
    case 'open':
      return (
        <Note tone="warn" icon="clock" title={`Waits for ${waitsFor(request)}.`}>
          It lapses on {formatDate(Date.parse(request.lapsesAt))} if nobody decides.
        </Note>
      )
    case 'approved':
      return (
        <Note tone="ok" icon="check" title={`Approved by ${decidedBy ?? 'a rule'}${at}`}>
          {validUntil ? `It ends by itself on ${formatMoment(Date.parse(validUntil))}.` : 'It is in force for good.'}
          {why}
        </Note>
      )
    case 'denied':
      return (
        <Note tone="bad" icon="x" title={`Denied by ${decidedBy ?? 'somebody'}${at}`}>
          {why}
        </Note>
      )
    case 'ended':
      return (
        <Note
          icon="clock"
          title={`Ended${endedBy ? ` by ${endedBy}` : ''}${endedAt ? ` on ${formatMoment(Date.parse(endedAt))}` : ''}.`}
        >
          What it gave was put back. {decidedBy ? `It was approved by ${decidedBy}.` : ''}
          {endReason ? ` “${endReason}”` : ''}
        </Note>
      )
    case 'withdrawn':
      return <Note icon="undo" title="Taken back by who asked." />
    case 'expired':
      return (
        <Note icon="clock" title="Lapsed.">
          {decisionReason ? `${capital(decisionReason)}.` : ''}
        </Note>
      )
  }
}

/** Who, where, since when. */
export function RequestFacts({ request }: { readonly request: RequestView }) {
  const { what, asker, team, key, wantedUntil, createdAt, decisionId } = request
  return (
    <Section title="Request" className="gap-1.5">
      <Facts
        items={[
          { label: 'Kind', value: whatWords[what] },
          { label: 'Who asks', value: <Person name={asker.name} /> },
          { label: 'Team', value: team.name },
          ...(key ? [{ label: 'Key', value: <Link href={`/keys/${key.id}`}>{key.name}</Link> }] : []),
          { label: 'For', value: wantedUntil ? `until ${formatDate(Date.parse(wantedUntil))}` : 'good' },
          { label: 'Asked', value: formatMoment(Date.parse(createdAt)) },
          ...(decisionId
            ? [{ label: 'After', value: <Link href={`/decisions/${decisionId}`}>a refused call</Link> }]
            : []),
        ]}
      />
    </Section>
  )
}
