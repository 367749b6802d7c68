import type { Option } from '#components/ui/select.tsx'

/** Every time zone by name, UTC and `own` first. */
export function timeZoneOptions(own: string): readonly Option[] {
  const names = new Set([own, 'UTC', ...Intl.supportedValuesOf('timeZone')])
  return [...names].map((name) => ({ value: name, label: name.replaceAll('_', ' ') }))
}
