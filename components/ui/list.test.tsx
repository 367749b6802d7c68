import { cleanup, fireEvent, render, screen, within } from '@testing-library/react'
import { afterEach, describe, expect, test } from 'vitest'
import { At, testRouter } from '#components/testing/router.tsx'
import { BulkBar } from '#components/ui/bulk-bar.tsx'
import { Input } from '#components/ui/input.tsx'
import { List, Row, SelectTd, SelectTh, useSelection } from '#components/ui/list.tsx'
import { Lead, Table, Td, Th } from '#components/ui/table.tsx'

afterEach(cleanup)

// jsdom draws nothing, so there is nothing to scroll into view.
Element.prototype.scrollIntoView ??= () => {}

const names = ['search-ranker', 'eval-nightly', 'dana-default']

function Chosen() {
  const { ids, everything } = useSelection()
  return <output aria-label="Chosen">{everything ? 'everything' : [...ids].join(' ')}</output>
}

function keysPage() {
  const { router, visits } = testRouter()
  render(
    <At path="/keys" router={router}>
      <Input aria-label="Find" />
      <List ids={names} total={214} noun="key">
        <Table label="Keys">
          <thead>
            <tr>
              <SelectTh />
              <Th>Key</Th>
            </tr>
          </thead>
          <tbody>
            {names.map((name) => (
              <Row key={name} id={name} href={`/keys/${name}`}>
                <SelectTd id={name} label={name} />
                <Td>
                  <Lead title={name} href={`/keys/${name}`} />
                </Td>
              </Row>
            ))}
          </tbody>
        </Table>
        <BulkBar>
          <Chosen />
        </BulkBar>
      </List>
    </At>,
  )
  const press = (key: string, options = {}) => fireEvent.keyDown(document.body, { key, ...options })
  const chosen = () => screen.queryByRole('status', { name: 'Chosen' })?.textContent ?? ''
  return { visits, press, chosen }
}

describe('a list', () => {
  test('moves its cursor by j and k, and opens the row on Enter', () => {
    const { press, visits } = keysPage()
    press('j')
    press('j')
    press('k')
    press('Enter')
    expect(visits).toEqual(['push /keys/search-ranker'])
  })

  test('leaves letters to a field in which somebody types', () => {
    const { visits } = keysPage()
    const find = screen.getByRole('textbox', { name: 'Find' })
    fireEvent.keyDown(find, { key: 'j' })
    fireEvent.keyDown(find, { key: 'Enter' })
    expect(visits).toEqual([])
  })

  test('opens a row wherever it is pressed, but not where the press was for a control', () => {
    const { visits } = keysPage()
    const row = screen.getAllByRole('row')[2]!
    fireEvent.click(within(row).getByRole('checkbox'))
    expect(visits).toEqual([])
    fireEvent.click(row)
    expect(visits).toEqual(['push /keys/eval-nightly'])
  })
})

describe('a selection', () => {
  test('begins with x, grows with Shift and an arrow, ends with Esc', () => {
    const { press, chosen } = keysPage()
    press('j')
    press('x')
    expect(chosen()).toBe('search-ranker')
    press('ArrowDown', { shiftKey: true })
    expect(chosen()).toBe('search-ranker eval-nightly')
    expect(screen.getByRole('toolbar', { name: '2 keys selected' })).toBeDefined()
    press('Escape')
    expect(screen.queryByRole('toolbar')).toBeNull()
  })

  test('of the page offers the whole result, and says how many that is', () => {
    const { chosen } = keysPage()
    fireEvent.click(screen.getByRole('checkbox', { name: 'Select every key on this page' }))
    fireEvent.click(screen.getByRole('button', { name: 'Select all 214' }))
    expect(chosen()).toBe('everything')
    expect(screen.getByRole('toolbar', { name: '214 keys selected' })).toBeDefined()
  })

  test('of the whole result ends when one row is taken out', () => {
    const { chosen } = keysPage()
    fireEvent.click(screen.getByRole('checkbox', { name: 'Select every key on this page' }))
    fireEvent.click(screen.getByRole('button', { name: 'Select all 214' }))
    fireEvent.click(screen.getByRole('checkbox', { name: 'Select eval-nightly' }))
    expect(chosen()).toBe('search-ranker dana-default')
  })
})
