'use client'

import { useRouter } from 'next/navigation'
import { createContext, use, useMemo, useRef, useState, type MouseEvent, type ReactNode } from 'react'
import { Checkbox } from '#components/ui/checkbox.tsx'
import { cn } from '#components/ui/cn.ts'
import { isControl, useHotkey } from '#components/ui/hotkeys.ts'
import { selectColumn } from '#components/ui/table.tsx'

/*
 * What the rows of a list have in common: a cursor for the keyboard and a selection. The rows themselves may be
 * rendered on the server; they find their part here by their id.
 */

export type Selection = {
  readonly ids: ReadonlySet<string>
  /** Every row of the filtered result, also those on other pages. */
  readonly everything: boolean
  readonly count: number
  readonly toggle: (id: string, on: boolean, extend?: boolean) => void
  readonly setPage: (on: boolean) => void
  readonly selectEverything: () => void
  readonly clear: () => void
}

type ListState = Selection & {
  readonly cursor: string | null
  readonly pageIds: readonly string[]
  readonly total: number
  readonly noun: string
}

const ListContext = createContext<ListState | null>(null)

function useList(): ListState {
  const list = use(ListContext)
  if (!list) throw new Error('Rows, select boxes and bulk bars stand inside a List')
  return list
}

/** The selection, for the buttons of a bulk bar. */
export function useSelection(): Selection {
  return useList()
}

export type ListProps = {
  /** The ids of the rows on this page, in their order. */
  readonly ids: readonly string[]
  /** How many rows the whole filtered result has. */
  readonly total?: number
  /** "key", for what screen readers and the bulk bar say. */
  readonly noun?: string
  readonly children: ReactNode
}

export function List({ ids, total = ids.length, noun = 'row', children }: ListProps) {
  const [cursor, setCursor] = useState<string | null>(null)
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [everything, setEverything] = useState(false)
  const anchor = useRef<string | null>(null)
  const root = useRef<HTMLDivElement>(null)

  const state = useMemo<ListState>(() => {
    // A row that a filter took away is not acted on, also where it was selected before.
    const shown = new Set(ids.filter((id) => chosen.has(id)))
    return {
      cursor,
      pageIds: ids,
      total,
      noun,
      ids: shown,
      everything: everything && shown.size === ids.length,
      count: everything && shown.size === ids.length ? total : shown.size,
      toggle(id, on, extend) {
        const range = extend ? between(ids, anchor.current, id) : [id]
        anchor.current = id
        setEverything(false)
        setChosen((before) => {
          const next = new Set(before)
          for (const each of range)
            if (on) next.add(each)
            else next.delete(each)
          return next
        })
      },
      setPage(on) {
        setEverything(false)
        setChosen(on ? new Set(ids) : new Set())
      },
      selectEverything: () => setEverything(true),
      clear() {
        setEverything(false)
        setChosen(new Set())
      },
    }
  }, [ids, total, noun, cursor, chosen, everything])

  function rowOf(id: string | null): HTMLElement | null {
    const rows = root.current?.querySelectorAll<HTMLElement>('[data-row]') ?? []
    return [...rows].find((row) => row.dataset.row === id) ?? null
  }

  function move(by: 1 | -1, extend: boolean) {
    const from = cursor === null ? -1 : ids.indexOf(cursor)
    const to = ids[from === -1 ? (by === 1 ? 0 : ids.length - 1) : Math.max(0, Math.min(ids.length - 1, from + by))]
    if (to === undefined) return
    if (extend && cursor !== null) {
      state.toggle(cursor, true)
      state.toggle(to, true, true)
    }
    setCursor(to)
    rowOf(to)?.scrollIntoView({ block: 'nearest' })
  }

  const group = { group: 'In lists' }
  const selectable = () => rowOf(cursor)?.querySelector('[role="checkbox"]') != null
  const leaveArrows = (event: KeyboardEvent) =>
    event.target instanceof HTMLElement && event.target.getAttribute('role') !== null
  useHotkey('j', 'Next row', () => move(1, false), group)
  useHotkey('k', 'Previous row', () => move(-1, false), group)
  useHotkey(
    'ArrowDown',
    'Next row',
    (event) => (leaveArrows(event) ? false : move(1, event.shiftKey && selectable())),
    group,
  )
  useHotkey(
    'ArrowUp',
    'Previous row',
    (event) => (leaveArrows(event) ? false : move(-1, event.shiftKey && selectable())),
    group,
  )
  useHotkey(
    'Enter',
    'Open the row',
    (event) => {
      const row = rowOf(cursor)
      if (!row || isControl(event.target)) return false
      row.click()
    },
    group,
  )
  useHotkey(
    'x',
    'Select the row',
    () => (cursor !== null && selectable() ? state.toggle(cursor, !state.ids.has(cursor)) : undefined),
    group,
  )
  useHotkey(
    '.',
    'Menu of the row',
    () => {
      const menu = rowOf(cursor)?.querySelector<HTMLElement>('[aria-haspopup="menu"]')
      // Radix opens a menu on pointerdown or on a key, not on click.
      menu?.focus()
      menu?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }))
    },
    group,
  )
  useHotkey('f', 'Filter', () => document.querySelector<HTMLElement>('[data-filter] button')?.click(), group)
  useHotkey('Escape', 'Clear the selection', () => (state.count === 0 ? false : state.clear()), group)

  return (
    <ListContext value={state}>
      <div ref={root} className="contents">
        {children}
      </div>
    </ListContext>
  )
}

