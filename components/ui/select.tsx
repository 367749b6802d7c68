'use client'

import { Select as Primitive } from 'radix-ui'
import type { ReactNode } from 'react'
import { cn } from '#components/ui/cn.ts'
import { Icon } from '#components/ui/icon.tsx'
import { controlStyle } from '#components/ui/input.tsx'

export type Option = {
  readonly value: string
  readonly label: string
  /** Beside the label, in the list and in the field: a team, "for agents in test". */
  readonly beside?: ReactNode
  readonly disabled?: boolean
}

export type SelectProps = {
  readonly options: readonly Option[]
  readonly value?: string
  readonly defaultValue?: string
  readonly onValueChange?: (value: string) => void
  readonly placeholder?: string
  readonly name?: string
  readonly disabled?: boolean
  readonly size?: 'base' | 'small'
  readonly className?: string
  readonly id?: string
  readonly 'aria-label'?: string
  readonly 'aria-describedby'?: string
  readonly 'aria-invalid'?: boolean
}

/** One of more than four. Up to four is a Segmented. Radix knows no empty value: use a word such as "any". */
export function Select(props: SelectProps) {
  const {
    options,
    placeholder = 'Choose',
    size,
    className,
    id,
    value,
    defaultValue,
    onValueChange,
    name,
    disabled,
  } = props
  return (
    <Primitive.Root
      value={value}
      defaultValue={defaultValue}
      onValueChange={onValueChange}
      name={name}
      disabled={disabled}
    >
      <Primitive.Trigger
        id={id}
        aria-label={props['aria-label']}
        aria-describedby={props['aria-describedby']}
        aria-invalid={props['aria-invalid']}
        className={cn(
          controlStyle({ tone: props['aria-invalid'] ? 'bad' : 'none', size }),
          'text-left whitespace-nowrap data-[state=open]:border-accent [&>span:first-child]:flex [&>span:first-child]:min-w-0 [&>span:first-child]:flex-1 [&>span:first-child]:items-center [&>span:first-child]:overflow-hidden',
          className,
        )}
      >
        <Primitive.Value placeholder={<span className="text-ink-3">{placeholder}</span>} />
        <Primitive.Icon className="flex text-ink-3">
          <Icon name="down" size={14} />
        </Primitive.Icon>
      </Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content
          position="popper"
          sideOffset={4}
          collisionPadding={8}
          className="over-page z-(--z-menu) max-h-(--radix-select-content-available-height) min-w-(--radix-select-trigger-width) overflow-hidden rounded-3 data-[state=open]:animate-appear"
        >
          <Primitive.Viewport className="grid gap-px p-1">
            {options.map((option) => (
              <Primitive.Item
                key={option.value}
                value={option.value}
                disabled={option.disabled}
                className="flex h-(--nav-item) cursor-pointer items-center gap-2 rounded-2 px-2 outline-none select-none data-disabled:cursor-not-allowed data-disabled:text-ink-disabled data-highlighted:bg-hover"
              >
                <Primitive.ItemText>
                  <span className="truncate">{option.label}</span>
                  {option.beside ? <span className="ml-2 truncate text-ink-3">{option.beside}</span> : null}
                </Primitive.ItemText>
                <Primitive.ItemIndicator className="ml-auto pl-4 text-accent-ink">
                  <Icon name="check" size={14} />
                </Primitive.ItemIndicator>
              </Primitive.Item>
            ))}
          </Primitive.Viewport>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  )
}
