import type { ReactNode } from 'react'
import { RuleList } from '#components/decisions/rule-list.tsx'
import { nanosOf } from '#components/decisions/rule-words.ts'
import { smallMoney } from '#components/decisions/small-money.ts'
import { shownWays, WaysOn } from '#components/decisions/ways-on.tsx'
import { endpointWords } from '#components/models/endpoint-words.ts'
import { formatMoment, plural } from '#components/ui/format.ts'
import { Icon } from '#components/ui/icon.tsx'
import { Link } from '#components/ui/link.tsx'
import { Lede, Rows, Section } from '#components/ui/section.tsx'
import { Tag } from '#components/ui/tag.tsx'
import type { TryAnswer } from '#lib/decisions/try-contract.ts'

type TryResultProps = {
  readonly answer: TryAnswer
  readonly nowMs: number
  /** Asking for more; left out where there is nothing to ask for. */
  readonly ask?: ReactNode
}

/** The answer: yes, or what stops the call, then every rule with what is left of it. */
export function TryResult({ answer, nowMs, ask }: TryResultProps) {
  const { allowed, key, model, endpoint, code, message, rules, places, heldUsd, waysOn, contact } = answer
  const stopping = rules.filter(({ passed }) => !passed).length
  return (
    <>
      <section className="grid gap-2.5 [&+section]:mt-8" aria-live="polite">
        <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-ink-3">
          <Tag tone={allowed ? 'ok' : 'bad'}>{allowed ? 'Would pass' : `Would be refused: ${code}`}</Tag>
          <span className="tabular-nums">{formatMoment(nowMs)}</span>
        </p>
        <Lede className="max-w-[38rem]">
          {allowed ? (
            <>
              {key.name} may call {model} now
            </>
          ) : (
            message
          )}
        </Lede>
        <p className="text-ink-2">
          {endpointWords[endpoint]} with <Link href={`/keys/${key.id}/policy`}>{key.name}</Link>.{' '}
          {heldUsd === null ? null : `It would set ${smallMoney(nanosOf(heldUsd))} aside at most. `}
          Nothing was called or charged.
        </p>
      </section>
      {waysOn.length > 0 ? (
        <Section title="Ways on" className="gap-1">
          <WaysOn ways={shownWays(waysOn)} />
        </Section>
      ) : null}
      {ask || contact ? (
        <Section title="Who can change this">
          {ask}
          {contact ? (
            <p className="text-ink-2">
              <b className="text-ink">{contact.name}</b>. {contact.why}.
            </p>
          ) : null}
        </Section>
      ) : null}
      <Section
        title="What would be checked"
        aside={
          stopping === 0 ? plural(rules.length, 'rule') : `${stopping} of ${plural(rules.length, 'rule')} would stop it`
        }
        className="gap-2"
      >
        <RuleList rules={rules} neededNanos={heldUsd === null ? null : nanosOf(heldUsd)} />
      </Section>
      {places.length > 0 ? (
        <Section title="Where it is served" aside={plural(places.length, 'place')}>
          <Rows className="-mt-1.5">
            {places.map(({ provider, region, allowed: isOpen, stoppedBy }, index) => (
              <li key={index} className="flex min-h-8.5 items-center gap-2.5">
                <Icon name={isOpen ? 'check' : 'x'} size={14} className={isOpen ? 'text-ok-ink' : 'text-ink-3'} />
                <span className="mono flex-1 truncate">
                  {provider} <span className="text-ink-3">{region}</span>
                </span>
                <span className="text-ink-3">
                  {isOpen ? 'may go there' : `stopped by ${stoppedBy?.replaceAll('_', ' ')}`}
                </span>
              </li>
            ))}
          </Rows>
        </Section>
      ) : null}
    </>
  )
}
