/** From a refused call to the call that passes: the request in two clicks, the lead's yes, and the end of the key's wait. */
import { expect, test } from '@playwright/test'
import OpenAI from 'openai'
import { signInAs } from './people.ts'

test('a refused call asks for more in two clicks, the lead approves, the same call passes', async ({
  page,
  baseURL,
  browser,
}) => {
  test.setTimeout(120_000)
  await signInAs(page, 'Dana', '/')
  const name = `ask-${Date.now()}`
  const made = await page.request.post('/api/v1/keys', {
    data: { name, kind: 'personal', budget: { amountUsd: '0.00001', period: 'month', posture: 'hard' } },
    headers: { origin: baseURL ?? '' },
  })
  expect(made.status()).toBe(201)
  const { key } = (await made.json()) as { key: string }
  const openai = new OpenAI({ baseURL: `${baseURL}/v1`, apiKey: key, maxRetries: 0 })
  const call = () =>
    openai.chat.completions.create({
      model: 'gpt-4o-mini',
      max_tokens: 200,
      messages: [{ role: 'user', content: 'Where is parcel 4711?' }],
    })
  const refusal: unknown = await call().catch((error: unknown) => error)
  expect(refusal).toMatchObject({ status: 429, code: 'insufficient_quota' })
  const { decision_id: decisionId } = (refusal as { error: { gatehouse: { decision_id: string } } }).error.gatehouse

  await page.goto(`/decisions/${decisionId}`)
  await page.getByRole('button', { name: /Ask for more/ }).click()
  // More than the profile lets anybody take without a yes.
  await page.getByLabel('Budget').fill('450')
  await page.getByRole('button', { name: 'Send request' }).click()
  await expect(page.getByRole('status').filter({ hasText: 'It waits for an answer.' })).toBeVisible()
  await page.reload()
  await expect(page.getByRole('main')).toContainText('It waits for an answer.')

  const lead = await browser.newPage()
  await signInAs(lead, 'Tess', '/approvals')
  await expect(lead.getByRole('link', { name: /Approvals/ }).first()).toContainText(/\d/)
  await lead.getByRole('link', { name: new RegExp(name) }).click()
  await expect(lead.getByRole('main')).toContainText('$450')
  await lead.getByLabel('Give less than asked').click()
  await lead.getByLabel('Budget').fill('300')
  await lead.getByRole('button', { name: 'Approve less' }).click()
  await expect(lead.getByRole('main')).toContainText('Approved by Tess')
  await lead.close()

  expect((await call()).choices[0]?.message.content).toBeTruthy()
  await page.goto('/requests')
  await expect(page.getByRole('row', { name: new RegExp(name) })).toContainText('Approved')
})

test('a new key beyond the profile is asked for, and its secret waits with it', async ({ page, baseURL }) => {
  await signInAs(page, 'Dana', '/keys?new=1')
  await page.getByLabel('Name', { exact: true }).fill(`wait-${Date.now()}`)
  await page.getByLabel('Requests a minute').fill('2000')
  await page.getByRole('button', { name: /^Ask for this/ }).click()
  const secret = page.getByLabel('The secret of the key')
  await expect(secret).toHaveText(/^sk-gh-[0-9A-Za-z]{46}$/)
  const openai = new OpenAI({ baseURL: `${baseURL}/v1`, apiKey: (await secret.textContent()) ?? '', maxRetries: 0 })
  await expect(openai.models.list()).rejects.toMatchObject({ status: 401, code: 'key_pending_approval' })
  await page.getByRole('link', { name: 'Open the request' }).click()
  await page.getByRole('button', { name: 'Withdraw' }).click()
  await page.getByRole('button', { name: 'Withdraw' }).last().click()
  await expect(page.getByRole('main')).toContainText('Taken back')
})

test('more is asked for from home, given until a day, and ended before it', async ({ page, baseURL, browser }) => {
  test.setTimeout(120_000)
  await signInAs(page, 'Dana', '/')
  const name = `more-${Date.now()}`
  const made = await page.request.post('/api/v1/keys', {
    data: { name, kind: 'personal' },
    headers: { origin: baseURL ?? '' },
  })
  const { id } = (await made.json()) as { id: string }
  await page.goto('/')
  await page.getByRole('link', { name: 'Ask for more' }).click()
  await expect(page.getByRole('form', { name: 'Ask for more' })).toBeVisible()
  const asked = await page.request.post('/api/v1/key-requests', {
    data: { what: 'budget', keyId: id, amountUsd: '400', until: new Date(Date.now() + 86_400_000).toISOString() },
    headers: { origin: baseURL ?? '' },
  })
  const { id: requestId } = (await asked.json()) as { id: string }

  const lead = await browser.newPage()
  await signInAs(lead, 'Tess', `/approvals/${requestId}`)
  await lead.getByRole('button', { name: 'Approve' }).click()
  await expect(lead.getByRole('main')).toContainText('Approved by Tess')
  await lead.close()

  await page.goto(`/requests/${requestId}`)
  await page.getByRole('button', { name: 'End now' }).click()
  await page.getByLabel('Why').fill('The test is over')
  await page.getByRole('button', { name: 'End now' }).last().click()
  await expect(page.getByRole('main')).toContainText('“The test is over”')
})
