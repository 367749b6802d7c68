/** What a profile says about callers, environments, prices and versions, as a caller meets it on a real socket. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { profilePolicy, type ProfilePolicy } from '#lib/policy/contract.ts'
import { lastEventOf } from '#lib/testing/calls.ts'
import { startTestGateway, type TestGateway, type TestKey } from '#lib/testing/gateway.ts'

let g: TestGateway
let key: TestKey
beforeAll(async () => {
  g = await startTestGateway()
  key = await g.makeKey()
}, 60_000)
afterAll(() => g?.close())

/** The profile as it is built in, but for this. */
async function profileSays(difference: Partial<ProfilePolicy>): Promise<void> {
  const id = g.company.profiles.experiment
  await g.change([`profile:${id}`], async ({ db }) => {
    const { policy } = await db.accessProfile.findUniqueOrThrow({ where: { id }, select: { policy: true } })
    const next = { ...profilePolicy.parse(policy), ...everything, ...difference }
    await db.accessProfile.update({ where: { id }, data: { policy: next } })
  })
}
const everything: Partial<ProfilePolicy> = {
  providers: { allow: ['*'], deny: [] },
  cidr: { allow: ['*'] },
  environments: ['*'],
  priceCeiling: { inputUsdPerMillion: null, outputUsdPerMillion: null },
  pinnedOnly: false,
  audit: 'metadata',
}

async function chat({ text } = key) {
  const response = await fetch(`${g.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${text}` },
    body: JSON.stringify({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hello' }] }),
  })
  const { error } = (await response.json()) as { error?: { code: string; message: string } }
  return { status: response.status, code: error?.code ?? null, message: error?.message ?? '' }
}

test.each<[string, Partial<ProfilePolicy>, string, RegExp]>([
  ['a caller from another network', { cidr: { allow: ['10.0.0.0/8'] } }, 'endpoint_not_allowed', /127\.0\.0\.1/],
  ['a key of another environment', { environments: ['production'] }, 'endpoint_not_allowed', /"development"/],
  [
    'a model dearer than the ceiling',
    { priceCeiling: { inputUsdPerMillion: null, outputUsdPerMillion: '0.5' } },
    'model_not_allowed',
    /\$0\.6 per million output tokens.+\$0\.5 at most/,
  ],
  ['a name that names no version', { pinnedOnly: true }, 'model_not_allowed', /"gpt-4o-mini" names none/],
  ['a provider that is denied', { providers: { allow: ['*'], deny: ['openai'] } }, 'provider_not_allowed', /openai/],
])(
  '%s is refused on the next call, and served again on the one after the change is taken back',
  async (_, difference, code, message) => {
    expect(await chat()).toMatchObject({ status: 200 })
    await profileSays(difference)
    const refused = await chat()
    expect(refused).toMatchObject({ status: 403, code })
    expect(refused.message).toMatch(message)
    await profileSays({})
    expect(await chat()).toMatchObject({ status: 200 })
  },
)

test('a caller from an allowed network is served, also by the list of models', async () => {
  await profileSays({ cidr: { allow: ['127.0.0.0/8', '::1'] } })
  expect(await chat()).toMatchObject({ status: 200 })
  const list = () => fetch(`${g.url}/v1/models`, { headers: { authorization: `Bearer ${key.text}` } })
  expect((await list()).status).toBe(200)
  await profileSays({ cidr: { allow: ['10.0.0.0/8'] } })
  expect((await list()).status).toBe(403)
})

test.each([
  ['metadata', '127.0.0.1'],
  ['nothing', null],
] as const)('of a call whose profile keeps %s, the ledger has the address %s', async (audit, clientIp) => {
  await profileSays({ audit })
  const own = await g.makeKey()
  expect(await chat(own)).toMatchObject({ status: 200 })
  const { outcome, userAgent, ...event } = await lastEventOf(g, own.id)
  expect(event).toMatchObject({ model: 'gpt-4o-mini', clientIp })
  expect([outcome, userAgent !== null]).toEqual(['served', audit === 'metadata'])
})
