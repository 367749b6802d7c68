import { isUnpriced, unpricedWords } from '#components/calls/call-cost.ts'
import { OutcomeHead } from '#components/calls/call-outcome.tsx'
import { clientName } from '#components/calls/client-name.ts'
import { CostTable } from '#components/calls/cost-table.tsx'
import type { Reach } from '#components/calls/reach.ts'
import { receiptSentence } from '#components/calls/receipt-sentence.ts'
import { RouteTable } from '#components/calls/route-table.tsx'
import { TimingBar } from '#components/calls/timing-bar.tsx'
import { RuleList } from '#components/decisions/rule-list.tsx'
import { WholeNames } from '#components/decisions/whole-names.tsx'
import { Columns } from '#components/shell/page.tsx'
import { CopyButton, CopyId } from '#components/ui/copy-button.tsx'
import { formatLatency, formatMoment, formatMoneyDifference, plural } from '#components/ui/format.ts'
import { Link } from '#components/ui/link.tsx'
import { Note } from '#components/ui/note.tsx'
import { Person } from '#components/ui/person.tsx'
import { Facts, Lede, Section } from '#components/ui/section.tsx'
import { Tag } from '#components/ui/tag.tsx'
import type { Receipt } from '#lib/reports/calls-contract.ts'

type ReceiptViewProps = {
  readonly receipt: Receipt
  readonly reach: Reach
  /** The management API's answer, for "Copy as JSON". */
  readonly json: string
}

/** What happened to one call: who made it, where it went, what was checked, what it cost and how long it took. */
export function ReceiptView({ receipt, json, reach }: ReceiptViewProps) {
  const { attempts, rules, timing, adjustments } = receipt
  const hasCost = receipt.priceLines.length > 0 || receipt.unpriced.length > 0
  const estimatedWhy = estimateWords(receipt)
  const { lede, second } = receiptSentence(receipt)
  return (
    <Columns rail={<Rail receipt={receipt} json={json} reach={reach} />}>
      <section className="grid gap-2.5 [&+section]:mt-8">
        <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-ink-3">
          <OutcomeHead outcome={receipt.outcome} status={receipt.status} code={receipt.errorCode} />
          <span className="tabular-nums">{formatMoment(Date.parse(receipt.at))}</span>
        </p>
        <Lede className="max-w-[36rem]">
          <WholeNames text={lede} />
        </Lede>
        <p className="text-ink-2">
          {second}
          {receipt.outcome === 'refused' && reach.decisions ? (
            <>
              {' '}
              <Link href={`/decisions/${receipt.decisionId}`}>Why was this refused?</Link>
            </>
          ) : null}
        </p>
        {receipt.unpriced.length > 0 ? (
          <Note tone="warn" title="Not priced.">
            {unpricedWords(receipt)}, so{' '}
            {isUnpriced(receipt) ? 'what this call cost is not known' : 'its cost is not in the total'}.
          </Note>
        ) : null}
        {receipt.degraded ? (
          <Note tone="warn" title="Limits could not be checked.">
            The profile lets calls through within a slice of each limit and budget meanwhile. It counts on all of them.
          </Note>
        ) : null}
        {estimatedWhy ? (
          <Note tone="warn" title="Estimated.">
            {estimatedWhy} Tokens were counted from what passed through the gateway.
          </Note>
        ) : null}
      </section>
      <Section title="Time" aside={formatLatency(timing.totalMs)}>
        <TimingBar timing={timing} stream={receipt.stream} />
        {timing.clockAheadMs === undefined ? null : (
          <Note tone="warn" title="Time corrected.">
            The gateway’s clock was {formatLatency(timing.clockAheadMs)} ahead, so this call has the time at which its
            record arrived. How long it took is right.
          </Note>
        )}
      </Section>
      {hasCost ? (
        <Section title="Cost" aside={receipt.priceVersion ? <PriceAside id={receipt.priceVersion} /> : null}>
          <CostTable receipt={receipt} />
          {adjustments.length > 0 ? <Adjustments adjustments={adjustments} /> : null}
        </Section>
      ) : null}
      {attempts.length > 0 ? (
        <Section title="Route" aside={attempts.length === 1 ? 'One attempt' : plural(attempts.length, 'attempt')}>
          <RouteTable attempts={attempts} />
        </Section>
      ) : null}
      {rules.length > 0 ? (
        <Section
          title="What was checked"
          aside={plural(rules.length, 'rule')}
          end={reach.decisions ? <Link href={`/decisions/${receipt.decisionId}`}>Decision</Link> : null}
          className="gap-2"
        >
          <RuleList rules={rules} neededNanos={null} />
        </Section>
      ) : null}
    </Columns>
  )
}

