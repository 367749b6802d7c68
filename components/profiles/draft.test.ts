import { describe, expect, test } from 'vitest'
import { changedFields, draftOf, mergeDrafts, readDraft } from '#components/profiles/draft.ts'
import { fieldOf } from '#components/profiles/profile-fields.ts'
import { builtInProfiles } from '#lib/policy/built-in-profiles.ts'
import { profilePolicy } from '#lib/policy/contract.ts'

const drafts = builtInProfiles.map((profile) => ({ name: profile.name, profile, draft: draftOf(profile) }))
const experiment = drafts[0]!.draft

describe('the draft of a profile', () => {
  test.each(drafts)('$name stands for the same policy that it was made from', ({ profile, draft }) => {
    expect(readDraft(draft).policy).toEqual(profilePolicy.parse(profile.policy))
  })

  test('has no limit where both its fields are empty', () => {
    const draft = { ...experiment, 'limits.rpm.default': '', 'limits.rpm.maximum': '' }
    expect(readDraft(draft).policy?.limits).not.toHaveProperty('rpm')
  })

  test('has no default for keys but still a maximum where only that is given', () => {
    expect(readDraft({ ...experiment, 'limits.rpm.default': '' }).policy?.limits.rpm).toEqual({
      default: null,
      maximum: 1200,
    })
  })

  test.each([
    ['a limit of nought', { 'limits.rpm.default': '0' }, 'limits.rpm.default'],
    ['a default above its maximum', { 'limits.rpm.default': '5000' }, 'limits.rpm.default'],
    ['a budget of nothing', { 'budget.amount': '0' }, 'budget.amount'],
    ['a budget above its maximum', { 'budget.amount': '900' }, 'budget.amount'],
    ['no output maximum', { defaultOutputTokens: '' }, 'defaultOutputTokens'],
    ['no number of keys', { keysPerPerson: '' }, 'keysPerPerson'],
    ['a lifetime beyond its maximum', { 'lifetime.default': '365' }, 'lifetime.default'],
  ])('names the field that has %s', (_what, difference, field) => {
    expect([...(readDraft({ ...experiment, ...difference }).errors?.keys() ?? [])]).toEqual([field])
  })

  test.each([
    ['policy.budget.default.amountUsd', 'budget.amount'],
    ['policy.limits.rpm.default', 'limits.rpm.default'],
    ['policy.models.allow[3]', 'models.allow'],
    ['models.allow.3', 'models.allow'],
    ['policy.lifetimeDays.maximum', 'lifetime.maximum'],
    ['description', 'description'],
  ])('finds the field of %s', (path, field) => {
    expect(fieldOf(path)).toBe(field)
  })
})

describe('the changes of a draft', () => {
  test('are none where a list only has another order', () => {
    expect(changedFields(experiment, { ...experiment, kinds: experiment.kinds.toReversed() })).toEqual([])
  })

  test('are named by field, in the order of the form', () => {
    const after = { ...experiment, keysPerPerson: '5', 'limits.concurrency.maximum': '8', 'models.deny': ['gpt-5'] }
    expect(changedFields(experiment, after)).toEqual(['models.deny', 'limits.concurrency.maximum', 'keysPerPerson'])
  })

  test('are laid over what somebody else changed meanwhile, whose other changes stay', () => {
    const mine = { ...experiment, 'limits.rpm.maximum': '100', keysPerPerson: '5' }
    const theirs = { ...experiment, 'limits.rpm.maximum': '900', description: 'Theirs' }
    const { draft, both } = mergeDrafts(experiment, mine, theirs)
    expect(draft).toMatchObject({ 'limits.rpm.maximum': '100', keysPerPerson: '5', description: 'Theirs' })
    expect(both).toEqual(['limits.rpm.maximum'])
  })

  test('are no conflict where both made the same', () => {
    const same = { ...experiment, keysPerPerson: '5' }
    expect(mergeDrafts(experiment, same, same).both).toEqual([])
  })
})
