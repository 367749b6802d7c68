import { Views } from '#components/ui/tabs.tsx'

type PeopleViewsProps = {
  readonly current: 'people' | 'teams' | 'units' | 'groups'
  readonly seesGroups: boolean
  readonly seesUnits: boolean
}

const hrefs = {
  people: '/admin/people',
  teams: '/admin/people/teams',
  units: '/admin/people/units',
  groups: '/admin/people/groups',
} as const

/** The sides of who is here. */
export function PeopleViews({ current, seesGroups, seesUnits }: PeopleViewsProps) {
  return (
    <Views
      label="People and teams"
      current={hrefs[current]}
      views={[
        { label: 'People', href: hrefs.people },
        { label: 'Teams', href: hrefs.teams },
        ...(seesUnits ? [{ label: 'Units and cost centres', href: hrefs.units }] : []),
        ...(seesGroups ? [{ label: 'Groups', href: hrefs.groups }] : []),
      ]}
    />
  )
}
