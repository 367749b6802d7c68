import { GalleryPeriod, QuarantineExample } from './parts.tsx'
import { Chart } from '#components/charts/chart.tsx'
import type { Point } from '#components/charts/chart-data.ts'
import { PageHeader, SplitColumns, PageScroll } from '#components/shell/page.tsx'
import { Button, IconButton } from '#components/ui/button.tsx'
import { Figure, Figures } from '#components/ui/figures.tsx'
import { Icon } from '#components/ui/icon.tsx'
import { Link } from '#components/ui/link.tsx'
import { Meter } from '#components/ui/meter.tsx'
import { Person } from '#components/ui/person.tsx'
import { Facts, Rows, Section } from '#components/ui/section.tsx'
import { Sparkline } from '#components/ui/sparkline.tsx'
import { State } from '#components/ui/status.tsx'
import { Table, Td, Th } from '#components/ui/table.tsx'
import { Views } from '#components/ui/tabs.tsx'
import { Tag } from '#components/ui/tag.tsx'
import { Well } from '#components/ui/well.tsx'

const layers = [
  ['Spend a month', '$30,900', '$6,000', '$1,000', '$1,200', '$600', 4, '$412.18', 0.69],
  ['Requests a minute', '20,000', '4,000', '300', null, null, 2, '118', 0.39],
  ['Tokens a minute', '8 M', '1.5 M', '600,000', '400,000', null, 3, '352,110', 0.88],
  ['Calls at once', '800', '120', '40', '20', null, 3, '9', 0.45],
  ['Regions', 'EU, US', 'EU, US', 'EU, US', 'EU', null, 3, 'EU', null],
] as const

const days: Point[] = Array.from({ length: 30 }, (_, day) => {
  const wave = (scale: number, shift: number) => (scale * (1.2 + Math.sin((day + shift) / 2.1))).toFixed(2)
  if (day > 17) return { label: `${day + 1} Nov`, values: { expected: '25.00' }, expected: true }
  return {
    label: `${day + 1} Nov`,
    values: { haiku: wave(8, 0), mini: wave(3, 1), sonnet: day > 10 ? wave(5, 2) : null },
  }
})

const sums: Point[] = Array.from({ length: 30 }, (_, day) => {
  const actual = day * day * 12 + day * 700
  const october = day * 820
  const forecast = 17 * 17 * 12 + 17 * 700 + (day - 17) * 900
  return {
    label: `${day + 1} Nov`,
    values: {
      actual: day <= 17 ? actual.toFixed(2) : null,
      'actual.forecast': day >= 17 ? forecast.toFixed(2) : null,
      'actual.low': day >= 17 ? (forecast - (day - 17) * 110).toFixed(2) : null,
      'actual.high': day >= 17 ? (forecast + (day - 17) * 110).toFixed(2) : null,
      october: october.toFixed(2),
    },
  }
})

export default function GalleryKeyPage() {
  return (
    <>
      <PageHeader
        title="support-triage-agent"
        crumb={{ label: 'Keys', href: '/gallery/keys' }}
        tags={
          <>
            <State of="key" state="active" />
            <Tag tone="strong">prod</Tag>
            <Tag>
              <Icon name="bot" size={12} />
              Agent
            </Tag>
          </>
        }
        actions={
          <>
            <Button icon="play">Test call</Button>
            <Button icon="rotate">Rotate</Button>
            <QuarantineExample />
            <IconButton icon="more" label="More" variant="plain" />
          </>
        }
      />
      <Views
        label="Parts of this key"
        current="/gallery/key"
        views={[
          { label: 'Overview', href: '/gallery/key' },
          { label: 'Calls', href: '/gallery/key?part=calls' },
          { label: 'Policy', href: '/gallery/key?part=policy' },
          { label: 'Secrets', href: '/gallery/key?part=secrets', count: 2 },
          { label: 'Refusals', href: '/gallery/key?part=refusals', count: 41 },
        ]}
      />
      <PageScroll label="Key">
        <Figures>
          <Figure
            label="Spent in November"
            value="$412.18"
            beside="of $600"
            meter={<Meter spent={0.69} held={0.006} label="69 % used, $3.40 held" />}
            note="$3.40 held, $184.42 left until 1 Dec"
          />
          <Figure
            label="At this pace"
            value="$681"
            note={
              <>
                <span className="text-warn-ink">Reaches the cap on 26 Nov.</span>{' '}
                <Link href="/gallery/key">Ask for more</Link>
              </>
            }
          />
          <Figure label="Calls, last 24 hours" value="6,204" beside="+8 %" note="p95 2.8 s, of which gateway 0.9 ms" />
          <Figure label="Refused, last 24 hours" value="41" beside="0.7 %" note="38 by tokens a minute, 3 by model" />
        </Figures>
        <SplitColumns rail={<Rail />}>
          <Section
            title="Policy in force"
            aside="The narrowest layer wins"
            end={<Link href="/gallery/key">Would this call pass?</Link>}
          >
            <PolicyTable />
          </Section>
          <Chart
            title="Spend a day, by model"
            summary="Spend a day by model in November, highest on 17 November"
            kind="bars"
            unit="usd"
            pointName="Day"
            points={days}
            series={[
              { id: 'haiku', label: 'claude-haiku-4-5', figure: '$246.90' },
              { id: 'mini', label: 'gpt-4o-mini', figure: '$96.44' },
              { id: 'sonnet', label: 'claude-sonnet-4-5, since 12 Nov', figure: '$68.84' },
              { id: 'expected', label: 'Expected' },
            ]}
            end={<GalleryPeriod />}
          />
          <Chart
            title="Spend so far, budget and forecast"
            summary="Spend so far in November against budget, forecast and October"
            kind="lines"
            unit="usd"
            pointName="Day"
            height={240}
            points={sums}
            series={[
              { id: 'actual', label: 'Actual' },
              { id: 'actual.forecast', label: 'Forecast, 80 % range' },
              { id: 'october', label: 'October', muted: true },
            ]}
            cap={{ value: 30_900, label: 'Budget $30,900' }}
          />
        </SplitColumns>
      </PageScroll>
    </>
  )
}

