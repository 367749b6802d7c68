'use client'

import NextLink from 'next/link'
import { DropdownMenu as Primitive } from 'radix-ui'
import type { ComponentProps, ReactNode } from 'react'
import { IconButton } from '#components/ui/button.tsx'
import { cn } from '#components/ui/cn.ts'
import { Icon, type IconProps } from '#components/ui/icon.tsx'
import { Kbd } from '#components/ui/kbd.tsx'

/** Not modal: the page behind stays readable, and a click elsewhere does at once what it says. */
export function Menu(props: ComponentProps<typeof Primitive.Root>) {
  return <Primitive.Root modal={false} {...props} />
}
export const MenuTrigger = Primitive.Trigger

export function MenuContent({
  className,
  align = 'end',
  sideOffset = 4,
  ...rest
}: ComponentProps<typeof Primitive.Content>) {
  return (
    <Primitive.Portal>
      {/* What lies over the page lies outside its landmarks, so it brings its own. */}
      <div role="region" aria-label="Menu">
        <Primitive.Content
          align={align}
          sideOffset={sideOffset}
          collisionPadding={8}
          {...rest}
          className={cn(
            'over-page z-(--z-menu) grid max-h-(--radix-dropdown-menu-content-available-height) min-w-52 gap-px overflow-auto rounded-3 p-1 outline-none data-[state=open]:animate-appear',
            className,
          )}
        />
      </div>
    </Primitive.Portal>
  )
}

const itemStyle =
  'flex h-(--nav-item) cursor-pointer items-center gap-2 rounded-2 px-2 outline-none select-none data-disabled:cursor-not-allowed data-disabled:text-ink-disabled data-highlighted:bg-hover [&>svg]:text-ink-3'

const tones = {
  none: '',
  bad: 'text-bad-ink [&>svg]:text-bad-ink',
  quar: 'text-quar-ink [&>svg]:text-quar-ink',
}

export type MenuItemProps = {
  readonly icon?: IconProps['name']
  readonly kbd?: string
  readonly tone?: keyof typeof tones
  /** Goes there; without it the item acts. */
  readonly href?: string
  readonly onSelect?: (event: Event) => void
  readonly disabled?: boolean
  readonly children: ReactNode
}

export function MenuItem({ icon, kbd, tone = 'none', href, onSelect, disabled, children }: MenuItemProps) {
  const content = (
    <>
      {icon ? <Icon name={icon} /> : null}
      <span className="flex-1 whitespace-nowrap">{children}</span>
      {kbd ? (
        <Kbd bare className="-mr-1">
          {kbd}
        </Kbd>
      ) : null}
    </>
  )
  return (
    <Primitive.Item
      asChild={href !== undefined}
      disabled={disabled}
      onSelect={onSelect}
      className={cn(itemStyle, tones[tone])}
    >
      {href === undefined ? (
        content
      ) : (
        <NextLink prefetch={false} href={href}>
          {content}
        </NextLink>
      )}
    </Primitive.Item>
  )
}

export function MenuSeparator() {
  return <Primitive.Separator className="-mx-1 my-1 h-px bg-line" />
}

export function MenuLabel({ children }: { readonly children: ReactNode }) {
  return <Primitive.Label className="px-2 pt-1.5 pb-1 text-2xs font-medium text-ink-3">{children}</Primitive.Label>
}

type MenuChoiceProps<Value extends string> = {
  readonly value: Value
  readonly onValueChange: (value: Value) => void
  readonly options: readonly { readonly value: Value; readonly label: string; readonly icon?: IconProps['name'] }[]
}

/** One of several, with a tick at the chosen one. */
export function MenuChoice<Value extends string>({ value, onValueChange, options }: MenuChoiceProps<Value>) {
  return (
    <Primitive.RadioGroup
      value={value}
      onValueChange={(next) => {
        const chosen = options.find((option) => option.value === next)
        if (chosen) onValueChange(chosen.value)
      }}
      className="grid gap-px"
    >
      {options.map((option) => (
        <Primitive.RadioItem
          key={option.value}
          value={option.value}
          className={itemStyle}
          onSelect={(event) => event.preventDefault()}
        >
          {option.icon ? <Icon name={option.icon} /> : null}
          <span className="flex-1">{option.label}</span>
          <Primitive.ItemIndicator className="text-accent-ink">
            <Icon name="check" size={14} />
          </Primitive.ItemIndicator>
        </Primitive.RadioItem>
      ))}
    </Primitive.RadioGroup>
  )
}

type MenuCheckProps = {
  readonly checked: boolean
  readonly onCheckedChange: (on: boolean) => void
  readonly children: ReactNode
}

/** On or off, stays open: the columns of a table, a preference. */
export function MenuCheck({ checked, onCheckedChange, children }: MenuCheckProps) {
  return (
    <Primitive.CheckboxItem
      checked={checked}
      onCheckedChange={onCheckedChange}
      onSelect={(event) => event.preventDefault()}
      className={itemStyle}
    >
      <span className="flex-1 whitespace-nowrap">{children}</span>
      <Primitive.ItemIndicator className="text-accent-ink">
        <Icon name="check" size={14} />
      </Primitive.ItemIndicator>
    </Primitive.CheckboxItem>
  )
}

/** The menu at the end of a row. Harmless first, then a line, then what takes away. */
export function RowMenu({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <Menu>
      <MenuTrigger asChild>
        <IconButton icon="more" size="small" label={`Actions for ${label}`} title="Actions" />
      </MenuTrigger>
      <MenuContent>{children}</MenuContent>
    </Menu>
  )
}
