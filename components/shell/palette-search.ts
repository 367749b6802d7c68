import type { IconName } from '#components/ui/icons.ts'

export type PaletteHit = {
  readonly id: string
  readonly label: string
  readonly beside?: string
  readonly href: string
  readonly icon: IconName
}
export type PaletteSearch = (text: string, signal: AbortSignal) => Promise<readonly PaletteHit[]>

/** An id that was pasted whole leads straight to its page. */
export function hitForId(text: string): PaletteHit | null {
  const pages = [
    [/^key_\w+$/, '/keys/', 'Key', 'key'],
    [/^(?:call|req)_\w+$/, '/calls/', 'Call', 'list'],
    [/^dec_\w+$/, '/decisions/', 'Decision', 'shield'],
  ] as const
  for (const [pattern, path, word, icon] of pages) {
    if (pattern.test(text)) return { id: text, label: `${word} ${text}`, href: `${path}${text}`, icon }
  }
  return null
}

/** Keys by name or last four, and models by name: what the management API lets this person see. */
export const searchManagementApi: PaletteSearch = async (text, signal) => {
  const query = `q=${encodeURIComponent(text)}&limit=5`
  const [keys, models] = await Promise.all([
    read(`/api/v1/keys?${query}`, signal),
    read(`/api/v1/models?${query}`, signal),
  ])
  return [
    ...keys.map((row) => ({
      id: row.id,
      label: row.name,
      beside: row.lastFour ? `…${row.lastFour}` : undefined,
      href: `/keys/${encodeURIComponent(row.id)}`,
      icon: 'key' as const,
    })),
    ...models.map((row) => ({
      id: row.id,
      label: row.name,
      href: `/models/${encodeURIComponent(row.name)}`,
      icon: 'cube' as const,
    })),
  ]
}

type Row = { readonly id: string; readonly name: string; readonly lastFour: string | null }

/** A part that cannot be read gives no hits; the pages of the palette stay usable. */
async function read(url: string, signal: AbortSignal): Promise<readonly Row[]> {
  try {
    const answer = await fetch(url, { signal, headers: { accept: 'application/json' } })
    if (!answer.ok) return []
    const body: unknown = await answer.json()
    const rows = isRecord(body) && Array.isArray(body.data) ? body.data : []
    return rows
      .filter(isRecord)
      .map(toRow)
      .filter((row) => row.name !== '')
  } catch {
    return []
  }
}

function toRow(row: Record<string, unknown>): Row {
  const text = (value: unknown) => (typeof value === 'string' ? value : '')
  const display = text(row.lastFour) || text(row.last4) || text(row.display)
  return { id: text(row.id) || text(row.name), name: text(row.name), lastFour: display ? display.slice(-4) : null }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