/** Why the counts are estimates, where they are. That there is no price has a note of its own. */
function estimateWords({ estimated, estimatedWhy }: Receipt): string | null {
  if (!estimated) return null
  if (estimatedWhy === null) return 'The provider reported no usage.'
  const why = estimatedWhy.split('; ').filter((reason) => !reason.startsWith('no price for '))
  return why.length === 0 ? null : `${sentence(why.join('; '))}.`
}

function PriceAside({ id }: { readonly id: string }) {
  return (
    <>
      US dollars, price version <CopyId text={id} shown={shortId(id)} label="Copy price version" />
    </>
  )
}

function Adjustments({ adjustments }: Pick<Receipt, 'adjustments'>) {
  return (
    <ul className="grid gap-1 text-xs text-ink-3">
      {adjustments.map(({ id, kind, bookedAt, costUsd }) => (
        <li key={id}>
          {kind === 'attempt' ? 'A failed attempt was billed' : 'Corrected'} on {formatMoment(Date.parse(bookedAt))}:{' '}
          {formatMoneyDifference(costUsd)}, contained in the figures above.
        </li>
      ))}
    </ul>
  )
}

function Rail({ receipt, json, reach }: ReceiptViewProps) {
  return (
    <>
      <Section title="Who" className="gap-1.5">
        <Facts items={whoFacts(receipt, reach)} />
      </Section>
      <Section
        title="Call"
        end={
          <CopyButton size="small" variant="quiet" text={json}>
            Copy as JSON
          </CopyButton>
        }
        className="gap-1.5"
      >
        <Facts items={callFacts(receipt)} />
      </Section>
    </>
  )
}

function whoFacts(receipt: Receipt, reach: Reach) {
  const { key, principal, team, project, costCentre, environment, profile } = receipt
  return [
    key ? { label: 'Key', value: reach.keys ? <Link href={`/keys/${key.id}`}>{key.name}</Link> : key.name } : null,
    principal && principal.type !== 'team'
      ? { label: principalLabel(receipt), value: <Principal {...principal} /> }
      : null,
    team ? { label: 'Team', value: team.name } : null,
    project ? { label: 'Project', value: project.name } : null,
    {
      label: 'Cost centre',
      value: costCentre ? (
        `${costCentre.id} ${costCentre.name === costCentre.id ? '' : costCentre.name}`.trim()
      ) : (
        <span className="text-ink-3">none</span>
      ),
    },
    environment ? { label: 'Environment', value: <Tag>{environment}</Tag> } : null,
    profile
      ? { label: 'Profile', value: `${profile.name}${profile.version === null ? '' : `, version ${profile.version}`}` }
      : null,
    { label: 'Proved by', value: identityWords[receipt.identityMethod] ?? receipt.identityMethod },
    { label: 'Client', value: clientName(receipt.userAgent) ?? 'not named' },
    receipt.clientIp ? { label: 'From', value: <span className="mono">{receipt.clientIp}</span> } : null,
  ].filter((fact) => fact !== null)
}

function principalLabel({ principal, keyKind }: Receipt): string {
  if (principal?.type === 'user') return 'Person'
  return keyKind === 'ci' ? 'CI' : sentence(keyKind ?? 'workload')
}

function Principal({ type, name }: NonNullable<Receipt['principal']>) {
  return type === 'user' ? <Person name={name} /> : name
}

const identityWords: Record<string, string> = {
  virtual_key: 'Virtual key',
  idp_token: 'Identity provider token',
  mtls: 'Client certificate',
}

function callFacts(receipt: Receipt) {
  const { id, endpoint, stream, modelAsked, modelServed, provider, region } = receipt
  const mono = (text: string) => <span className="mono">{text}</span>
  return [
    { label: 'Call', value: <CopyId text={id} shown={shortId(id)} label="Copy call id" /> },
    { label: 'Endpoint', value: `${endpoint}${stream ? ', streamed' : ''}` },
    modelAsked ? { label: 'Asked for', value: mono(modelAsked) } : null,
    modelServed ? { label: 'Served by', value: mono(modelServed) } : null,
    provider ? { label: 'Provider', value: `${provider}${region ? `, ${region}` : ''}` } : null,
  ].filter((fact) => fact !== null)
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** Ids are long; their end tells them apart. */
function shortId(id: string): string {
  return id.length <= 16 ? id : `${id.slice(0, id.indexOf('_') + 1)}…${id.slice(-8)}`
}
