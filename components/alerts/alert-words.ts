/** What an alert says: what, how far, and what to do next. Pure. */
import { thisPeriod } from '#components/keys/key-words.ts'
import {
  formatCount,
  formatDate,
  formatMoment,
  formatMoney,
  formatPercent,
  formatReset,
  plural,
  toNanos,
} from '#components/ui/format.ts'
import type { IconName } from '#components/ui/icons.ts'
import { isUsedUp } from '#lib/alerts/rules/budget-signals.ts'
import type { AlertFacts, AlertKind, AlertLevel, AlertView } from '#lib/alerts/contract.ts'

export const kindWords: Record<AlertKind, string> = {
  budget_threshold: 'Budget threshold',
  budget_forecast: 'Budget forecast',
  anomaly: 'Unusual use',
  key_ending: 'Key ends',
  key_idle: 'Idle key',
  key_in_browser: 'Key in a browser',
  provider_trouble: 'Provider trouble',
}

export const levelLooks: Record<AlertLevel, { readonly word: string; readonly tone: 'mute' | 'warn' | 'bad' }> = {
  notice: { word: 'Notice', tone: 'mute' },
  warning: { word: 'Warning', tone: 'warn' },
  critical: { word: 'Critical', tone: 'bad' },
}

const subjectIcons: Record<AlertView['subject']['type'], IconName> = {
  key: 'key',
  user: 'user',
  team: 'users',
  project: 'file',
  workload: 'bot',
  environment: 'tag',
  group: 'users',
  tag: 'tag',
  business_unit: 'building',
  organisation: 'building',
  provider: 'server',
}

export function subjectIcon({ type }: AlertView['subject']): IconName {
  return subjectIcons[type]
}

/** "Team", "Business unit". */
export function subjectWord({ type }: AlertView['subject']): string {
  return type.charAt(0).toUpperCase() + type.slice(1).replaceAll('_', ' ')
}

export type AlertWords = {
  /** "Passed 90 % of its budget this month". */
  readonly what: string
  /** "$184.20 of $200.00 spent, $0.40 held". */
  readonly howFar: string
  /** What follows and what to do about it. */
  readonly next: string
  readonly action: { readonly label: string; readonly href: string }
}

export function alertWords({ facts, subject, threshold, budgetId }: AlertView): AlertWords {
  const id = encodeURIComponent(subject.id)
  switch (facts.kind) {
    case 'budget_threshold':
      return {
        what: `${threshold === 100 ? 'Used up' : `Passed ${formatPercent(threshold ?? 0)} of`} its budget ${placeOfBudget(facts)}`,
        howFar: `${formatMoney(facts.spentUsd)} of ${formatMoney(facts.amountUsd)} spent, ${formatMoney(facts.heldUsd)} held`,
        next: stopSentence(facts),
        action: budgetAction(subject, budgetId),
      }
    case 'budget_forecast':
      return {
        what: `Budget ${placeOfBudget(facts)} is expected to be used up on ${dayOf(facts.reachesOn)}`,
        howFar: `${formatMoney(facts.spentUsd)} of ${formatMoney(facts.amountUsd)} spent, near ${formatMoney(facts.endUsd)} at the end`,
        next: `${stopSentence(facts)} Spend less, or raise it before.`,
        action: budgetAction(subject, budgetId),
      }
    case 'anomaly': {
      const figure = (value: string) =>
        facts.measure === 'spend' ? formatMoney(value) : `${formatCount(BigInt(value))} calls`
      return {
        what: `${facts.measure === 'spend' ? 'Spends' : 'Calls'} far more than usual in ${facts.window === 'hour' ? 'an hour' : 'a day'}`,
        howFar: `${figure(facts.value)}, where ${figure(facts.usual)} is usual and ${figure(facts.limit)} nothing unusual`,
        next: 'See what it calls. If nobody meant it, quarantine it.',
        action: placeOfUse(subject),
      }
    }
    case 'key_ending':
      return {
        what: `Ends on ${formatReset(Date.parse(facts.expiresAt))}`,
        howFar: threshold === null ? 'Soon' : `Within ${plural(threshold, 'day')}`,
        next: 'Its calls are refused from then on. Extend it if it is still needed.',
        action: { label: 'Open key', href: `/keys/${id}` },
      }
    case 'key_idle':
      return {
        what:
          facts.endsAt === null
            ? facts.lastUsedAt === null
              ? 'Was never used'
              : `Not used for ${facts.days} days`
            : `Ends on ${formatDate(Date.parse(facts.endsAt))} unless somebody uses it`,
        howFar:
          facts.lastUsedAt === null
            ? `Never used, made on ${formatDate(Date.parse(facts.createdAt))}`
            : `Last used on ${formatDate(Date.parse(facts.lastUsedAt))}`,
        next:
          facts.endsAt === null
            ? 'A key that nobody needs is only a risk. Revoke it, or leave it to its end.'
            : 'Its profile ends keys that nobody uses. One call keeps it.',
        action: { label: 'Open key', href: `/keys/${id}` },
      }
    case 'key_in_browser':
      return {
        what: `Was used from a web page, ${facts.page}`,
        howFar: `Last seen on ${formatMoment(Date.parse(facts.lastSeenAt))}`,
        next: 'Everybody who opens that page can read the key. Rotate it, and call from a server with a key of an app.',
        action: { label: 'Open key', href: `/keys/${id}` },
      }
    case 'provider_trouble':
      return {
        what: 'Fails or refuses calls',
        howFar: `${formatCount(facts.failed)} of ${formatCount(facts.tries)} tries in ${facts.minutes} minutes failed${facts.throttled > 0 ? `, ${formatCount(facts.throttled)} by its own limits` : ''}`,
        next: 'Calls go to the next route where there is one. Look at its routes and credential.',
        action: { label: 'Open provider', href: `/admin/providers/${id}` },
      }
  }
}

/** "this month", "in Search this month". */
function placeOfBudget({ perMemberOf, period }: Money): string {
  return perMemberOf === null ? thisPeriod[period] : `in ${perMemberOf} ${thisPeriod[period]}`
}

function placeOfUse({ type, id, name }: AlertView['subject']): AlertWords['action'] {
  if (type === 'key') return { label: 'Open key', href: `/keys/${encodeURIComponent(id)}` }
  if (type === 'team') return { label: 'See calls', href: `/calls?team=${encodeURIComponent(id)}` }
  return { label: 'Find its keys', href: `/keys?q=${encodeURIComponent(name)}` }
}

function budgetAction({ type, id }: AlertView['subject'], budgetId: string | null): AlertWords['action'] {
  if (type === 'key') return { label: 'Open key', href: `/keys/${encodeURIComponent(id)}` }
  return { label: 'Open budget', href: `/budgets?budget=${encodeURIComponent(budgetId ?? '')}` }
}

type Money = Extract<AlertFacts, { kind: 'budget_threshold' | 'budget_forecast' }>

function stopSentence({ enforcedAtUsd, spentUsd, resetsAt, timeZone }: Money): string {
  const until = resetsAt === null ? 'until it is raised' : `until ${formatReset(Date.parse(resetsAt), timeZone)}`
  if (enforcedAtUsd === null) return 'Nothing stops there.'
  if (toNanos(spentUsd) >= toNanos(enforcedAtUsd)) return `Calls are refused ${until}.`
  if (isUsedUp(toNanos(spentUsd), toNanos(enforcedAtUsd))) return `Calls that need more are refused ${until}.`
  return `Calls are refused at ${formatMoney(enforcedAtUsd)}, ${until}.`
}

function dayOf(text: string): string {
  return formatDate(Date.parse(`${text}T00:00:00Z`))
}
