'use client'

import { useSearchParams } from 'next/navigation'
import { Button } from '#components/ui/button.tsx'
import { Menu, MenuChoice, MenuContent, MenuTrigger } from '#components/ui/menu.tsx'
import { useQueryChange } from '#components/ui/query.ts'

const options = [
  { value: 'all', label: 'All environments' },
  { value: 'production', label: 'Production' },
  { value: 'staging', label: 'Staging' },
  { value: 'development', label: 'Development' },
] as const

/** Filters the whole page by environment, in the address. Only on pages whose content it filters. */
export function EnvironmentSwitch({ param = 'environment' }: { readonly param?: string }) {
  const value = useSearchParams().get(param)
  const { go } = useQueryChange()
  const chosen = options.find((option) => option.value === value) ?? options[0]
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button variant="quiet" icon="globe" iconEnd="down" className="font-normal">
          {chosen.label}
        </Button>
      </MenuTrigger>
      <MenuContent>
        <MenuChoice
          value={chosen.value}
          options={options}
          onValueChange={(next) => go({ [param]: next === 'all' ? null : next })}
        />
      </MenuContent>
    </Menu>
  )
}
