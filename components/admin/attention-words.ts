/** What needs somebody: the sentence, what stands below it, and where the one action leads. Pure. */
import { formatAge, formatDay, formatRelative, plural } from '#components/ui/format.ts'
import type { IconName } from '#components/ui/icons.ts'
import type { Attention } from '#lib/reports/overview-contract.ts'

export type AttentionWords = {
  readonly icon: IconName
  readonly tone: 'quar' | 'bad' | 'warn'
  readonly title: string
  readonly second: string | null
  readonly action: { readonly label: string; readonly href: string } | null
}

export function attentionWords(item: Attention, nowMs: number): AttentionWords {
  const one = item.total === 1 ? item.first[0] : undefined
  const names = namesOf(item)
  switch (item.kind) {
    case 'quarantined_key':
      return {
        ...quarantine(item, 'key'),
        second: one
          ? [one.atMs === null ? null : formatAge(one.atMs, nowMs), one.reason].filter(Boolean).join(', ') || null
          : names,
        action: action('Review', item, one ? `/keys/${one.id}` : '/keys?status=quarantined'),
      }
    case 'quarantined_workload':
      return { ...quarantine(item, 'workload'), second: one ? 'Its keys are refused' : names, action: null }
    case 'quarantined_user':
      return {
        ...quarantine(item, 'person', 'people'),
        second: one ? 'All their keys are refused' : names,
        action: action('Review', item, one ? `/admin/people/${one.id}` : '/admin/people?status=quarantined'),
      }
    case 'quarantined_team':
      return { ...quarantine(item, 'team'), second: one ? 'All its keys are refused' : names, action: null }
    case 'quarantined_provider':
      return {
        ...quarantine(item, 'provider'),
        second: one ? 'No calls are sent there' : names,
        action: action('Review', item, one ? `/admin/providers/${one.id}` : '/admin/providers'),
      }
    case 'quarantined_model':
      return {
        ...quarantine(item, 'model'),
        second: one ? 'Calls to it are refused' : names,
        action: action('Review', item, one ? `/models/${encodeURIComponent(one.name)}` : '/models'),
      }
    case 'keys_without_owner':
      return {
        icon: 'user',
        tone: 'bad',
        title: item.total === 1 ? '1 key has no owner' : `${plural(item.total, 'key')} have no owner`,
        second: names,
        action: action(one ? 'Open' : 'See', item, one ? `/keys/${one.id}` : '/keys?view=no_owner'),
      }
    case 'models_without_price':
      return {
        icon: 'tag',
        tone: 'warn',
        title: `${plural(item.total, 'model')} without a price`,
        second: names ? `${names}: refused, or served and not priced` : 'Refused, or served and not priced',
        action: action(one ? 'Open' : 'See', item, one ? `/models/${encodeURIComponent(one.name)}` : '/models'),
      }
    case 'keys_ending':
      return {
        icon: 'clock',
        tone: 'warn',
        title: item.total === 1 ? '1 key ends within 30 days' : `${plural(item.total, 'key')} end within 30 days`,
        second: first(item) ? `First ${first(item)?.name}, ${formatRelative(first(item)?.atMs ?? nowMs, nowMs)}` : null,
        action: action('See', item, one ? `/keys/${one.id}` : '/keys?view=ends_soon'),
      }
    case 'models_ending':
      return {
        icon: 'clock',
        tone: 'warn',
        title: item.total === 1 ? '1 model ends within 30 days' : `${plural(item.total, 'model')} end within 30 days`,
        second: first(item) ? `First ${first(item)?.name}, on ${formatDay(first(item)?.atMs ?? nowMs)}` : null,
        action: action('See', item, one ? `/models/${encodeURIComponent(one.name)}` : '/models'),
      }
  }
}

const first = (item: Attention) => item.first[0]

/** "Key refund-writer is quarantined": its workload may have the same name. */
function quarantine(item: Attention, noun: string, nouns?: string): Pick<AttentionWords, 'icon' | 'tone' | 'title'> {
  const name = item.first[0]?.name
  const one = name === undefined ? `1 ${noun}` : `${capital(noun)} ${name}`
  const title = item.total === 1 ? `${one} is quarantined` : `${plural(item.total, noun, nouns)} are quarantined`
  return { icon: 'halt', tone: 'quar', title }
}

const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1)

/** `a, b and 3 more`. Null where the reader may not see them by name. */
function namesOf({ first: shown, total }: Attention): string | null {
  const names = shown.map((each) => each.name)
  const more = total - names.length
  if (names.length === 0) return null
  if (more > 0) return `${names.join(', ')} and ${more} more`
  return names.length === 1 ? (names[0] ?? null) : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

/** No way on for those who may not see the things one by one. */
function action(label: string, item: Attention, href: string): AttentionWords['action'] {
  return item.first.length === 0 ? null : { label, href }
}
