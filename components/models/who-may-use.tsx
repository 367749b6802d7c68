import { reasonWords } from '#components/models/model-line.ts'
import { Link } from '#components/ui/link.tsx'
import { Rows, Section } from '#components/ui/section.tsx'
import { State } from '#components/ui/status.tsx'
import type { ModelView, UnpricedModels } from '#lib/catalog/contract.ts'
import { whyNot } from '#lib/catalog/rules/model-access.ts'
import type { ProfileView } from '#lib/policy/contract.ts'

type WhoMayUseProps = {
  readonly model: ModelView
  readonly profiles: readonly ProfileView[]
  readonly unpricedModels: UnpricedModels
}

/** By access profile; keys may narrow it further. */
export function WhoMayUse({ model, profiles, unpricedModels }: WhoMayUseProps) {
  return (
    <Section title="Who may use it" aside="By access profile">
      <Rows className="-mt-1.5">
        {profiles.map((profile) => {
          const reason = whyNot(model, profile.policy, unpricedModels)
          return (
            <li key={profile.id} className="flex min-h-8.5 items-center gap-3 py-1">
              <Link href={`/admin/profiles/${profile.id}`} className="min-w-0 flex-1 truncate text-ink">
                {profile.name}
              </Link>
              <State of="permission" state={reason === null ? 'yes' : 'no'}>
                {reason === null ? 'Yes' : (shortReasons[reason] ?? reasonWords(reason, profile.name))}
              </State>
            </li>
          )
        })}
      </Rows>
    </Section>
  )
}

const shortReasons: Readonly<Record<string, string>> = {
  model_not_allowed: 'Not in its models',
  endpoint_not_allowed: 'None of its endpoints',
  provider_not_allowed: 'Provider not in it',
  region_not_allowed: 'Region not in it',
}
