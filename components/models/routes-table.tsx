import { routeName, type Route } from '#components/models/route-words.ts'
import { RouteSwitch } from '#components/models/route-switch.tsx'
import { formatPrice } from '#components/ui/format.ts'
import { Link } from '#components/ui/link.tsx'
import { Status } from '#components/ui/status.tsx'
import { Table, Td, Th } from '#components/ui/table.tsx'
import { Tag } from '#components/ui/tag.tsx'

type RoutesTableProps = {
  readonly model: string
  /** In the order in which they are tried. */
  readonly deployments: readonly Route[]
  /** Who may change routes switches them here. */
  readonly mayEdit: boolean
  /** Who may see providers finds them behind their names. */
  readonly seesProviders: boolean
}

/** Where calls of a model go: rank by rank, within a rank by weight. */
export function RoutesTable({ model, deployments, mayEdit, seesProviders }: RoutesTableProps) {
  const anyPrice = deployments.some(({ price }) => price !== null)
  return (
    <Table label="Routes" inline>
      <thead>
        <tr>
          <Th>Provider</Th>
          <Th drop={4}>Model there</Th>
          <Th>Region</Th>
          <Th drop={4}>Tried</Th>
          <Th num drop={4}>
            Share
          </Th>
          {anyPrice ? (
            <Th num drop={4}>
              Own price
            </Th>
          ) : null}
          <Th>State</Th>
          {mayEdit ? (
            <Th className="w-14">
              <span className="sr-only">On or off</span>
            </Th>
          ) : null}
        </tr>
      </thead>
      <tbody>
        {deployments.map((deployment) => (
          <tr key={deployment.id}>
            <Td>
              <span className="inline-flex items-center gap-2">
                {seesProviders ? (
                  <Link href={`/admin/providers/${deployment.provider.id}`} className="text-ink hover:text-ink">
                    {deployment.provider.displayName}
                  </Link>
                ) : (
                  <b>{deployment.provider.displayName}</b>
                )}
                {deployment.provider.simulated ? <Tag>simulated</Tag> : null}
              </span>
            </Td>
            <Td mono drop={4}>
              {deployment.upstreamModel}
            </Td>
            <Td dim>{deployment.region.toUpperCase()}</Td>
            <Td dim drop={4}>
              {rankWords(deployment, deployments)}
            </Td>
            <Td num dim drop={4}>
              {shareOfRank(deployment, deployments)}
            </Td>
            {anyPrice ? (
              <Td num drop={4}>
                {ownPrice(deployment)}
              </Td>
            ) : null}
            <Td>
              <RouteState deployment={deployment} />
            </Td>
            {mayEdit ? (
              <Td num>
                <RouteSwitch
                  model={model}
                  deploymentId={deployment.id}
                  isOn={deployment.status === 'active'}
                  label={routeName(deployment)}
                />
              </Td>
            ) : null}
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

const ordinals = ['First', 'Second', 'Third', 'Fourth', 'Fifth']

function rankWords({ rank }: Route, all: readonly Route[]): string {
  const place = [...new Set(all.map((each) => each.rank))].toSorted((a, b) => a - b).indexOf(rank)
  return ordinals[place] ?? `${place + 1}th`
}

/** In and out, per million; null where it costs what the model costs. */
function ownPrice({ price }: Route): string | null {
  const { input, output } = price?.usdPerMillion ?? {}
  return input === undefined ? null : formatPrice(input, output)
}

/** Among the routes of the same rank that are on. */
function shareOfRank(deployment: Route, all: readonly Route[]): string | null {
  if (deployment.status !== 'active') return null
  const peers = all.filter((each) => each.rank === deployment.rank && each.status === 'active')
  const sum = peers.reduce((total, { weight }) => total + weight, 0)
  return `${Math.round((deployment.weight / sum) * 100)}\u00a0%`
}

function RouteState({ deployment: { status, provider } }: { readonly deployment: Route }) {
  if (provider.status === 'quarantined')
    return (
      <Status tone="quar" glyph="halt">
        Provider quarantined
      </Status>
    )
  if (provider.status !== 'active')
    return (
      <Status tone="mute" glyph="bars">
        Provider off
      </Status>
    )
  if (status !== 'active')
    return (
      <Status tone="mute" glyph="bars">
        Off
      </Status>
    )
  return (
    <Status tone="ok" glyph="dot">
      On
    </Status>
  )
}