function PolicyTable() {
  return (
    <Table label="Policy in force" inline rows="tight">
      <thead>
        <tr>
          <Th>Limit</Th>
          <Th num drop={4}>
            Organisation
          </Th>
          <Th num drop={4}>
            Team
          </Th>
          <Th num drop={4}>
            Profile
          </Th>
          <Th num drop={4}>
            Project
          </Th>
          <Th num>This key</Th>
          <Th num>Used now</Th>
          <Th className="w-20" drop={4}>
            <span className="sr-only">Share</span>
          </Th>
        </tr>
      </thead>
      <tbody>
        {layers.map(([name, ...cells]) => {
          const [organisation, team, profile, project, key, winner, used, share] = cells
          const layer = (value: string | null, index: number) =>
            value !== null && index === winner ? (
              <span className="-mr-2 rounded-1 bg-accent-soft px-2 py-1 font-semibold text-accent-ink">{value}</span>
            ) : (
              value
            )
          return (
            <tr key={name}>
              <Td>
                <b>{name}</b>
              </Td>
              <Td num dim drop={4}>
                {layer(organisation, 0)}
              </Td>
              <Td num dim drop={4}>
                {layer(team, 1)}
              </Td>
              <Td num dim drop={4}>
                {layer(profile, 2)}
              </Td>
              <Td num dim drop={4}>
                {layer(project, 3)}
              </Td>
              <Td num dim>
                {layer(key, 4)}
              </Td>
              <Td num>{used}</Td>
              <Td num drop={4}>
                {share === null ? ' ' : <Meter inRow spent={share} />}
              </Td>
            </tr>
          )
        })}
      </tbody>
    </Table>
  )
}

function Rail() {
  return (
    <>
      <Section
        title="Rotation"
        end={
          <Tag tone="warn">
            <Icon name="clock" size={12} />
            18 h 27 min left
          </Tag>
        }
      >
        <Well className="grid grid-cols-2 [&>*+*]:border-l [&>*+*]:border-line [&>*]:p-3">
          <div>
            <p className="text-xs text-ink-3">New secret</p>
            <p className="mono">sk-gh-…Qm3T</p>
            <p className="text-xs">5,987 calls, last 12 s ago</p>
          </div>
          <div>
            <p className="text-xs text-ink-3">Old, ends 19 Nov 09:00</p>
            <p className="mono">sk-gh-…7xLd</p>
            <p className="text-xs">217 calls, last 4 min ago</p>
          </div>
        </Well>
        <Meter spent={0.965} tone="progress" label="96.5 % of calls have moved" />
        <div className="flex gap-2">
          <Button size="small" variant="danger" icon="ban">
            End old secret now
          </Button>
          <Button size="small" icon="clock">
            Give 24 h more
          </Button>
        </div>
      </Section>
      <Section title="Recent refusals" end={<Link href="/gallery/key">All 41</Link>}>
        <Rows>
          <li className="flex items-center gap-3 py-2">
            <span className="text-ink-3 tabular-nums">14:20</span>
            <span className="grid flex-1 leading-4">
              Tokens a minute <small className="text-ink-2">36 times in 3 min</small>
            </span>
            <Link href="/gallery/key">Why?</Link>
          </li>
          <li className="flex items-center gap-3 py-2">
            <span className="text-ink-3 tabular-nums">11:02</span>
            <span className="grid flex-1 leading-4">
              Model not in policy <small className="text-ink-2">gpt-4o, 3 times</small>
            </span>
            <Link href="/gallery/key">Why?</Link>
          </li>
        </Rows>
      </Section>
      <Section title="Facts">
        <Facts
          items={[
            { label: 'Owner', value: <Person name="Priya Raman" /> },
            { label: 'Cost centre', value: '4210 Support tools' },
            {
              label: 'Calls, 24 h',
              value: (
                <span className="flex items-center gap-3">
                  6,204 <Sparkline values={[3, 4, 3, 6, 5, 7, 6, 8, 7, 9, 12, 11]} label="Rising since noon" />
                </span>
              ),
            },
          ]}
        />
      </Section>
    </>
  )
}
