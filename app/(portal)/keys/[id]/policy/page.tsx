import type { ReactNode } from 'react'
import { NoPolicy } from '../no-policy.tsx'
import { openKey, type KeyParams } from '../open-key.ts'
import { readPolicy } from '../read-policy.ts'
import { KeyLimitsPanel } from '#components/keys/detail/key-limits-panel.tsx'
import { policyColumns, policyRows } from '#components/keys/detail/policy-rows.ts'
import { PolicyTable } from '#components/keys/detail/policy-table.tsx'
import { budgetSentence, sourceSentence } from '#components/keys/key-words.ts'
import type { SearchParams } from '#components/admin/search-params.ts'
import { PageBody } from '#components/shell/page.tsx'
import { formatCount, formatPrice } from '#components/ui/format.ts'
import { Link } from '#components/ui/link.tsx'
import { Facts, Rows, Section } from '#components/ui/section.tsx'
import type { EffectivePolicy } from '#lib/keys/get-effective-policy.ts'
import { readModelsOfKey, type ModelOption } from '#lib/keys/read-new-key-options.ts'
import { portal } from '#lib/wiring/portal.ts'

export default async function PolicyPage({ params, searchParams }: KeyParams & { searchParams: SearchParams }) {
  const { actor, item } = await openKey((await params).id)
  const path = `/keys/${encodeURIComponent(item.id)}/policy`
  const mayEdit = item.actions.includes('update')
  const context = portal()
  const [policy, models] = await Promise.all([readPolicy(actor, item.id), readModelsOfKey(context, item.id)])
  if (!policy) {
    return (
      <PageBody>
        <NoPolicy item={item} />
      </PageBody>
    )
  }
  const rows = policyRows(policy)
  const columns = policyColumns(policy, rows, { team: item.team.name, project: item.project?.name ?? null })
  return (
    <PageBody>
      <Section
        title="Limits and budgets"
        aside="The narrowest layer wins"
        end={
          <span className="flex items-center gap-4">
            {mayEdit ? (
              <Link href={`${path}?edit=models`} scroll={false}>
                Limits by model
              </Link>
            ) : null}
            <Link href={`/decisions/try?key=${item.id}`}>Would this call pass?</Link>
          </span>
        }
      >
        <PolicyTable columns={columns} rows={rows} />
      </Section>
      <div className="mt-6 grid grid-cols-2 gap-8 border-t border-line pt-6 stacked:grid-cols-1">
        <Section
          title="Models it may call"
          aside={formatCount(models.length)}
          end={<Link href="/models">All models</Link>}
        >
          <ModelRows models={models} />
        </Section>
        <div>
          <Section title="How it is applied">
            <Facts items={applied(policy)} />
          </Section>
        </div>
      </div>
      {mayEdit && (await searchParams).edit === 'models' ? <KeyLimitsPanel item={item} closeHref={path} /> : null}
    </PageBody>
  )
}

function ModelRows({ models }: { readonly models: readonly ModelOption[] }) {
  if (models.length === 0)
    return <p className="text-ink-2">None. Its profile and its own list have no model in common.</p>
  return (
    <Rows className="-mt-1.5">
      {models.map(({ name, inputUsd, outputUsd }) => (
        <li key={name} className="flex h-8.5 items-center gap-2.5">
          <Link href={`/models/${encodeURIComponent(name)}`} className="mono flex-1 truncate font-normal text-ink">
            {name}
          </Link>
          <span className="text-ink-3 tabular-nums">{formatPrice(inputUsd, outputUsd)}</span>
        </li>
      ))}
    </Rows>
  )
}

function applied(policy: EffectivePolicy) {
  const { budgets, providers, regions, endpoints, profile, overrides } = policy
  return [
    { label: 'Profile', value: `${profile.name}, version ${profile.version}` },
    ...budgets.map((budget) => ({
      label: budget.scope.type === 'key' ? 'Its own budget' : 'Shared budget',
      value: (
        <>
          {budgetSentence(budget)}{' '}
          <span className="text-ink-3">
            {sourceSentence(budget.source).toLowerCase().replace(budget.source.name.toLowerCase(), budget.source.name)}
          </span>
        </>
      ),
    })),
    { label: 'Providers', value: <Allowed of={providers} /> },
    { label: 'Regions', value: <Allowed of={regions} /> },
    { label: 'Endpoints', value: <Allowed of={endpoints} /> },
    { label: 'Calls from', value: <Allowed of={{ rules: policy.addresses, allowed: null }} any="anywhere" /> },
    { label: 'Environment', value: <Allowed of={{ rules: policy.environments, allowed: null }} any="any" /> },
    { label: 'Price ceiling', value: <Ceiling of={policy.priceCeiling} /> },
    {
      label: 'Versions',
      value: policy.pinnedOnly.value ? (
        <>
          Only those that stay as they are <From>profile {policy.pinnedOnly.setBy.name}</From>
        </>
      ) : (
        'Any'
      ),
    },
    {
      label: 'Record',
      value: policy.audit === 'metadata' ? 'Caller’s address and client' : 'Only what counting needs',
    },
    {
      label: 'Output',
      value: `${formatCount(policy.defaultOutputTokens)} tokens a call at most where the caller says nothing and a budget stops`,
    },
    {
      label: 'Degraded mode',
      value:
        policy.degradedMode === 'closed'
          ? 'Refused with 503 while limits cannot be checked'
          : 'Served within a slice of each budget and limit while limits cannot be checked',
    },
    {
      label: 'What providers keep',
      value:
        policy.storedState === 'allow'
          ? 'Calls may refer to earlier answers, conversations and files'
          : 'Calls that refer to earlier answers, conversations or files are refused',
    },
    ...(overrides.length > 0
      ? [{ label: 'Overrides', value: `An admin went beyond the profile in ${overrides.join(', ')}` }]
      : []),
  ]
}

type AllowedProps = {
  readonly of: {
    readonly rules: EffectivePolicy['addresses']
    /** Null where there is no list of all there are: what each layer says stands for itself. */
    readonly allowed: readonly string[] | null
  }
  /** Where no layer narrows. */
  readonly any?: string
}

/** What passes every layer, and the layers that do not simply let everything through. */
function Allowed({ of: { rules, allowed }, any = 'all' }: AllowedProps) {
  const narrowing = rules.filter(({ allow, deny }) => !allow.includes('*') || deny.length > 0)
  const names = narrowing.map(({ layer, name }) => `${layer} ${name}`).join(', ')
  const said = narrowing.map(({ allow }) => allow.join(', ') || 'nowhere').join('; and ')
  return (
    <>
      <span className="mono [overflow-wrap:anywhere]">
        {allowed === null ? said || any : allowed.join(', ') || 'none'}
      </span>{' '}
      {names ? <From>{names}</From> : null}
    </>
  )
}

function Ceiling({ of: { setBy, inputUsdPerMillion, outputUsdPerMillion } }: { of: EffectivePolicy['priceCeiling'] }) {
  const said = [
    inputUsdPerMillion === null ? [] : `$${inputUsdPerMillion} in`,
    outputUsdPerMillion === null ? [] : `$${outputUsdPerMillion} out`,
  ].flat()
  if (said.length === 0) return 'None'
  return (
    <>
      {said.join(', ')} per million tokens <From>profile {setBy.name}</From>
    </>
  )
}

function From({ children }: { readonly children: ReactNode }) {
  return <span className="text-ink-3">{children}</span>
}
