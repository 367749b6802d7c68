/** Signing in as the demo's people, through the real identity provider. */
import { expect, type Page } from '@playwright/test'

/** Signs in with one click at the demo's identity provider and ends on `path`. */
export async function signInAs(page: Page, name: string, path: string = '/'): Promise<void> {
  await page.goto(path)
  await page.getByRole('button', { name: /Demo SSO/ }).click()
  await page.getByRole('button', { name: new RegExp(name) }).click()
  await expect(page).not.toHaveURL(/sign-in|interaction|choose/)
}
