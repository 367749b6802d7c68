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
  /** The page's title. */
  readonly question: string
  /** One sentence with the numbers. */
  readonly lede: string
  /** What time does: a moment to wait for, or words. */
  readonly help: { readonly kind: 'wait'; readonly untilMs: number } | { readonly kind: 'words'; readonly text: string }
}

export function explain(facts: DecisionFacts): Explanation {
  if (facts.outcome !== 'refused') return explainPassed(facts)
  const question = 'Why was this refused?'
  const refusing = facts.rules.find((rule) => !rule.passed) ?? null
  const words = refusing ? refusalWords(facts, refusing) : null
  return { question, ...(words ?? toldWords(facts)) }
}

type Words = Pick<Explanation, 'lede' | 'help'>

const text = (words: string): Explanation['help'] => ({ kind: 'words', text: words })

function refusalWords(facts: DecisionFacts, rule: RuleView): Words | null {
  if (rule.rule.startsWith('budget_')) return budgetWords(facts, rule)
  const limit = limitWords[rule.rule]
  if (limit) return rateWords(facts, rule, limit)
  const key = facts.keyName ?? 'This key'
  switch (rule.rule) {
    case 'key_status':
      return {
        lede: facts.message ? firstSentence(facts.message, key) : `${key} was not active`,
        help: text('Time does not help.'),
      }
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
    default:
      return null
  }
}

function budgetWords(facts: DecisionFacts, rule: RuleView): Words {
  const needed = nanosOf(facts.heldUsd)
  const left = budgetLeft(rule)
  const name = rule.scope?.name ?? 'the organisation'
  const cap = formatMoney(nanosOf(rule.limit))
  const period = periodWords(rule, facts.atMs)
  const had = left > 0n ? `had ${smallMoney(left)} left of its ${cap}` : `had nothing left of its ${cap}`
  const until = rule.resetsAt === null ? null : formatReset(Date.parse(rule.resetsAt))
  return {
    lede: `This call needed ${smallMoney(needed)}, and ${name} ${had}${period}`,
    help: until
      ? text(`Time alone does not help before ${until}, so clients were told to stop instead of retrying.`)
      : text('This budget does not reset by itself, so clients were told to stop instead of retrying.'),
  }
}

const limitWords: Record<string, (count: string) => string> = {
  rpm: (count) => `make ${count} requests a minute`,
  rph: (count) => `make ${count} requests an hour`,
  rpd: (count) => `make ${count} requests a day`,
  tpm: (count) => `use ${count} tokens a minute`,
  tpd: (count) => `use ${count} tokens a day`,
  concurrency: (count) => `run ${count} calls at once`,
}

function rateWords(facts: DecisionFacts, rule: RuleView, may: (count: string) => string): Words {
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
      question: 'Why did this fail?',
      lede: `${key} was let through, but no provider answered for ${what}`,
      help: text('This is not about limits or rights. Trying again may help.'),
    }
  }
  return {
    question: 'Why was this allowed?',
    lede: `${key} was allowed to use ${what}: ${passed} passed`,
    help: text(''),
  }
}

/** Where no rule is on record: refused before the rules, such as a body that could not be read. */
function toldWords(facts: DecisionFacts): Words {
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

/** "This key was revoked. Create a new key in the portal." as a sentence about the key by its name. */
function firstSentence(message: string, key: string): string {
  const first = message.split('. ')[0] ?? message
  return withoutEnd(first.replace(/^This key/, key))
}

function withoutEnd(sentence: string): string {
  return sentence.replace(/\.$/, '')
}