function between(ids: readonly string[], from: string | null, to: string): readonly string[] {
  const start = from === null ? -1 : ids.indexOf(from)
  const end = ids.indexOf(to)
  if (start === -1 || end === -1) return [to]
  return ids.slice(Math.min(start, end), Math.max(start, end) + 1)
}

export type RowProps = {
  readonly id: string
  /** Where the whole row leads. The name in the row links there too, for keyboards and screen readers. */
  readonly href?: string
  /** The row whose drawer is open. */
  readonly current?: boolean
  readonly onOpen?: () => void
  readonly className?: string
  readonly children: ReactNode
}

/** A row that opens on a click anywhere but on a control inside it. */
export function Row({ id, href, current, onOpen, className, children }: RowProps) {
  const list = useList()
  const router = useRouter()
  const opens = href !== undefined || onOpen !== undefined

  function open(event: MouseEvent<HTMLTableRowElement>) {
    if (!opens || isInside(event) || document.getSelection()?.type === 'Range') return
    if (href && (event.metaKey || event.ctrlKey)) window.open(href, '_blank', 'noopener')
    else if (onOpen) onOpen()
    else if (href) router.push(href)
  }

  return (
    // The row is a wider target for the link inside it, which is what keyboards and screen readers use.
    <tr
      data-row={id}
      data-cursor={list.cursor === id || current || undefined}
      data-selected={list.ids.has(id) || undefined}
      onClick={open}
      className={cn(opens && 'cursor-pointer', className)}
    >
      {children}
    </tr>
  )
}

/** A click on a link or control of the row, or in a menu that React counts as inside it. */
function isInside(event: MouseEvent<HTMLTableRowElement>): boolean {
  return isControl(event.target) || !(event.target instanceof Node && event.currentTarget.contains(event.target))
}

/** The box of one row. Shift extends from the box pressed before. */
function SelectBox({ id, label }: { readonly id: string; readonly label: string }) {
  const list = useList()
  const shift = useRef(false)
  return (
    <Checkbox
      aria-label={`Select ${label}`}
      checked={list.ids.has(id)}
      onClick={(event) => {
        shift.current = event.shiftKey
      }}
      onCheckedChange={(on) => list.toggle(id, on === true, shift.current)}
    />
  )
}

/** The box in the head: every row of this page. */
function SelectPage() {
  const list = useList()
  const all = list.pageIds.length > 0 && list.ids.size === list.pageIds.length
  return (
    <Checkbox
      aria-label={`Select every ${list.noun} on this page`}
      checked={all ? true : list.ids.size > 0 ? 'indeterminate' : false}
      onCheckedChange={(on) => list.setPage(on === true)}
    />
  )
}

/** The first column of a list whose rows can be selected. */
export function SelectTh() {
  return (
    <th scope="col" className={selectColumn}>
      <span className="sr-only">Selected</span>
      <SelectPage />
    </th>
  )
}

export function SelectTd({ id, label }: { readonly id: string; readonly label: string }) {
  return (
    <td className={selectColumn}>
      <SelectBox id={id} label={label} />
    </td>
  )
}

/** The state a bulk bar shows. Internal to the list's own parts. */
export function useListFacts() {
  const { count, total, noun, everything, pageIds, ids, clear, selectEverything } = useList()
  return {
    count,
    total,
    noun,
    everything,
    pageSelected: ids.size === pageIds.length && ids.size > 0,
    clear,
    selectEverything,
  }
}
