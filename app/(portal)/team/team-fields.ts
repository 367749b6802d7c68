import { none, type PanelField } from '#components/organisation/panel-fields.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { listBusinessUnits, listBusinessUnitsQuery } from '#lib/identity/organisation/business-units.ts'
import type { TeamView } from '#lib/identity/organisation/contract.ts'
import { listCostCentres, listCostCentresQuery } from '#lib/identity/organisation/cost-centres.ts'
import { portal } from '#lib/wiring/portal.ts'

/** What is asked of a new team, or changed of one that there is. */
export async function teamFields(actor: Actor, team: TeamView | null): Promise<PanelField[]> {
  const context = portal()
  const [units, centres] = await Promise.all([
    listBusinessUnits(context, actor, listBusinessUnitsQuery.parse({ limit: 200 })),
    listCostCentres(context, actor, listCostCentresQuery.parse({ limit: 200 })),
  ])
  return [
    { name: 'name', label: 'Name', placeholder: 'Search', value: team?.name ?? '' },
    {
      name: 'businessUnitId',
      label: 'Business unit',
      options: [{ value: none, label: 'None' }, ...units.data.map(({ id, name }) => ({ value: id, label: name }))],
      value: team?.businessUnit?.id ?? none,
    },
    {
      name: 'costCentre',
      label: 'Cost centre',
      help: 'Where its spend is booked from now on; what was booked stays.',
      options: [
        { value: none, label: 'None' },
        ...centres.data.map(({ code, name }) => ({ value: code, label: `${code} ${name}` })),
      ],
      value: team?.costCentre?.code ?? none,
    },
  ]
}
