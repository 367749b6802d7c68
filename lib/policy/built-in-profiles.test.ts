import { describe, expect, test } from 'vitest'
import { demoModels } from '#lib/catalog/demo-catalogue.ts'
import { serves } from '#lib/catalog/rules/serves.ts'
import { routes } from '#lib/gateway/routes.ts'
import { builtInProfiles } from '#lib/policy/built-in-profiles.ts'
import { profilePolicy } from '#lib/policy/contract.ts'
import { isAllowed } from '#lib/policy/rules/patterns.ts'

describe.each(builtInProfiles)('the built-in profile $name', ({ policy }) => {
  test('lets its keys use every endpoint at which the gateway serves models', () => {
    expect(profilePolicy.parse(policy)).toEqual(policy)
    const served = new Set(routes.map(({ endpoint }) => endpoint))
    expect([...served].filter((endpoint) => !policy.endpoints.includes(endpoint))).toEqual([])
  })
})

test('of the demo, people and what runs in production reach a model of every medium', () => {
  for (const { name, policy } of builtInProfiles.filter(({ name }) => name !== 'Restricted')) {
    const reached = demoModels.filter((model) => isAllowed(model.name, policy.models))
    for (const endpoint of ['images', 'speech', 'transcriptions'] as const) {
      expect(
        reached.some((model) => serves(model, endpoint)),
        `${name}: ${endpoint}`,
      ).toBe(true)
    }
  }
})
