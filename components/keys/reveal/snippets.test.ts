import { describe, expect, test } from 'vitest'
import { cheapestChat, elided, secretForms, snippetsFor } from '#components/keys/reveal/snippets.ts'

const secret = 'sk-gh-7tQz1MdVr8KxYw3nBf0Lc5Hj2PsGe9UaTo6RiZqXk4WmD1'
const facts = { baseUrl: 'https://ai.example.com/v1', model: 'gpt-4o-mini' }

describe('a snippet', () => {
  test('reads the key from the environment where its secret is not at hand', () => {
    for (const { code, shown } of snippetsFor(facts)) {
      expect(code).toContain('GATEHOUSE_KEY')
      expect(code).toContain(new URL(facts.baseUrl).origin)
      expect(code).toContain(facts.model)
      expect(shown).toBeUndefined()
    }
  })

  test('copies the secret whole and shows it without its middle', () => {
    for (const { code, shown } of snippetsFor({ ...facts, secret })) {
      expect(code).toContain(secret)
      expect(shown).toContain(elided(secret))
      expect(shown).not.toContain(secret.slice(16, 30))
    }
  })

  test.each([
    ['claude-code', 'https://ai.example.com/anthropic'],
    ['gemini-cli', 'https://ai.example.com/gemini'],
    ['codex', 'https://ai.example.com/v1'],
  ])('for %s sends the agent to the wire that it speaks', (id, address) => {
    const { code } = snippetsFor(facts).find((snippet) => snippet.id === id)!
    expect(code.split(/[\s=]/)).toContain(address)
  })

  test('for curl is valid JSON in its body', () => {
    const [curl] = snippetsFor(facts)
    const body = /-d '([^']+)'/.exec(curl!.code)?.[1] ?? ''
    expect(JSON.parse(body)).toMatchObject({ model: 'gpt-4o-mini' })
  })
})

describe('a secret for other places', () => {
  test('has a name that Kubernetes takes, whatever the key is called', () => {
    expect(secretForms(secret, 'Dana’s Laptop (old)').kubernetes).toContain('name: dana-s-laptop-old-key')
    expect(secretForms(secret, '日本').kubernetes).toContain('name: gatehouse-key')
    expect(secretForms(secret, 'ranker').env).toBe(`GATEHOUSE_KEY=${secret}`)
  })
})

describe('the model of a first call', () => {
  test('is the cheapest that one can chat with', () => {
    const model = (name: string, endpoint: string, inputUsd: string, outputUsd: string | null) => ({
      name,
      endpoints: [endpoint],
      inputUsd,
      outputUsd,
    })
    const models = [
      model('embed', 'embeddings', '0.02', null),
      model('big', 'chat', '2.5', '10'),
      model('mini', 'chat', '0.15', '0.6'),
    ]
    expect(cheapestChat(models)).toBe('mini')
    expect(cheapestChat(models.slice(0, 1))).toBeNull()
  })
})
