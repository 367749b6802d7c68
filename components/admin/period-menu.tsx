'use client'

import { useSearchParams } from 'next/navigation'
import { Button } from '#components/ui/button.tsx'
import { Menu, MenuChoice, MenuContent, MenuTrigger } from '#components/ui/menu.tsx'
import { useQueryChange } from '#components/ui/query.ts'

const options = [
  { value: '24h', label: 'Last 24 hours' },
  { value: '7d', label: 'Last 7 days' },
  { value: '30d', label: 'Last 30 days' },
] as const

/** How far the page looks back, in the address. */
export function PeriodMenu() {
  const value = useSearchParams().get('period')
  const { go, isPending } = useQueryChange()
  const chosen = options.find((option) => option.value === value) ?? options[0]
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button icon="calendar" iconEnd="down" aria-busy={isPending}>
          {chosen.label}
        </Button>
      </MenuTrigger>
      <MenuContent>
        <MenuChoice
          value={chosen.value}
          options={options}
          onValueChange={(next) => go({ period: next === '24h' ? null : next })}
        />
      </MenuContent>
    </Menu>
  )
}
