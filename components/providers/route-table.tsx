import { Link } from '#components/ui/link.tsx'
import { Status } from '#components/ui/status.tsx'
import { Table, Td, Th } from '#components/ui/table.tsx'
import type { ModelView } from '#lib/catalog/contract.ts'

type RouteTableProps = { readonly models: readonly ModelView[]; readonly providerId: string }

/** The models that are served here, a line for each route. */
export function RouteTable({ models, providerId }: RouteTableProps) {
  const routes = models.flatMap((model) =>
    model.deployments.filter(({ provider }) => provider.id === providerId).map((route) => ({ model, route })),
  )
  return (
    <Table label="Routes" inline rows="tight">
      <thead>
        <tr>
          <Th>Model</Th>
          <Th drop={3}>Asked for upstream as</Th>
          <Th>Region</Th>
          <Th num drop={4}>
            Rank
          </Th>
          <Th num drop={4}>
            Weight
          </Th>
          <Th>State</Th>
        </tr>
      </thead>
      <tbody>
        {routes.map(({ model, route }) => (
          <tr key={route.id}>
            <Td give>
              <Link href={`/models/${encodeURIComponent(model.name)}`} className="mono font-normal">
                {model.name}
              </Link>
            </Td>
            <Td dim drop={3} mono>
              {route.upstreamModel}
            </Td>
            <Td dim>{route.region}</Td>
            <Td num dim drop={4}>
              {route.rank}
            </Td>
            <Td num dim drop={4}>
              {route.weight}
            </Td>
            <Td>
              <RouteState model={model.status} route={route.status} />
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

function RouteState({ model, route }: { readonly model: string; readonly route: string }) {
  if (model === 'quarantined') {
    return (
      <Status tone="quar" glyph="halt">
        Model quarantined
      </Status>
    )
  }
  if (model !== 'active') {
    return (
      <Status tone="mute" glyph="cross">
        Model retired
      </Status>
    )
  }
  return route === 'active' ? (
    <Status tone="ok" glyph="dot">
      On
    </Status>
  ) : (
    <Status tone="mute" glyph="bars">
      Off
    </Status>
  )
}
