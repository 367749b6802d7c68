/** A budget set on its page, wrong at first, raises an alert by itself; somebody takes it, and it ends with its cause. */
import { expect, test } from '@playwright/test'
import { signInAs } from './people.ts'

test('from a budget to its alert, and to its end', async ({ page }) => {
  // The worker looks once a minute.
  test.setTimeout(240_000)
  await signInAs(page, 'Ada', '/budgets?new=1')
  const panel = page.getByRole('dialog', { name: 'New budget' })
  await panel.getByRole('combobox', { name: 'Team' }).click()
  await page.getByPlaceholder('Find by name').fill('Growth')
  await page
    .getByRole('option', { name: /Growth/ })
    .first()
    .click()
  await panel.getByRole('combobox', { name: 'Period' }).click()
  await page.getByRole('option', { name: 'A quarter' }).click()
  await panel.getByRole('combobox', { name: 'At the limit' }).click()
  await page.getByRole('option', { name: 'Only alert' }).click()
  await panel.getByLabel('Limit', { exact: true }).fill('0')
  await panel.getByLabel('Alert at').fill('50, 100, 0')
  await panel.getByRole('button', { name: 'Save' }).click()
  await expect(panel.getByText(/Enter an amount above 0, at most 9,000,000/)).toBeVisible()
  await expect(panel.getByText('Enter at least 1 %.')).toBeVisible()
  await panel.getByLabel('Limit', { exact: true }).fill('1')
  await panel.getByLabel('Alert at').fill('50, 100')
  await panel.getByRole('button', { name: 'Save' }).click()
  await expect(panel).toBeHidden()
  await expect(page.getByRole('row', { name: /Growth.*\$1\b.*a quarter/ })).toBeVisible()

  const row = page.getByRole('row', { name: /Growth.*Used up its budget this quarter/ })
  await expect(async () => {
    await page.goto('/alerts?kind=budget_threshold')
    await expect(row).toBeVisible({ timeout: 1_000 })
  }).toPass({ timeout: 100_000, intervals: [5_000] })
  await row.getByRole('button', { name: 'Acknowledge: Growth' }).click()
  await expect(row.getByText(/^Seen by Ada/)).toBeVisible()

  await row.getByRole('link', { name: 'Open budget: Growth' }).click()
  const open = page.getByRole('dialog', { name: 'Budget of Growth', exact: true })
  await open.getByRole('button', { name: 'End budget' }).click()
  await page
    .getByRole('dialog', { name: /End the budget/ })
    .getByRole('button', { name: 'End budget' })
    .click()
  await expect(open).toBeHidden()
  await expect(async () => {
    await page.goto('/alerts?kind=budget_threshold')
    await expect(page.getByRole('table', { name: 'Alerts' })).toBeVisible({ timeout: 5_000 })
    await expect(row).toHaveCount(0, { timeout: 1_000 })
  }).toPass({ timeout: 100_000, intervals: [5_000] })
})
