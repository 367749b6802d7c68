import { describe, expect, test } from 'vitest'
import { preferenceAttributes, readPreferences, writePreferences } from '#components/shell/preferences.ts'

describe('preferences in the cookie', () => {
  test('come back as they were written', () => {
    const preferences = { density: 'compact', shortcuts: 'off', side: 'hidden' } as const
    expect(readPreferences(writePreferences(preferences))).toEqual(preferences)
  })
  test('that nobody set, or that somebody forged, fall back to the defaults', () => {
    for (const cookie of [undefined, '', 'density=huge&side=<script>', '%%%']) {
      expect(preferenceAttributes(readPreferences(cookie))).toEqual({
        'data-density': 'comfortable',
        'data-shortcuts': 'on',
        'data-side': 'shown',
      })
    }
  })
})
