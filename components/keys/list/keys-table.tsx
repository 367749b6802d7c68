import type { ReactNode } from 'react'
import { EnvironmentTag, KeyEnd, KeyModels, KeyOwner, KeySpend, KeyState } from '#components/keys/key-cells.tsx'
import { kindLooks, offeredActions } from '#components/keys/key-words.ts'
import { defaultSort } from '#components/keys/list/key-list-query.ts'
import { KeyRowMenu } from '#components/keys/list/key-list-acts.tsx'
import { Icon } from '#components/ui/icon.tsx'
import { Row, SelectTd, SelectTh } from '#components/ui/list.tsx'
import { SortHead } from '#components/ui/sort-head.tsx'
import { Lead, MenuTd, MenuTh, Table, Td, Th } from '#components/ui/table.tsx'
import { Time } from '#components/ui/time.tsx'
import type { KeyView } from '#lib/keys/contract.ts'

type KeysTableProps = {
  readonly items: readonly KeyView[]
  /** When the page was rendered, epoch ms. */
  readonly nowMs: number
  /** In place of rows. */
  readonly empty: ReactNode
}

export const columns = 10

/** Keys, by what they spend. Stands inside a List and KeyListActs. */
export function KeysTable({ items, nowMs, empty }: KeysTableProps) {
  return (
    <Table label="Keys" rows="two">
      <thead>
        <tr>
          <SelectTh />
          <SortHead field="name" fallback={defaultSort}>
            Key
          </SortHead>
          <Th drop={4}>Status</Th>
          <Th drop={3}>Owner</Th>
          <Th drop={2}>Env</Th>
          <Th drop={1}>Models</Th>
          <SortHead field="spent" num fallback={defaultSort}>
            Spent this month, of cap
          </SortHead>
          <SortHead field="lastUsedAt" num drop={3} fallback={defaultSort}>
            Last used
          </SortHead>
          <SortHead field="expiresAt" num first="asc" drop={2} fallback={defaultSort}>
            Ends
          </SortHead>
          <MenuTh />
        </tr>
      </thead>
      <tbody>
        {items.length === 0 ? empty : items.map((item) => <KeyRow key={item.id} item={item} nowMs={nowMs} />)}
      </tbody>
    </Table>
  )
}

function KeyRow({ item, nowMs }: { readonly item: KeyView; readonly nowMs: number }) {
  const { icon, word } = kindLooks[item.kind]
  const href = `/keys/${item.id}`
  return (
    <Row id={item.id} href={href}>
      <SelectTd id={item.id} label={item.name} />
      <Td give>
        <Lead
          icon={<Icon name={icon} />}
          title={item.name}
          href={href}
          second={
            <>
              {word} <span className="mono text-2xs">…{item.last4}</span>
            </>
          }
          narrow={<KeyState item={item} />}
        />
      </Td>
      <Td drop={4}>
        <KeyState item={item} />
      </Td>
      <Td drop={3}>
        <KeyOwner item={item} />
      </Td>
      <Td drop={2}>
        <EnvironmentTag environment={item.environment} />
      </Td>
      <Td drop={1}>
        <KeyModels item={item} />
      </Td>
      <Td num>
        <KeySpend item={item} />
      </Td>
      <Td num dim drop={3}>
        {item.lastUsedAt ? <Time at={Date.parse(item.lastUsedAt)} as="age" now={nowMs} /> : 'Never'}
      </Td>
      <Td num drop={2}>
        <KeyEnd item={item} nowMs={nowMs} />
      </Td>
      <MenuTd>
        <KeyRowMenu subject={{ id: item.id, name: item.name, actions: offeredActions(item) }} />
      </MenuTd>
    </Row>
  )
}
