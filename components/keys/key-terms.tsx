import { budgetSentence, limitWords, resetSentence } from '#components/keys/key-words.ts'
import { formatBigCount, formatDate, plural } from '#components/ui/format.ts'
import { Facts } from '#components/ui/section.tsx'
import type { KeyView } from '#lib/keys/contract.ts'
import { limitKinds, type LimitKind } from '#lib/limits/contract.ts'

type KeyTermsProps = {
  readonly terms: Pick<KeyView, 'models' | 'limits' | 'budget' | 'expiresAt' | 'profile' | 'team' | 'project'>
}

/** What a key may do, in words. */
export function KeyTerms({ terms }: KeyTermsProps) {
  const { models, budget, expiresAt, profile, team, project } = terms
  return (
    <Facts
      items={[
        {
          label: 'Models',
          value:
            models.length === 0 ? `All of profile ${profile.name}` : <span className="mono">{models.join(', ')}</span>,
        },
        { label: 'Limits', value: limitSentence(terms.limits) },
        ...Object.entries(terms.limits.models ?? {}).map(([pattern, limits]) => ({
          label: <span className="mono">{pattern}</span>,
          value: limitSentence(limits),
        })),
        {
          label: 'Spend',
          value: budget ? (
            <>
              {budgetSentence(budget)} <span className="text-ink-3">{resetSentence(budget.resetsAt)}</span>
            </>
          ) : (
            'No cap of its own'
          ),
        },
        { label: 'Pays', value: project ? `${team.name}, project ${project.name}` : team.name },
        { label: 'Ends', value: expiresAt ? formatDate(Date.parse(expiresAt)) : 'Never' },
      ]}
    />
  )
}

/** "60 requests and 150,000 tokens a minute, 4 calls at once". */
export function limitSentence(limits: KeyView['limits']): string {
  const of = (kind: LimitKind) => limits[kind] ?? null
  const minute = [
    of('rpm') === null ? null : plural(of('rpm') ?? 0, 'request'),
    of('tpm') === null ? null : `${formatBigCount(of('tpm') ?? 0)} tokens`,
  ].filter((part) => part !== null)
  const others = limitKinds
    .filter((kind) => kind !== 'rpm' && kind !== 'tpm' && of(kind) !== null)
    .map((kind) => `${formatBigCount(of(kind) ?? 0)} ${limitWords[kind].name.toLowerCase()}`)
  const parts = [...(minute.length > 0 ? [`${minute.join(' and ')} a minute`] : []), ...others]
  return parts.length === 0 ? 'None of its own' : parts.join(', ')
}
