'use client'

import { useSearchParams } from 'next/navigation'
import { Button, ButtonGroup } from '#components/ui/button.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { formatMonth } from '#components/ui/format.ts'
import { useHotkey } from '#components/ui/hotkeys.ts'
import { Icon } from '#components/ui/icon.tsx'
import { Menu, MenuChoice, MenuContent, MenuTrigger } from '#components/ui/menu.tsx'
import { useHrefWith, useQueryChange } from '#components/ui/query.ts'
import { buttonStyle } from '#components/ui/button.tsx'
import { cn } from '#components/ui/cn.ts'

type MonthSwitchProps = {
  readonly month: string
  /** Newest first. */
  readonly months: readonly string[]
}

const nameOf = (month: string) => formatMonth(Date.parse(`${month}-01T00:00:00Z`))

/** The month of the page, with the one before and the one after. */
export function MonthSwitch({ month, months }: MonthSwitchProps) {
  const search = useSearchParams()
  const hrefWith = useHrefWith()
  const { go } = useQueryChange()
  const place = months.indexOf(month)
  const [earlier, later] = [months[place + 1], place > 0 ? months[place - 1] : undefined]
  const leaveFields = (event: KeyboardEvent) =>
    event.target instanceof HTMLElement && event.target.getAttribute('role') !== null
  const step = (to: string | undefined) => (event: KeyboardEvent) =>
    to === undefined || leaveFields(event) ? false : go({ month: to })
  useHotkey('ArrowLeft', 'The month before', step(earlier))
  useHotkey('ArrowRight', 'The month after', step(later))
  return (
    <ButtonGroup label="Month">
      <Step icon="left" label="The month before" href={earlier === undefined ? null : hrefWith({ month: earlier })} />
      <Menu>
        <MenuTrigger asChild>
          <Button iconEnd="down">{nameOf(month)}</Button>
        </MenuTrigger>
        <MenuContent align="start">
          <MenuChoice
            value={month}
            options={months.map((value) => ({ value, label: nameOf(value) }))}
            onValueChange={(value) => go({ month: value === months[0] && !search.has('month') ? null : value })}
          />
        </MenuContent>
      </Menu>
      <Step icon="right" label="The month after" href={later === undefined ? null : hrefWith({ month: later })} />
    </ButtonGroup>
  )
}

function Step({
  icon,
  label,
  href,
}: {
  readonly icon: 'left' | 'right'
  readonly label: string
  readonly href: string | null
}) {
  if (href !== null) return <ButtonLink href={href} scroll={false} icon={icon} aria-label={label} title={label} />
  return (
    <span aria-hidden className={cn(buttonStyle({ only: true }), 'shadow-none [&_svg]:text-ink-disabled')}>
      <Icon name={icon} />
    </span>
  )
}
