import type { Option } from '#components/ui/select.tsx'

// Browsers list these places by the names that they had once.
const todaysNames = [
  'America/Argentina/Buenos_Aires',
  'America/Nuuk',
  'Asia/Ho_Chi_Minh',
  'Asia/Kathmandu',
  'Asia/Kolkata',
  'Asia/Yangon',
  'Europe/Kyiv',
]

/** Every time zone by name, `own` and UTC first. */
export function timeZoneOptions(own: string): readonly Option[] {
  const all = [...Intl.supportedValuesOf('timeZone'), ...todaysNames].toSorted()
  return [...new Set([own, 'UTC', ...all])].map((name) => ({ value: name, label: name.replaceAll('_', ' ') }))
}
