/*
 * A decision in sentences: what it was about, with its numbers, and whether waiting helps. Pure, from the decision
 * record alone, so that the page says next year what it says today.
 */
import { smallMoney } from '#components/decisions/small-money.ts'
import { budgetLeft, nanosOf } from '#components/decisions/rule-words.ts'
import { formatBigCount, formatMoney, formatMonth, formatReset } from '#components/ui/format.ts'
import type { Outcome } from '#lib/ledger/contract.ts'
import type { RuleView } from '#lib/reports/calls-contract.ts'

export type DecisionFacts = {
  readonly atMs: number
  readonly outcome: Outcome
  readonly code: string | null
  /** What the caller was told. */
  readonly message: string | null
  readonly keyName: string | null
  readonly model: string | null
  readonly rules: readonly RuleView[]
  /** What the call would have held on each budget, in dollars. */
  readonly heldUsd: string | null
  /** When the same call would have passed; null where time does not help or nobody can say. */
  readonly retryAtMs: number | null
}

export type Explanation = {
  /** One sentence with the numbers. */
  readonly lede: string
  /** What time does: a moment to wait for, or words. */
  readonly help: { readonly kind: 'wait'; readonly untilMs: number } | { readonly kind: 'words'; readonly text: string }
}

export function explain(facts: DecisionFacts): Explanation {
  if (facts.outcome !== 'refused') return explainPassed(facts)
  const refusing = facts.rules.find((rule) => !rule.passed) ?? null
  const words = refusing ? refusalWords(facts, refusing) : null
  return words ?? toldWords(facts)
}

/** The page's title. */
export function decisionQuestion(outcome: Outcome): string {
  if (outcome === 'refused') return 'Why was this refused?'
  return outcome === 'failed' ? 'Why did this fail?' : 'Why was this allowed?'
}

const text = (words: string): Explanation['help'] => ({ kind: 'words', text: words })

function refusalWords(facts: DecisionFacts, rule: RuleView): Explanation | null {
  if (rule.rule.startsWith('budget_')) return budgetWords(facts, rule)
  const limit = limitWords[rule.rule]
  if (limit) return rateWords(facts, rule, limit)
  const key = facts.keyName ?? 'This key'
  switch (rule.rule) {
    case 'key_status':
      return keyWords(key, String(rule.used), facts.message)
    case 'principal_status':
      return {
        lede: `${key} belongs to ${scopeWords(rule)}, which was ${rule.used ?? 'not active'}`,
        help: text('Time does not help until that changes.'),
      }
    case 'endpoint':
    case 'model':
    case 'provider':
    case 'region': {
      const what =
        rule.rule === 'model' ? String(rule.used ?? facts.model) : `the ${rule.rule} ${rule.used ?? ''}`.trim()
      return {
        lede: `${key} may not use ${what}${rule.source ? `: ${rule.source} does not allow it` : ''}`,
        help: text('Time does not help.'),
      }
    }
    case 'address':
    case 'environment':
    case 'version':
    case 'input_price':
    case 'output_price':
    case 'price': {
      const [first = '', ...rest] = (facts.message ?? '').split('. ')
      return { lede: withoutEnd(first), help: text(rest.join('. ')) }
    }
    case 'stored_state':
      return {
        lede: `${key} may not refer to what a provider keeps (${rule.used})${rule.source ? `: ${rule.source} does not allow it` : ''}`,
        help: text('Time does not help. Send the content itself.'),
      }
    default:
      return null
  }
}

const keyStates: Readonly<Record<string, readonly [was: string, help: string]>> = {
  revoked: ['was revoked', 'A revoked key never works again: create a new one.'],
  expired: ['had expired', 'It does not work again by itself: create a new key, or have this one extended.'],
  suspended: ['was suspended', 'It works again as soon as somebody resumes it.'],
  quarantined: ['was quarantined', 'It works again once an admin releases it.'],
  pending: ['was waiting for approval', 'It works once it is approved.'],
}

function keyWords(key: string, state: string, message: string | null): Explanation {
  // A key past its end is still called active until the next sweep.
  const [was, help] = keyStates[state === 'active' ? 'expired' : state] ?? ['was not active', 'Time does not help.']
  const reason = /Reason: (.+)$/.exec(message ?? '')?.[1]
  return { lede: `${key} ${was}`, help: text(reason ? `Reason: ${withoutEnd(reason)}. ${help}` : help) }
}

