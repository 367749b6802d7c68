import { GalleryLimits, GalleryModels, GallerySpend } from './rail.tsx'
import { Columns, PageBody, PageHeader } from '#components/shell/page.tsx'
import { EnvironmentSwitch } from '#components/shell/environment-switch.tsx'
import { Button } from '#components/ui/button.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { CodeBlock, type Snippet } from '#components/ui/code-block.tsx'
import { CopyLine } from '#components/ui/copy-button.tsx'
import { formatCallCost, formatCount } from '#components/ui/format.ts'
import { Link } from '#components/ui/link.tsx'
import { Lede, Section } from '#components/ui/section.tsx'
import { State } from '#components/ui/status.tsx'
import { Table, Td, Th } from '#components/ui/table.tsx'

const snippets: Snippet[] = [
  {
    id: 'curl',
    label: 'curl',
    language: 'shell',
    code: 'curl https://ai.fernhill.example/v1/chat/completions \\\n  -H "Authorization: Bearer $GATEHOUSE_KEY" \\\n  -H "Content-Type: application/json" \\\n  -d \'{ "model": "gpt-4o-mini", "messages": [{ "role": "user", "content": "Say hello" }] }\'',
    note: 'Nothing else to install.',
  },
  {
    id: 'python',
    label: 'Python',
    language: 'python',
    code: 'from openai import OpenAI\n\nclient = OpenAI(\n    base_url="https://ai.fernhill.example/v1",\n    api_key=os.environ["GATEHOUSE_KEY"],\n)\nreply = client.chat.completions.create(\n    model="gpt-4o-mini",\n    messages=[{"role": "user", "content": "Say hello"}],\n)',
    note: (
      <>
        Uses <span className="mono">GATEHOUSE_KEY</span> from your environment. Nothing else in your code changes.
      </>
    ),
  },
  {
    id: 'typescript',
    label: 'TypeScript',
    language: 'typescript',
    code: "import OpenAI from 'openai'\n\nconst client = new OpenAI({ baseURL: 'https://ai.fernhill.example/v1', apiKey: process.env.GATEHOUSE_KEY })\n// the rest stays",
  },
  {
    id: 'claude',
    label: 'Claude Code',
    language: 'shell',
    code: 'export ANTHROPIC_BASE_URL=https://ai.fernhill.example/anthropic\nexport ANTHROPIC_AUTH_TOKEN=$GATEHOUSE_KEY\nclaude # or check everything first',
  },
  {
    id: 'codex',
    label: 'Codex',
    language: 'toml',
    code: 'model = "gpt-4o-mini"\nbase_url = "https://ai.fernhill.example/v1"',
  },
]

const calls = [
  ['14:31:52', 'claude-sonnet-4-5', 'Claude Code', 18204, 612, '0.0638', '4.1 s', 200],
  ['14:31:20', 'claude-sonnet-4-5', 'Claude Code', 17590, 1148, '0.0700', '7.8 s', 200],
  ['14:28:51', 'claude-opus-4-1', 'Claude Code', null, null, '0', '1 ms', 403],
  ['14:12:07', 'gpt-4o-mini', 'python-openai 2.8', 1902, 240, '0.0010', '1.6 s', 200],
  ['13:58:33', 'text-embedding-3-small', 'python-openai 2.8', 40960, 0, '0.0053', '0.8 s', 200],
  ['13:57:10', 'gpt-4o-mini', 'python-openai 2.8', 2114, 388, '0.0013', '2.0 s', 200],
  ['13:40:02', 'gemini-2.5-flash', 'curl 8.6', 6330, 254, '0.00003', '1.9 s', 200],
] as const

export default function GalleryHome() {
  return (
    <>
      <PageHeader
        title="Home"
        scope={<EnvironmentSwitch />}
        actions={
          <ButtonLink href="/gallery/keys?new=1" variant="primary" icon="plus" kbd="C">
            New key
          </ButtonLink>
        }
      />
      <PageBody>
        <Columns
          className="phone:[&>div]:contents"
          rail={
            <>
              <GallerySpend />
              <GalleryLimits />
              <GalleryModels />
            </>
          }
        >
          <section className="grid grid-cols-[minmax(0,1fr)] gap-3 phone:order-2">
            <div className="flex items-center gap-4">
              <div className="grid flex-1 gap-1">
                <Lede>Your key is ready, Dana</Lede>
                <div className="flex flex-wrap items-center gap-x-3.5 gap-y-1 text-ink-2">
                  <State of="key" state="active" />
                  <Link href="/gallery/key">dana-default</Link>
                  <span className="mono text-ink-3">sk-gh-…9f2K</span>
                  <span>
                    Profile <b>Experiment</b>
                  </span>
                  <span>Expires 16 Feb 2027</span>
                </div>
              </div>
              <Button icon="rotate" className="phone:hidden">
                Rotate for a new secret
              </Button>
            </div>
            <div className="grid grid-cols-2 gap-3 phone:grid-cols-1">
              <BaseUrl label="OpenAI clients" url="https://ai.fernhill.example/v1" />
              <BaseUrl label="Anthropic clients" url="https://ai.fernhill.example/anthropic" />
            </div>
            <CodeBlock
              label="Snippets"
              snippets={snippets}
              remember="gallery"
              hotkeys
              action={
                <Button size="small" icon="play">
                  Send a test call
                </Button>
              }
            />
          </section>
          <Section title="Last calls" end={<Link href="/gallery/home">All calls</Link>} className="mt-6 phone:order-4">
            <Table label="Last calls" inline>
              <thead>
                <tr>
                  <Th>Time, UTC</Th>
                  <Th>Model</Th>
                  <Th drop={3}>Client</Th>
                  <Th num drop={3}>
                    Tokens in, out
                  </Th>
                  <Th num>Cost</Th>
                  <Th num drop={4}>
                    Took
                  </Th>
                  <Th>Outcome</Th>
                </tr>
              </thead>
              <tbody>
                {calls.map(([time, model, client, tokensIn, tokensOut, cost, took, status]) => (
                  <tr key={time}>
                    <Td dim>{time}</Td>
                    <Td mono give>
                      {model}
                    </Td>
                    <Td dim drop={3}>
                      {client}
                    </Td>
                    <Td num drop={3}>
                      {tokensIn === null ? (
                        <span className="text-ink-3">none</span>
                      ) : (
                        <>
                          {formatCount(tokensIn)} <span className="text-ink-3">+ {formatCount(tokensOut)}</span>
                        </>
                      )}
                    </Td>
                    <Td num>{formatCallCost(cost)}</Td>
                    <Td num dim drop={4}>
                      {took}
                    </Td>
                    <Td>
                      <State of="call" state={status === 200 ? 'served' : 'refused'}>
                        {status}
                      </State>
                      {status === 403 ? (
                        <Link href="/gallery/home" className="ml-2.5">
                          Why?
                        </Link>
                      ) : null}
                    </Td>
                  </tr>
                ))}
              </tbody>
            </Table>
          </Section>
        </Columns>
      </PageBody>
    </>
  )
}

function BaseUrl({ label, url }: { readonly label: string; readonly url: string }) {
  return (
    <div className="grid gap-[5px]">
      <p className="flex items-baseline font-medium">
        {label}
        <small className="ml-auto font-normal text-ink-3">base URL</small>
      </p>
      <CopyLine text={url} label={`Copy base URL for ${label}`} />
    </div>
  )
}
