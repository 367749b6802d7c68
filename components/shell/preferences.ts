import type { Preferences } from '#components/shell/viewer.ts'

/** The cookie that tells the server how to draw the first paint, so that nothing jumps. */
export const PREFERENCES_COOKIE = 'gatehouse-preferences'

const known = {
  density: ['comfortable', 'compact'],
  shortcuts: ['on', 'off'],
  side: ['shown', 'hidden'],
} as const

/** Reads the cookie. It comes from the browser, so anything unknown in it is left out. */
export function readPreferences(cookie: string | undefined): Preferences {
  const values = new URLSearchParams(cookie ?? '')
  const one = <Value extends string>(name: string, allowed: readonly Value[]): Value | undefined =>
    allowed.find((value) => value === values.get(name))
  const density = one('density', known.density)
  const shortcuts = one('shortcuts', known.shortcuts)
  const side = one('side', known.side)
  return { ...(density && { density }), ...(shortcuts && { shortcuts }), ...(side && { side }) }
}

export function writePreferences(preferences: Preferences): string {
  return new URLSearchParams(Object.entries(preferences)).toString()
}

/** The attributes of `<html>` that the style sheets and the shortcuts look at. */
export function preferenceAttributes(preferences: Preferences) {
  return {
    'data-density': preferences.density ?? 'comfortable',
    'data-shortcuts': preferences.shortcuts ?? 'on',
    'data-side': preferences.side ?? 'shown',
  }
}
