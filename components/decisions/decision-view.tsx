import type { ReactNode } from 'react'
import { costWords, isUnpriced } from '#components/calls/call-cost.ts'
import { OutcomeHead } from '#components/calls/call-outcome.tsx'
import { clientName } from '#components/calls/client-name.ts'
import { BudgetBar } from '#components/decisions/budget-bar.tsx'
import { explain, type Explanation } from '#components/decisions/explain.ts'
import { RetryLine } from '#components/decisions/retry-line.tsx'
import { RuleList } from '#components/decisions/rule-list.tsx'
import { nanosOf } from '#components/decisions/rule-words.ts'
import { smallMoney } from '#components/decisions/small-money.ts'
import { WholeNames } from '#components/decisions/whole-names.tsx'
import { WaysOn } from '#components/decisions/ways-on.tsx'
import { Columns } from '#components/shell/page.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { CopyButton, CopyId } from '#components/ui/copy-button.tsx'
import { formatCount, formatLatency, formatMoment, plural } from '#components/ui/format.ts'
import { Link } from '#components/ui/link.tsx'
import { Person } from '#components/ui/person.tsx'
import { Facts, Lede, Section } from '#components/ui/section.tsx'
import type { DecisionRecord } from '#lib/decisions/contract.ts'
import type { RuleView } from '#lib/reports/calls-contract.ts'
import { usdOfNanos } from '#lib/platform/money.ts'

type DecisionViewProps = {
  readonly decision: DecisionRecord
  /** Its rules in the API's words. */
  readonly rules: readonly RuleView[]
  /** The management API's answer, for "Copy as JSON". */
  readonly json: string
  /** When the page was rendered, epoch ms. */
  readonly now: number
  /** Who looks, by mail: somebody who can change it themselves is not told to write. */
  readonly viewerMail: string | null
  /** Asking for more; left out where there is nothing to ask for. */
  readonly ask?: ReactNode
}

/** One decision: what it was, its numbers, what would have passed, and every rule that was asked. */
export function DecisionView({ decision, rules, json, now, viewerMail, ask }: DecisionViewProps) {
  const neededNanos = decision.heldNanos === null ? null : BigInt(decision.heldNanos)
  const explanation = explain({
    ...decision,
    rules,
    keyName: decision.key?.name ?? null,
    heldUsd: neededNanos === null ? null : usdOfNanos(neededNanos),
  })
  const budget = rules.find((rule) => !rule.passed && rule.rule.startsWith('budget_'))
  return (
    <Columns rail={<Rail decision={decision} json={json} viewerMail={viewerMail} ask={ask} />}>
      <section className="grid gap-2.5 [&+section]:mt-8">
        <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-ink-3">
          <OutcomeHead outcome={decision.outcome} status={decision.status} code={decision.code} />
          <span className="tabular-nums">{formatMoment(decision.atMs)}</span>
          <span className="min-w-0 phone:hidden">
            Decision <CopyId text={decision.id} shown={shortId(decision.id)} label="Copy decision id" />
          </span>
        </p>
        <Lede className="max-w-[34rem]">
          <WholeNames text={explanation.lede} />
        </Lede>
        <HelpLine explanation={explanation} decision={decision} now={now} />
        {budget && neededNanos !== null ? (
          <BudgetBar
            spentNanos={nanosOf(budget.used)}
            heldNanos={nanosOf(budget.held)}
            neededNanos={neededNanos}
            capNanos={nanosOf(budget.limit)}
          />
        ) : null}
      </section>
      {decision.ways.length > 0 ? (
        <Section title="Ways on" className="gap-1">
          <WaysOn ways={decision.ways} />
        </Section>
      ) : null}
      {rules.length > 0 ? (
        <Section
          title="What was checked"
          aside={<CheckedAside decision={decision} />}
          end={decision.key ? <Link href={tryAddress(decision)}>Try other values</Link> : null}
          className="gap-2"
        >
          <RuleList rules={rules} neededNanos={neededNanos} />
        </Section>
      ) : null}
    </Columns>
  )
}

type HelpProps = { readonly explanation: Explanation; readonly decision: DecisionRecord; readonly now: number }

