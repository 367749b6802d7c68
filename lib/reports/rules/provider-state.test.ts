import { describe, expect, test } from 'vitest'
import { providerCondition, type ProviderFacts } from '#lib/reports/rules/provider-state.ts'

const busy: ProviderFacts = {
  status: 'active',
  tries: 400,
  recentTries: 40,
  recentErrors: 0,
  recentServed: 40,
  p95Ms: 2_000,
  recentP95Ms: 2_100,
}

describe('the condition of a provider', () => {
  test.each([
    ['is normal when its last hour is as usual', {}, 'normal'],
    ['is slow when its last hour takes twice its usual time', { recentP95Ms: 4_000 }, 'slow'],
    ['is normal when twice its usual time is still under a second', { p95Ms: 300, recentP95Ms: 900 }, 'normal'],
    ['is normal when only a few calls were slow', { recentServed: 9, recentP95Ms: 60_000 }, 'normal'],
    ['is failing from a fifth of the last hour on', { recentErrors: 8 }, 'failing'],
    ['is not failing just below a fifth', { recentErrors: 7 }, 'normal'],
    ['is not failing after too few tries to tell', { recentTries: 9, recentErrors: 9 }, 'normal'],
    ['is failing rather than slow when it is both', { recentErrors: 20, recentP95Ms: 9_000 }, 'failing'],
    [
      'is idle when nothing was sent there',
      { tries: 0, recentTries: 0, recentServed: 0, p95Ms: null, recentP95Ms: null },
      'idle',
    ],
    ['is off when an admin turned it off, whatever it answered before', { status: 'off', recentErrors: 40 }, 'off'],
    ['is quarantined when an admin quarantined it', { status: 'quarantined' }, 'quarantined'],
  ] as const)('%s', (_title, difference, condition) => {
    expect(providerCondition({ ...busy, ...difference })).toBe(condition)
  })
})
