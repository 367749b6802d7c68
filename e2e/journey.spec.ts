/**
 * The spine, as a newcomer meets it: sign in, mint a key, call a model with OpenAI's own client, see the cost, revoke, and
 * be refused on the very next call.
 */
import { expect, test } from '@playwright/test'
import OpenAI from 'openai'
import { signInAs } from './people.ts'

type Call = { readonly id: string; readonly costUsd: string }

test('from first sign-in to a refused call', async ({ page, baseURL, browser }) => {
  test.setTimeout(120_000)
  await signInAs(page, 'Dana', '/keys?new=1')

  const name = `journey-${Date.now()}`
  await page.getByLabel('Name', { exact: true }).fill(name)
  await page.getByRole('button', { name: /^Create key/ }).click()
  const secret = page.getByLabel('The secret of the key')
  await expect(secret).toHaveText(/^sk-gh-[0-9A-Za-z]{46}$/)
  const key = (await secret.textContent()) ?? ''
  expect(page.url()).not.toContain(key)

  const openai = new OpenAI({ baseURL: `${baseURL}/v1`, apiKey: key, maxRetries: 0 })
  const question = {
    model: 'gpt-4o-mini',
    max_tokens: 40,
    messages: [{ role: 'user' as const, content: 'Where is parcel 4711?' }],
  }
  const plain = await openai.chat.completions.create(question).withResponse()
  expect(plain.data.choices[0]?.message.content).toBeTruthy()
  const stream = await openai.chat.completions.create({ ...question, stream: true }).withResponse()
  let streamed = ''
  for await (const chunk of stream.data) streamed += chunk.choices[0]?.delta.content ?? ''
  expect(streamed).not.toBe('')
  const endedMs = Date.now()

  // Both calls are in the ledger within five seconds of their end, and the sums agree to the nano.
  const ids = [plain, stream].map(({ response }) => response.headers.get('x-gatehouse-request-id') ?? '')
  const receipts: Call[] = []
  for (const id of ids) {
    await expect
      .poll(async () => (await page.request.get(`/api/v1/calls/${id}`)).status(), { timeout: 5_000 })
      .toBe(200)
    receipts.push((await (await page.request.get(`/api/v1/calls/${id}`)).json()) as Call)
  }
  expect(Date.now() - endedMs).toBeLessThan(5_000)
  const nanos = receipts.reduce((sum, receipt) => sum + nanosOf(receipt.costUsd), 0n)
  expect(nanos).toBeGreaterThan(0n)

  const keys = (await (await page.request.get(`/api/v1/keys?q=${name}`)).json()) as { data: { id: string }[] }
  const keyId = keys.data[0]?.id ?? ''
  const day = new Date().toISOString().slice(0, 10)
  const usageUrl = `/api/v1/usage?from=${day}T00:00:00Z&to=${day}T23:59:59Z&group_by=key&filter[key]=${keyId}`
  const usage = (await (await page.request.get(usageUrl)).json()) as { data: { costUsd: string; calls: number }[] }
  expect(usage.data).toHaveLength(1)
  expect(usage.data[0]?.calls).toBe(2)
  expect(nanosOf(usage.data[0]?.costUsd ?? '0')).toBe(nanos)

  // What the person sees: the calls, and the receipt of one.
  await page.goto(`/calls/${ids[0]}`)
  await expect(page.getByRole('main')).toContainText('gpt-4o-mini')
  await page.goto('/usage')
  await expect(page.getByRole('main')).toContainText('$')

  // Finance sees it too, in a browser of its own.
  const finance = await browser.newPage()
  await signInAs(finance, 'Finn', '/showback')
  await expect(finance.getByRole('main')).toContainText('Search')
  const ofKey = (await (await finance.request.get(usageUrl)).json()) as { data: { costUsd: string }[] }
  expect(nanosOf(ofKey.data[0]?.costUsd ?? '0')).toBe(nanos)
  await finance.close()

  await page.goto(`/keys/${keyId}`)
  await expect(page.getByRole('heading', { level: 1 })).toContainText(name)
  const revoked = await page.request.post(`/api/v1/keys/${keyId}/revoke`, {
    data: { reason: 'journey is over' },
    headers: { origin: baseURL ?? '' },
  })
  expect(revoked.status()).toBe(200)
  await expect(openai.chat.completions.create(question)).rejects.toMatchObject({ status: 401, code: 'key_revoked' })
  await page.reload()
  await expect(page.getByRole('main')).toContainText('Revoked')
})

test('nobody sees a page without signing in, and nobody sees what is not theirs', async ({ page }) => {
  for (const path of ['/', '/keys', '/calls', '/usage', '/admin', '/showback', '/admin/audit']) {
    await page.goto(path)
    await expect(page).toHaveURL(/\/sign-in/)
  }
  await signInAs(page, 'Dana')
  for (const path of ['/admin', '/admin/audit', '/admin/providers', '/showback']) {
    await page.goto(path)
    await expect(page.getByRole('main')).not.toContainText('$')
  }
  expect((await page.request.get('/api/v1/audit')).status()).toBe(403)
})

function nanosOf(usd: string): bigint {
  const [whole = '0', fraction = ''] = usd.split('.')
  return BigInt(whole) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0'))
}
