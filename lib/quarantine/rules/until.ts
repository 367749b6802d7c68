import { invalidField } from '#lib/management/unique.ts'

/** When a quarantine ends by itself, epoch ms; null: when somebody releases it. It has to lie ahead. */
export function untilOf(until: string | null | undefined, nowMs: number): number | null {
  if (until == null) return null
  const atMs = Date.parse(until)
  if (atMs <= nowMs) throw invalidField('until', 'Choose a moment that lies ahead.')
  return atMs
}
