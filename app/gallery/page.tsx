import { connection } from 'next/server'
import { GalleryForms, GalleryOverlays } from './forms.tsx'
import { PageBody, PageHeader } from '#components/shell/page.tsx'
import { Button, IconButton } from '#components/ui/button.tsx'
import { CopyId } from '#components/ui/copy-button.tsx'
import type { IconName } from '#components/ui/icons.ts'
import { Icon } from '#components/ui/icon.tsx'
import { icons } from '#components/ui/icons.ts'
import { Link } from '#components/ui/link.tsx'
import { Meter } from '#components/ui/meter.tsx'
import { Note } from '#components/ui/note.tsx'
import { Person } from '#components/ui/person.tsx'
import { Section } from '#components/ui/section.tsx'
import { SaveBar } from '#components/ui/save-bar.tsx'
import {
  AllWell,
  Empty,
  NoPermission,
  PartError,
  SkeletonLines,
  SkeletonRows,
  StaleLine,
} from '#components/ui/states.tsx'
import { ChainTag, State, states, type States } from '#components/ui/status.tsx'
import { Table, TableEmpty, Th } from '#components/ui/table.tsx'
import { Tag } from '#components/ui/tag.tsx'
import { Time } from '#components/ui/time.tsx'

const things = Object.keys(states) as (keyof States)[]
const tones = ['none', 'strong', 'accent', 'ok', 'warn', 'bad', 'quar'] as const
const names = Object.keys(icons) as IconName[]

export default async function Gallery() {
  await connection()
  const now = Date.now()
  return (
    <>
      <PageHeader
        title="Parts"
        tags={<ChainTag state="verified">Chain verified, 184,212 entries</ChainTag>}
        actions={
          <Button variant="primary" kbd="C">
            Primary
          </Button>
        }
      />
      <StaleLine>Live limits cannot be read. Calls are still checked. Last read 14:31:40</StaleLine>
      <PageBody>
        <Section title="Pages made of them">
          <p className="flex gap-4">
            <Link href="/gallery/home">Home</Link>
            <Link href="/gallery/keys">Keys</Link>
            <Link href="/gallery/keys?new=1">New key</Link>
            <Link href="/gallery/key">Key</Link>
          </p>
        </Section>
        <Section title="Buttons">
          <div className="flex flex-wrap items-center gap-2">
            <Button variant="primary" icon="plus" kbd="C">
              New key
            </Button>
            <Button icon="rotate">Rotate</Button>
            <Button variant="quiet" icon="download">
              Export
            </Button>
            <Button variant="danger" icon="ban">
              Revoke…
            </Button>
            <Button variant="danger-solid">Revoke 3 keys</Button>
            <Button variant="quarantine" icon="halt">
              Quarantine
            </Button>
            <Button variant="quarantine-solid" icon="halt">
              Quarantine now
            </Button>
            <Button disabled>Not yet</Button>
            <Button variant="primary" disabled>
              Not yet
            </Button>
            <Button variant="primary" busy>
              Creating
            </Button>
            <Button size="small" icon="play">
              Send a test call
            </Button>
            <Button size="large" variant="primary">
              Continue with SSO
            </Button>
            <IconButton icon="more" label="Actions" />
          </div>
        </Section>
        <Section title="States">
          <div className="grid grid-cols-4 gap-4 phone:grid-cols-2">
            {things.map((thing) => (
              <ul key={thing} className="grid content-start gap-1">
                {Object.keys(states[thing]).map((state) => (
                  <li key={state}>
                    <State of={thing} state={state as never} />
                  </li>
                ))}
              </ul>
            ))}
          </div>
          <div className="flex flex-wrap items-center gap-2">
            {tones.map((tone) => (
              <Tag key={tone} tone={tone}>
                {tone}
              </Tag>
            ))}
            <ChainTag state="checking">Checking 120,000 of 184,212</ChainTag>
            <ChainTag state="broken">Chain broken at 181,004</ChainTag>
            <Person name="Tess Lindqvist" />
            <Person name="Support tools" kind="group" />
            <Time at={now - 12_000} now={now} />
            <CopyId text="req_5kZr0WqTn2" label="Copy request id" />
          </div>
        </Section>
        <Section title="Meters">
          <div className="grid max-w-md gap-3">
            <Meter spent={0.37} held={0.06} label="37 % used, $3.40 held" />
            <Meter spent={0.79} />
            <Meter spent={1} />
            <Meter spent={0.62} forecast={1.04} />
            <Meter spent={0.45} forecast={0.7} />
            <Meter spent={0.3} size="thin" />
            <Meter spent={0.6} size="large" held={0.1} />
          </div>
        </Section>
        <GalleryForms />
        <GalleryOverlays />
        <Section title="Notes">
          <Note title="Limits are exact.">Redis and ledger agree.</Note>
          <Note tone="ok" title="The canary call passed.">
            The new credential is in use.
          </Note>
          <Note
            tone="warn"
            title="Anthropic is slow since 13:52."
            action={
              <Button size="small" icon="swap">
                Send all to Bedrock
              </Button>
            }
          >
            claude-sonnet-4-5 fails over to Bedrock in eu-central-1. Callers see no errors beyond 13 calls.
          </Note>
          <Note tone="accent" title="Waiting for the first call.">
            It shows here the moment it arrives.
          </Note>
          <Note tone="quar" title="Quarantined by Ada Okafor, 31 min ago.">
            The same call 412 times.
          </Note>
          <PartError
            title="Live limits cannot be read."
            requestId="req_5kZr0WqTn2"
            action={<Button size="small">Try again</Button>}
          >
            Calls are still checked. Last read 14:31:40.
          </PartError>
        </Section>
        <Section title="Nothing, and not allowed">
          <div className="grid grid-cols-3 gap-4 phone:grid-cols-1">
            <Empty icon="key" title="No keys yet" action={<Button variant="primary">New key</Button>}>
              A key is one line in your client. It is shown once.
            </Empty>
            <Empty title="No keys match these filters" action={<Button>Clear filters</Button>} />
            <NoPermission title="Audit log is for auditors and admins" action={<Button>Ask for access</Button>}>
              Ada Okafor decides.
            </NoPermission>
          </div>
          <AllWell>No limit incidents since 3 November</AllWell>
          <SkeletonLines lines={3} />
        </Section>
        <Section title="A list that is late, and one without rows">
          <div className="grid grid-cols-2 gap-4 phone:grid-cols-1">
            <Table label="Late" inline>
              <thead>
                <tr>
                  <Th>Key</Th>
                  <Th>Owner</Th>
                  <Th num>Spent</Th>
                </tr>
              </thead>
              <tbody>
                <SkeletonRows rows={3} columns={3} />
              </tbody>
            </Table>
            <Table label="Empty" inline>
              <thead>
                <tr>
                  <Th>Key</Th>
                  <Th num>Spent</Th>
                </tr>
              </thead>
              <tbody>
                <TableEmpty columns={2}>
                  <Empty title="No keys match these filters" action={<Button>Clear filters</Button>} />
                </TableEmpty>
              </tbody>
            </Table>
          </div>
        </Section>
        <Section title="Icons">
          <ul className="flex flex-wrap gap-3 text-ink-2">
            {names.map((name) => (
              <li key={name} title={name}>
                <Icon name={name} label={name} />
              </li>
            ))}
          </ul>
        </Section>
      </PageBody>
      <SaveBar changes={3} since="version 14" review={<Link href="/gallery">Review</Link>}>
        <Button variant="quiet">Discard</Button>
        <Button variant="primary">Apply as version 15</Button>
      </SaveBar>
    </>
  )
}
