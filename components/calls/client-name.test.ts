import { describe, expect, test } from 'vitest'
import { clientName } from '#components/calls/client-name.ts'

describe('the client of a call', () => {
  test.each([
    ['claude-cli/2.0.14 (external, cli)', 'Claude Code 2.0'],
    ['codex_cli_rs/0.46.0 (Debian 12.0.0; x86_64) xterm', 'Codex 0.46'],
    ['GeminiCLI/v0.8.2 (linux; x64)', 'Gemini CLI 0.8'],
    ['OpenAI/Python 2.8.0', 'python-openai 2.8'],
    ['AsyncOpenAI/Python 2.8.0', 'python-openai 2.8'],
    ['OpenAI/JS 6.49.0', 'node-openai 6.49'],
    ['Anthropic/JS 1.11.0', 'node-anthropic 1.11'],
    ['google-genai-sdk/1.2.0 gl-python/3.12', 'python-genai 1.2'],
    ['aws-sdk-js/3.1162.0 ua/2.1 os/linux', 'aws-sdk-js 3.1162'],
    ['curl/8.6.0', 'curl 8.6'],
    ['triage-worker/3.1', 'triage-worker 3.1'],
    ['node', 'node'],
    [
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
      'Chrome 141.0',
    ],
  ])('%s is shown as %s', (userAgent, name) => {
    expect(clientName(userAgent)).toBe(name)
  })

  test('a call without a User-Agent has no client', () => {
    expect(clientName(null)).toBeNull()
    expect(clientName('  ')).toBeNull()
  })

  test('a name without end is cut', () => {
    expect(clientName('x'.repeat(200))).toHaveLength(40)
  })
})