function budgetWords(facts: DecisionFacts, rule: RuleView): Explanation {
  const needed = nanosOf(facts.heldUsd)
  const left = budgetLeft(rule)
  const name = rule.scope?.name ?? 'the organisation'
  const cap = formatMoney(nanosOf(rule.limit))
  const period = periodWords(rule, facts.atMs)
  const had = left > 0n ? `had ${smallMoney(left)} left of its ${cap}` : `had nothing left of its ${cap}`
  const until = rule.resetsAt === null ? null : formatReset(Date.parse(rule.resetsAt))
  return {
    lede: `This call needed ${smallMoney(needed)}, and ${name} ${had}${period}`,
    help: text(budgetHelp(needed > nanosOf(rule.limit), until)),
  }
}

function budgetHelp(isTooLarge: boolean, until: string | null): string {
  if (isTooLarge) return 'This call alone needs more than the whole budget: waiting does not help.'
  const told = 'so clients were told to stop instead of retrying.'
  return until === null
    ? `This budget does not reset by itself, ${told}`
    : `Time alone does not help before ${until}, ${told}`
}

const limitWords: Record<string, (count: string) => string> = {
  rpm: (count) => `make ${count} requests a minute`,
  rph: (count) => `make ${count} requests an hour`,
  rpd: (count) => `make ${count} requests a day`,
  tpm: (count) => `use ${count} tokens a minute`,
  itpm: (count) => `send ${count} tokens a minute`,
  otpm: (count) => `get ${count} tokens a minute`,
  tpd: (count) => `use ${count} tokens a day`,
  itpd: (count) => `send ${count} tokens a day`,
  otpd: (count) => `get ${count} tokens a day`,
  concurrency: (count) => `run ${count} calls at once`,
}

function rateWords(facts: DecisionFacts, rule: RuleView, may: (count: string) => string): Explanation {
  const limit = formatBigCount(BigInt(Number(rule.limit ?? 0)))
  const used = formatBigCount(BigInt(Math.round(Number(rule.used ?? 0))))
  const subject = rule.scope?.name ?? facts.keyName ?? 'This key'
  const standing =
    rule.rule === 'concurrency'
      ? `${used} were running`
      : rule.rule.startsWith('t')
        ? `${used} were in use`
        : `${used} had been made`
  return {
    lede: `${subject} may ${may(limit)}, and ${standing}`,
    help:
      facts.retryAtMs === null
        ? rule.rule === 'concurrency'
          ? text('It passes as soon as one of them ends.')
          : text('This call alone needs more than that: waiting does not help.')
        : { kind: 'wait', untilMs: facts.retryAtMs },
  }
}

function explainPassed(facts: DecisionFacts): Explanation {
  const key = facts.keyName ?? 'This key'
  const what = facts.model ?? 'this endpoint'
  const count = facts.rules.length
  const passed = count === 1 ? 'the one rule' : count === 2 ? 'both rules' : `all ${count} rules`
  if (facts.outcome === 'failed') {
    return {
      lede: `${key} was let through, but no provider answered for ${what}`,
      help: text('This is not about limits or rights. Trying again may help.'),
    }
  }
  return {
    lede: `${key} was allowed to use ${what}: ${passed} passed`,
    help: text(''),
  }
}

/** Where no rule is on record: refused before the rules, such as a body that could not be read. */
function toldWords(facts: DecisionFacts): Explanation {
  return {
    lede: facts.message ? withoutEnd(facts.message) : `This call was refused${facts.code ? ` with ${facts.code}` : ''}`,
    help: facts.retryAtMs === null ? text('') : { kind: 'wait', untilMs: facts.retryAtMs },
  }
}

function periodWords(rule: RuleView, atMs: number): string {
  switch (rule.rule) {
    case 'budget_month':
      return ` for ${formatMonth(atMs).split(' ')[0]}`
    case 'budget_day':
      return ' for that day'
    case 'budget_week':
      return ' for that week'
    case 'budget_quarter':
      return ' for that quarter'
    default:
      return ' in total'
  }
}

function scopeWords({ scope }: RuleView): string {
  if (!scope) return 'someone'
  return scope.type === 'user' ? scope.name : `the ${scope.type.replaceAll('_', ' ')} ${scope.name}`
}

function withoutEnd(sentence: string): string {
  return sentence.replace(/\.$/, '')
}
