/** Programs that call the gateway today, ready to paste. With a secret it stands in them; without, they read it from the environment. */
import type { Language } from '#components/ui/highlight.ts'

export type ReadySnippet = {
  readonly id: string
  readonly label: string
  readonly language: Language
  readonly code: string
  /** What the screen shows in place of `code`. */
  readonly shown?: string
  readonly needs: string
}

export const keyVariable = 'GATEHOUSE_KEY'

type SnippetFacts = {
  /** With `/v1`. */
  readonly baseUrl: string
  readonly model: string
  readonly secret?: string
}

export function snippetsFor({ baseUrl, model, secret }: SnippetFacts): readonly ReadySnippet[] {
  const made = snippetsWith(baseUrl, model, secret ?? null)
  if (secret === undefined) return made
  // The same text with the middle of the secret left out: whoever looks over a shoulder gets nothing.
  const shown = snippetsWith(baseUrl, model, elided(secret))
  return made.map((snippet, index) => ({ ...snippet, shown: shown[index]?.code }))
}

function snippetsWith(baseUrl: string, model: string, secret: string | null): readonly ReadySnippet[] {
  return [
    {
      id: 'curl',
      label: 'curl',
      language: 'shell',
      code: [
        `curl ${baseUrl}/chat/completions \\`,
        `  -H "Authorization: Bearer ${secret ?? `$${keyVariable}`}" \\`,
        '  -H "Content-Type: application/json" \\',
        `  -d '{"model": "${model}",`,
        `       "messages": [{"role": "user", "content": "Say hello"}]}'`,
      ].join('\n'),
      needs: 'Nothing to install.',
    },
    {
      id: 'python',
      label: 'Python',
      language: 'python',
      code: [
        ...(secret === null ? ['import os', 'from openai import OpenAI'] : ['from openai import OpenAI']),
        '',
        'client = OpenAI(',
        `    base_url="${baseUrl}",`,
        `    api_key=${secret === null ? `os.environ["${keyVariable}"]` : `"${secret}"`},`,
        ')',
        'reply = client.chat.completions.create(',
        `    model="${model}",`,
        '    messages=[{"role": "user", "content": "Say hello"}],',
        ')',
        'print(reply.choices[0].message.content)',
      ].join('\n'),
      needs: 'pip install openai',
    },
    {
      id: 'typescript',
      label: 'TypeScript',
      language: 'typescript',
      code: [
        "import OpenAI from 'openai'",
        '',
        'const client = new OpenAI({',
        `  baseURL: '${baseUrl}',`,
        `  apiKey: ${secret === null ? `process.env.${keyVariable}` : `'${secret}'`},`,
        '})',
        'const reply = await client.chat.completions.create({',
        `  model: '${model}',`,
        "  messages: [{ role: 'user', content: 'Say hello' }],",
        '})',
        'console.log(reply.choices[0].message.content)',
      ].join('\n'),
      needs: 'npm install openai',
    },
    ...agentSnippets(baseUrl, model, secret),
  ]
}

/** Coding agents read where to go and who they are from the environment; each speaks the wire of its own maker. */
function agentSnippets(baseUrl: string, model: string, secret: string | null): readonly ReadySnippet[] {
  const origin = baseUrl.replace(/\/v1$/, '')
  const key = secret ?? `$${keyVariable}`
  const agent = (id: string, label: string, lines: readonly string[], needs: string): ReadySnippet => ({
    id,
    label,
    language: 'shell',
    code: lines.join('\n'),
    needs,
  })
  return [
    agent(
      'claude-code',
      'Claude Code',
      [
        `export ANTHROPIC_BASE_URL=${origin}/anthropic`,
        `export ANTHROPIC_AUTH_TOKEN=${key}`,
        `export ANTHROPIC_MODEL=${model}`,
        'claude',
      ],
      'Unset ANTHROPIC_API_KEY, if it is set.',
    ),
    agent(
      'codex',
      'Codex',
      [
        ...(secret === null ? [] : [`export ${keyVariable}=${secret}`]),
        `codex -m ${model} \\`,
        '  -c model_provider=gatehouse \\',
        '  -c model_providers.gatehouse.name=Gatehouse \\',
        `  -c model_providers.gatehouse.base_url=${baseUrl} \\`,
        `  -c model_providers.gatehouse.env_key=${keyVariable} \\`,
        '  -c model_providers.gatehouse.wire_api=responses',
      ],
      'The same can stand in ~/.codex/config.toml.',
    ),
    agent(
      'gemini-cli',
      'Gemini CLI',
      [`export GOOGLE_GEMINI_BASE_URL=${origin}/gemini`, `export GEMINI_API_KEY=${key}`, `gemini -m ${model}`],
      'npm install -g @google/gemini-cli',
    ),
  ]
}

/** `sk-gh-7tQz1MdVr8…k4WmD1`. */
export function elided(secret: string): string {
  return `${secret.slice(0, 16)}…${secret.slice(-6)}`
}

/** The secret in the forms that other places take it in. */
export function secretForms(secret: string, keyName: string) {
  const name =
    keyName
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 50) || 'gatehouse'
  return {
    env: `${keyVariable}=${secret}`,
    github: `gh secret set ${keyVariable} --body "${secret}"`,
    kubernetes: [
      'apiVersion: v1',
      'kind: Secret',
      'metadata:',
      `  name: ${name}-key`,
      'type: Opaque',
      'stringData:',
      `  ${keyVariable}: ${secret}`,
      '',
    ].join('\n'),
  }
}

type Priced = {
  readonly name: string
  readonly endpoints: readonly string[]
  readonly inputUsd: string
  readonly outputUsd: string | null
}

/** The cheapest model that one can chat with, for a first call; null where there is none. */
export function cheapestChat(models: readonly Priced[]): string | null {
  const chat = models.filter(({ endpoints }) => endpoints.includes('chat'))
  const price = ({ inputUsd, outputUsd }: Priced) => Number(inputUsd) + Number(outputUsd ?? '0')
  return chat.toSorted((a, b) => price(a) - price(b) || a.name.localeCompare(b.name))[0]?.name ?? null
}