function HelpLine({ explanation: { help }, decision, now }: HelpProps) {
  const charged = isUnpriced(decision)
    ? 'What it cost is not known: it has no price.'
    : decision.costUsd === '0'
      ? 'Nothing was charged.'
      : `It cost ${costWords(decision)}.`
  return (
    <p className="text-ink-2">
      {help.kind === 'wait' ? <RetryLine untilMs={help.untilMs} now={now} /> : help.text} {charged}
    </p>
  )
}

function CheckedAside({ decision }: { readonly decision: DecisionRecord }) {
  const { rules, profile, tookMs, outcome } = decision
  const time = outcome === 'refused' ? ` in ${formatLatency(tookMs)}` : ''
  const version = profile?.version ? ` version ${profile.version}` : ''
  return (
    <span className="phone:hidden">
      {plural(rules.length, 'rule')}
      {time}
      {profile ? `, profile ${profile.name}${version}` : ''}
    </span>
  )
}

function Rail({
  decision,
  json,
  viewerMail,
  ask,
}: Pick<DecisionViewProps, 'decision' | 'json' | 'viewerMail' | 'ask'>) {
  // Nobody has to change a rule where none refused: the call itself was not right.
  const contact = decision.rules.some(({ passed }) => !passed) ? decision.contact : null
  const isMe = contact !== null && contact.mail === viewerMail
  return (
    <>
      {ask ? <Section title="Ask for more">{ask}</Section> : null}
      {contact ? (
        <Section title="Who can change this">
          <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
            <span className="grid min-w-0 flex-1">
              <Person name={isMe ? `${contact.name}, you` : contact.name} />
              <small className="pl-[1.8125rem] text-ink-3">{contact.why}</small>
            </span>
            {contact.mail && !isMe ? (
              <ButtonLink size="small" icon="send" href={mailTo(contact.mail, decision)}>
                Write
              </ButtonLink>
            ) : null}
          </div>
        </Section>
      ) : null}
      <Section
        title="Receipt"
        end={
          <CopyButton size="small" variant="quiet" text={json}>
            Copy as JSON
          </CopyButton>
        }
        className="gap-1.5"
      >
        <Facts items={receiptFacts(decision)} />
        <p>
          <Link href={`/calls/${decision.callId}`}>Open the receipt</Link>
        </p>
      </Section>
    </>
  )
}

function receiptFacts(decision: DecisionRecord) {
  const { callId, userAgent, clientIp, key, model, promptTokens, heldNanos, outputAllowed, costUsd } = decision
  return [
    { label: 'Call', value: <CopyId text={callId} shown={shortId(callId)} label="Copy call id" /> },
    ...(key ? [{ label: 'Key', value: <Link href={`/keys/${key.id}`}>{key.name}</Link> }] : []),
    { label: 'Client', value: clientName(userAgent) ?? 'not named' },
    ...(clientIp ? [{ label: 'From', value: <span className="mono">{clientIp}</span> }] : []),
    {
      label: 'Asked for',
      value: (
        <>
          {model ? <span className="mono">{model}</span> : decision.endpoint}
          {promptTokens === null ? '' : `, ${formatCount(promptTokens)} tokens in`}
        </>
      ),
    },
    ...(heldNanos === null
      ? []
      : [
          {
            label: 'Hold',
            value: `${smallMoney(BigInt(heldNanos))}${outputAllowed === null ? '' : `, ${formatCount(outputAllowed)} tokens out at most`}`,
          },
        ]),
    { label: 'Charged', value: costUsd === '0' && !isUnpriced(decision) ? '$0.00' : costWords(decision) },
  ]
}

function mailTo(mail: string, decision: DecisionRecord): string {
  const subject = `${decision.key?.name ?? 'A call'}: ${decision.code ?? 'decision'} ${decision.id}`
  return `mailto:${mail}?subject=${encodeURIComponent(subject)}`
}

/** The same call, asked again. */
function tryAddress({ key, model, endpoint, promptTokens, outputAsked, clientIp }: DecisionRecord): string {
  const asked = {
    key: key?.id,
    model,
    endpoint,
    promptTokens: promptTokens || null,
    outputTokens: outputAsked,
    address: clientIp,
  }
  const given = Object.entries(asked).flatMap(([name, value]) => (value == null ? [] : [[name, String(value)]]))
  return `/decisions/try?${new URLSearchParams(given)}`
}

/** Ids are long; their end tells them apart. */
function shortId(id: string): string {
  return id.length <= 16 ? id : `${id.slice(0, id.indexOf('_') + 1)}…${id.slice(-8)}`
}
