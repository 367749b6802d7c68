import { GalleryBulk, GalleryRowMenu } from './actions.tsx'
import { NewKeyPanel } from './new-key.tsx'
import { galleryKeys, type GalleryKey } from './rows.ts'
import { EnvironmentSwitch } from '#components/shell/environment-switch.tsx'
import { Grow, PageFlush, PageFoot, PageHeader, Toolbar } from '#components/shell/page.tsx'
import { Button } from '#components/ui/button.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { ClearFilters, FilterChip } from '#components/ui/filter-chip.tsx'
import { FindBox } from '#components/ui/find-box.tsx'
import { formatLimitMoney, formatMoney, shareOf } from '#components/ui/format.ts'
import { Hotkey } from '#components/ui/hotkey.tsx'
import { Icon, type IconName } from '#components/ui/icon.tsx'
import { List, Row, SelectTd, SelectTh } from '#components/ui/list.tsx'
import { MeterPair } from '#components/ui/meter.tsx'
import { Paging } from '#components/ui/paging.tsx'
import { Person } from '#components/ui/person.tsx'
import { SortHead } from '#components/ui/sort-head.tsx'
import { State } from '#components/ui/status.tsx'
import { Lead, MenuTd, MenuTh, Table, TableScroll, Td, Th } from '#components/ui/table.tsx'
import { Views } from '#components/ui/tabs.tsx'
import { Tag } from '#components/ui/tag.tsx'

const kinds: Record<GalleryKey['kind'], readonly [IconName, string]> = {
  personal: ['user', 'Personal'],
  team: ['users', 'Team'],
  app: ['app', 'App'],
  agent: ['bot', 'Agent'],
  service: ['cog', 'Service'],
  ci: ['branch', 'CI'],
}

const options = (...labels: string[]) => labels.map((label) => ({ value: label.toLowerCase(), label }))

type Search = { readonly searchParams: Promise<Record<string, string | string[] | undefined>> }

export default async function GalleryKeys({ searchParams }: Search) {
  const { new: isNew } = await searchParams
  return (
    <>
      <PageHeader
        title="Keys"
        scope={<EnvironmentSwitch />}
        actions={
          <ButtonLink href="/gallery/keys?new=1" variant="primary" icon="plus" kbd="C">
            New key
          </ButtonLink>
        }
      />
      <Hotkey keys="c" label="New key" href="/gallery/keys?new=1" />
      <Views
        label="Views"
        views={[
          { label: 'All', href: '/gallery/keys', count: 214 },
          { label: 'Mine', href: '/gallery/keys?view=mine', count: 3 },
          { label: 'Near their cap', href: '/gallery/keys?view=near', count: 6 },
          { label: 'Ends within 30 days', href: '/gallery/keys?view=ending', count: 9 },
          { label: 'Not used for 30 days', href: '/gallery/keys?view=unused', count: 22 },
          { label: 'No owner', href: '/gallery/keys?view=orphans', count: 2 },
          { label: 'Waiting', href: '/gallery/keys?view=waiting', count: 5 },
        ]}
      />
      <PageFlush>
        <Toolbar>
          <FindBox placeholder="Find by name, owner or last four" />
          <FilterChip
            label="Status"
            param="status"
            options={options('Active', 'Waiting', 'Suspended', 'Quarantined', 'Revoked', 'Expired')}
          />
          <FilterChip label="Owner" param="owner" options={options('Dana Whitfield', 'Jonas Meyer')} />
          <FilterChip
            label="Team"
            param="team"
            options={options(
              'Search',
              'Payments',
              'Mobile',
              'Growth',
              'Security',
              'Platform',
              'Data platform',
              'Support tools',
            )}
          />
          <FilterChip label="Model" param="model" options={options('gpt-4o', 'gpt-4o-mini')} single />
          <ClearFilters params={['q', 'status', 'owner', 'team', 'model']} />
          <Grow />
          <Button variant="quiet" icon="cols" className="phone:hidden">
            Columns
          </Button>
          <Button variant="quiet" icon="download" className="phone:hidden">
            Export
          </Button>
        </Toolbar>
        <List ids={galleryKeys.map((key) => key.name)} total={214} noun="key">
          <TableScroll label="Keys">
            <Table label="Keys" rows="two">
              <thead>
                <tr>
                  <SelectTh />
                  <SortHead field="name">Key</SortHead>
                  <Th>Status</Th>
                  <Th drop={3}>Owner</Th>
                  <Th drop={2}>Env</Th>
                  <Th drop={1}>Models</Th>
                  <SortHead field="spent" num fallback="-spent">
                    Spent<span className="drop-4:hidden"> this month, of cap</span>
                  </SortHead>
                  <Th num drop={3}>
                    Last used
                  </Th>
                  <Th num drop={2}>
                    Expires
                  </Th>
                  <MenuTh />
                </tr>
              </thead>
              <tbody>
                {galleryKeys.map((key) => (
                  <KeyRow key={key.name} item={key} />
                ))}
              </tbody>
            </Table>
          </TableScroll>
          <GalleryBulk />
        </List>
        <PageFoot paging={<Paging range="1 to 50 of 214" nextHref="/gallery/keys?cursor=2" />}>
          <span>
            <b>214</b> keys
          </span>
          <span>
            <b>$17,767.63</b> spent in November
          </span>
          <span>
            <b>$26,480.00</b> in caps
          </span>
        </PageFoot>
      </PageFlush>
      {isNew ? <NewKeyPanel /> : null}
    </>
  )
}

function KeyRow({ item }: { readonly item: GalleryKey }) {
  const [icon, kind] = kinds[item.kind]
  const share = shareOf(item.spent, item.cap)
  const state = (
    <State of="key" state={item.state}>
      {item.state === 'pending' ? 'Waiting for Leo' : undefined}
    </State>
  )
  return (
    <Row id={item.name} href="/gallery/key">
      <SelectTd id={item.name} label={item.name} />
      <Td give>
        <Lead
          icon={<Icon name={icon} />}
          title={item.name}
          href="/gallery/key"
          second={
            <>
              {kind} <span className="mono text-2xs">…{item.lastFour}</span>
            </>
          }
        />
      </Td>
      <Td>{state}</Td>
      <Td drop={3}>
        <Person name={item.owner} kind={item.person ? 'person' : 'group'} />
      </Td>
      <Td drop={2}>
        <Tag tone={item.environment === 'prod' ? 'strong' : 'none'}>{item.environment}</Tag>
      </Td>
      <Td drop={1}>
        <span className="mono text-xs">{item.models}</span>{' '}
        {item.more ? <span className="text-ink-3">+{item.more}</span> : null}
      </Td>
      <Td num>
        <MeterPair spent={share}>
          {share >= 0.995 ? <b className="text-bad-ink">{formatMoney(item.spent)}</b> : formatMoney(item.spent)}{' '}
          <span className="text-ink-3 drop-4:hidden">of {formatLimitMoney(item.cap)}</span>
        </MeterPair>
      </Td>
      <Td num dim drop={3}>
        {item.lastUsed}
      </Td>
      <Td num drop={2} className={item.endsSoon ? 'text-warn-ink' : 'text-ink-2'}>
        {item.expires}
      </Td>
      <MenuTd>
        <GalleryRowMenu name={item.name} />
      </MenuTd>
    </Row>
  )
}
