import { Views } from '#components/ui/tabs.tsx'

type PeopleViewsProps = { readonly current: 'people' | 'teams' | 'groups'; readonly seesGroups: boolean }

const hrefs = { people: '/admin/people', teams: '/admin/people/teams', groups: '/admin/people/groups' } as const

/** The three sides of who is here. */
export function PeopleViews({ current, seesGroups }: PeopleViewsProps) {
  return (
    <Views
      label="People and teams"
      current={hrefs[current]}
      views={[
        { label: 'People', href: hrefs.people },
        { label: 'Teams', href: hrefs.teams },
        ...(seesGroups ? [{ label: 'Groups', href: hrefs.groups }] : []),
      ]}
    />
  )
}
