import { pageOrFirst } from '../../../calls/page-or-first.ts'
import { openKey, type KeyParams } from '../open-key.ts'
import { pagingLinks } from '#components/admin/paging-links.ts'
import { cursorParam, type SearchParams, searchText } from '#components/admin/search-params.ts'
import { EntryTable } from '#components/audit/entry-table.tsx'
import { PageBody, PageFlush, PageFoot } from '#components/shell/page.tsx'
import { List } from '#components/ui/list.tsx'
import { Paging } from '#components/ui/paging.tsx'
import { Empty, NoPermission } from '#components/ui/states.tsx'
import { TableScroll } from '#components/ui/table.tsx'
import { listAudit, listAuditQuery } from '#lib/audit/list-audit.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import { portal } from '#lib/wiring/portal.ts'

const hrefOf = (seq: number) => `/admin/audit?entry=${seq}`

export default async function HistoryPage({
  params,
  searchParams,
}: KeyParams & { readonly searchParams: SearchParams }) {
  const { actor, item } = await openKey((await params).id)
  if (!may(actor, 'audit.read')) {
    return (
      <PageBody>
        <NoPermission title="The history of a key is for auditors and admins">
          Your platform team gives you the role.
        </NoPermission>
      </PageBody>
    )
  }
  const query = await searchParams
  const context = portal()
  const cursor = cursorParam(query.cursor)
  const filter = { targetType: ['key'], target: [item.id] }
  const page = await pageOrFirst(cursor, (from) =>
    listAudit(context, actor, listAuditQuery.parse({ limit: 50, cursor: from, filter })),
  )
  const links = pagingLinks({
    path: `/keys/${item.id}/history`,
    search: searchText(query),
    nextCursor: page.nextCursor,
  })
  return (
    <PageFlush>
      <List ids={page.data.map(({ seq }) => String(seq))} noun="entry">
        <TableScroll label="History of this key">
          <EntryTable
            entries={page.data}
            openSeq={null}
            hrefOf={hrefOf}
            nowMs={context.clock.nowMs()}
            empty={
              <Empty icon="scroll" title="Nothing was changed yet">
                Every change of this key is an entry of the audit log.
              </Empty>
            }
          />
        </TableScroll>
      </List>
      {links.nextHref || links.previousHref ? <PageFoot paging={<Paging {...links} />}>{null}</PageFoot> : null}
    </PageFlush>
  )
}
