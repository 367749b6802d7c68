// Claude Code's calls without Claude Code, which is no package to install for a test: `claude -p <prompt> --model <name>`
// reads the same variables, sends the key as a bearer token, counts tokens first, and streams from the beta address.
import { parseArgs } from 'node:util'
import Anthropic from '@anthropic-ai/sdk'

const { values } = parseArgs({
  options: { print: { type: 'string', short: 'p' }, model: { type: 'string', default: 'claude-sonnet-4-5' } },
})
const { ANTHROPIC_BASE_URL: baseURL, ANTHROPIC_AUTH_TOKEN: authToken } = process.env
const client = new Anthropic({ baseURL, authToken, apiKey: null })
const asked = { model: values.model, messages: [{ role: 'user', content: values.print }] }

await client.beta.messages.countTokens(asked)
const stream = client.beta.messages.stream({ ...asked, max_tokens: 1024 })
stream.on('text', (text) => process.stdout.write(text))
await stream.done()
