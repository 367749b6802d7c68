import { reasonWords } from '#components/models/model-line.ts'
import { Link } from '#components/ui/link.tsx'
import { Rows, Section } from '#components/ui/section.tsx'
import { State } from '#components/ui/status.tsx'
import type { ProfileAccess } from '#lib/catalog/models/read-models.ts'

/** By access profile; teams, projects and keys may narrow it further. */
export function WhoMayUse({ profiles }: { readonly profiles: readonly ProfileAccess[] }) {
  return (
    <Section title="Who may use it" aside="By access profile">
      <Rows className="-mt-1.5">
        {profiles.map(({ id, name, reach }) => (
          <li key={id} className="flex min-h-8.5 items-center gap-3 py-1">
            <Link href={`/admin/profiles/${id}`} className="min-w-0 flex-1 truncate text-ink">
              {name}
            </Link>
            <State of="permission" state={reach.reached ? 'yes' : 'no'}>
              {reach.reached ? 'Yes' : (shortReasons[reach.reason] ?? reasonWords(reach.reason, reach.layer))}
            </State>
          </li>
        ))}
      </Rows>
    </Section>
  )
}

const shortReasons: Readonly<Record<string, string>> = {
  model_not_allowed: 'Not in its models',
  endpoint_not_allowed: 'None of its endpoints',
  provider_not_allowed: 'Provider not in it',
  region_not_allowed: 'Region not in it',
  version_not_allowed: 'No version that stays',
  price_not_allowed: 'Too dear',
}
