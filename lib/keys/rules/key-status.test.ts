import { describe, expect, test } from 'vitest'
import { keyStatuses, type KeyStatus } from '#lib/keys/contract.ts'
import { judgeStep, keySteps, statusNow, type KeyStep } from '#lib/keys/rules/key-status.ts'

describe('the status of a key', () => {
  test.each([
    ['active', null, 'active'],
    ['active', 1001, 'active'],
    ['active', 1000, 'expired'],
    ['suspended', 999, 'expired'],
    ['pending', 999, 'expired'],
    ['quarantined', 999, 'quarantined'],
    ['revoked', 999, 'revoked'],
    ['expired', null, 'expired'],
  ] as const)('stored as %s with an end at %s is %s at 1000', (stored, expiresAtMs, status) => {
    expect(statusNow(stored, expiresAtMs, 1000)).toBe(status)
  })
})

describe('a step', () => {
  const outcomes: Record<KeyStep, Partial<Record<KeyStatus, string>>> = {
    suspend: { active: 'suspended', suspended: 'same' },
    resume: { suspended: 'active', active: 'same' },
    revoke: {
      pending: 'revoked',
      active: 'revoked',
      suspended: 'revoked',
      quarantined: 'revoked',
      expired: 'revoked',
      revoked: 'same',
    },
    quarantine: { active: 'quarantined', suspended: 'quarantined', quarantined: 'same' },
    release: { quarantined: 'active', active: 'same' },
  }
  const cases = (Object.keys(keySteps) as KeyStep[]).flatMap((step) =>
    keyStatuses.map((status) => [step, status, outcomes[step][status] ?? 'impossible'] as const),
  )
  test.each(cases)('%s from %s: %s', (step, status, outcome) => {
    const verdict = judgeStep(step, status)
    const shown = verdict.kind === 'changes' ? verdict.to : verdict.kind === 'impossible' ? 'impossible' : 'same'
    expect(shown).toBe(outcome)
  })
})
