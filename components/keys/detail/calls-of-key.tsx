import type { ReactNode } from 'react'
import { pagingLinks } from '#components/admin/paging-links.ts'
import { CallTable } from '#components/calls/call-table.tsx'
import type { Reach } from '#components/calls/reach.ts'
import { PageFlush, PageFoot } from '#components/shell/page.tsx'
import { formatCount } from '#components/ui/format.ts'
import { List } from '#components/ui/list.tsx'
import { Paging } from '#components/ui/paging.tsx'
import { TableEmpty, TableScroll } from '#components/ui/table.tsx'
import type { CallItem } from '#lib/reports/calls-contract.ts'

type CallsOfKeyProps = {
  readonly calls: readonly CallItem[]
  readonly nextCursor: string | null
  readonly path: string
  /** The page's query, without `?`. */
  readonly search: string
  readonly nowMs: number
  readonly reach: Reach
  readonly empty: ReactNode
}

/** A page of one key's calls, newest first. */
export function CallsOfKey({ calls, nextCursor, path, search, nowMs, reach, empty }: CallsOfKeyProps) {
  return (
    <PageFlush>
      <List ids={calls.map(({ id }) => id)} noun="call">
        <TableScroll label="Calls">
          <CallTable calls={calls} now={nowMs} reach={reach} empty={<TableEmpty columns={8}>{empty}</TableEmpty>} />
        </TableScroll>
      </List>
      {calls.length > 0 ? (
        <PageFoot paging={<Paging {...pagingLinks({ path, search, nextCursor })} />}>
          <span>
            <b>{formatCount(calls.length)}</b> on this page
          </span>
        </PageFoot>
      ) : null}
    </PageFlush>
  )
}
