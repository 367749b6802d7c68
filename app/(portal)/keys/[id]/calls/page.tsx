import { pageOrFirst } from '../../../calls/page-or-first.ts'
import { reachOf } from '../../../calls/reach-of.ts'
import { openKey, type KeyParams } from '../open-key.ts'
import { cursorParam, type SearchParams, searchText } from '#components/admin/search-params.ts'
import { CallsOfKey } from '#components/keys/detail/calls-of-key.tsx'
import { Empty } from '#components/ui/states.tsx'
import { listCallsQuery } from '#lib/reports/calls-contract.ts'
import { listCalls } from '#lib/reports/list-calls.ts'
import { portal } from '#lib/wiring/portal.ts'

export default async function CallsOfKeyPage({
  params,
  searchParams,
}: KeyParams & { readonly searchParams: SearchParams }) {
  const { actor, item } = await openKey((await params).id)
  const query = await searchParams
  const context = portal()
  const cursor = cursorParam(query.cursor)
  const page = await pageOrFirst(cursor, (from) =>
    listCalls(context, actor, listCallsQuery.parse({ cursor: from, filter: { key: [item.id] } })),
  )
  return (
    <CallsOfKey
      calls={page.data}
      nextCursor={page.nextCursor}
      path={`/keys/${item.id}/calls`}
      search={searchText(query)}
      nowMs={context.clock.nowMs()}
      reach={reachOf(actor)}
      empty={
        <Empty icon="list" title="No calls yet">
          Every call made with this key stands here within 5 seconds of its end.
        </Empty>
      }
    />
  )
}
