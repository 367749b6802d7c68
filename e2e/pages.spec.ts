/** Every page opens for those it is for, in both themes and at phone width, without an error and without an axe finding. */
import AxeBuilder from '@axe-core/playwright'
import { expect, test } from '@playwright/test'
import { signInAs } from './people.ts'

const pages: readonly (readonly [who: string, paths: readonly string[]])[] = [
  ['Dana', ['/', '/keys', '/keys?new=1', '/models', '/usage', '/calls', '/requests', '/budgets', '/limits', '/alerts']],
  ['Tess', ['/', '/keys', '/usage', '/approvals', '/approvals?view=all', '/budgets', '/limits', '/alerts']],
  [
    'Ada',
    [
      '/admin',
      '/keys',
      '/admin/providers',
      '/models',
      '/admin/profiles',
      '/admin/people',
      '/admin/audit',
      '/admin/unbooked',
      '/admin/settings/organisation',
      '/showback',
      '/alerts',
      '/budgets',
      '/budgets?new=1',
      '/limits',
      '/limits?new=1',
    ],
  ],
  ['Finn', ['/showback', '/showback?by=user', '/calls', '/models', '/budgets', '/alerts']],
  ['Audrey', ['/admin/audit', '/admin/profiles', '/keys', '/calls', '/alerts']],
  ['Vera', ['/admin', '/models', '/usage']],
]

const views = [
  { name: 'light', colorScheme: 'light', viewport: { width: 1440, height: 1000 } },
  { name: 'dark', colorScheme: 'dark', viewport: { width: 1440, height: 1000 } },
  { name: 'phone', colorScheme: 'light', viewport: { width: 390, height: 844 } },
] as const

for (const [who, paths] of pages) {
  for (const { name, colorScheme, viewport } of views) {
    test(`${who}: pages open, ${name}`, async ({ browser, baseURL }) => {
      // Every page of a person, with an accessibility analysis each.
      test.setTimeout(180_000)
      const context = await browser.newContext({ colorScheme, viewport, ...(baseURL ? { baseURL } : {}) })
      const page = await context.newPage()
      const problems: string[] = []
      page.on('pageerror', (error) => problems.push(String(error)))
      await signInAs(page, who)
      for (const path of paths) {
        const response = await page.goto(path)
        expect(response?.status(), path).toBe(200)
        // An open panel hides the page behind it, its first heading included.
        await expect(page.getByRole('heading').first(), path).toBeVisible()
        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        )
        expect(overflow, `${path} scrolls sideways`).toBeLessThanOrEqual(0)
        const { violations } = await new AxeBuilder({ page }).analyze()
        expect(
          violations.map((violation) => `${violation.id}: ${violation.nodes[0]?.html ?? ''}`),
          path,
        ).toEqual([])
        if (process.env.E2E_SHOTS) {
          const file = `${who}-${name}-${path.replaceAll(/[^a-z0-9]+/gi, '_')}.png`
          await page.screenshot({ path: `${process.env.E2E_SHOTS}/${file}` })
        }
      }
      expect(problems).toEqual([])
      await context.close()
    })
  }
}
