import { cva, type VariantProps } from 'class-variance-authority'
import type { ComponentProps, ReactNode } from 'react'
import { cn } from '#components/ui/cn.ts'
import { Icon, type IconProps } from '#components/ui/icon.tsx'
import { Kbd } from '#components/ui/kbd.tsx'

export const buttonStyle = cva(
  'inline-flex flex-none items-center justify-center rounded-2 border font-medium whitespace-nowrap transition-colors duration-(--fast) select-none disabled:cursor-not-allowed disabled:text-ink-disabled disabled:shadow-none aria-disabled:cursor-not-allowed [&[aria-disabled]:not([aria-busy])]:text-ink-disabled [&_svg]:text-ink-3 disabled:[&_svg]:text-ink-disabled',
  {
    variants: {
      variant: {
        plain:
          'border-line-strong bg-surface text-ink shadow-1 enabled:hover:bg-sunken enabled:active:bg-press [a&]:hover:bg-sunken',
        primary:
          'border-accent bg-accent text-on-accent shadow-1 [&_svg]:text-on-accent/90 enabled:hover:bg-accent-hover [a&]:hover:bg-accent-hover disabled:border-line disabled:bg-mute-soft disabled:[&_kbd]:hidden [&_kbd]:border-0 [&_kbd]:bg-[rgb(255_255_255/0.16)] [&_kbd]:text-on-accent',
        quiet:
          'border-transparent bg-transparent text-ink-2 enabled:hover:bg-hover enabled:active:bg-press [a&]:hover:bg-hover aria-expanded:bg-hover',
        danger: 'border-line-strong bg-surface text-bad-ink shadow-1 [&_svg]:text-bad-ink enabled:hover:bg-bad-soft',
        'danger-solid':
          'border-bad-ink bg-bad-ink text-surface [&_svg]:text-surface enabled:hover:opacity-90 disabled:border-line disabled:bg-mute-soft',
        quarantine:
          'border-line-strong bg-surface text-quar-ink shadow-1 [&_svg]:text-quar-ink enabled:hover:bg-quar-soft',
        'quarantine-solid':
          'border-quar-ink bg-quar-ink text-surface [&_svg]:text-surface enabled:hover:opacity-90 disabled:border-line disabled:bg-mute-soft',
      },
      size: {
        base: 'h-(--control) gap-1.5 px-[0.6875rem] text-sm',
        small: 'h-(--control-sm) gap-[5px] px-2 text-xs',
        large: 'h-10 gap-2 px-4 text-md',
      },
      only: { true: 'px-0', false: '' },
      wide: { true: 'w-full', false: '' },
    },
    compoundVariants: [
      { only: true, size: 'base', class: 'w-(--control)' },
      { only: true, size: 'small', class: 'w-(--control-sm)' },
      { only: true, size: 'large', class: 'w-10' },
    ],
    defaultVariants: { variant: 'plain', size: 'base', only: false, wide: false },
  },
)

type Look = Omit<VariantProps<typeof buttonStyle>, 'only'>

export type ButtonProps = ComponentProps<'button'> &
  Look & {
    readonly icon?: IconProps['name']
    /** The icon after the words: a chevron of a menu, an arrow out. */
    readonly iconEnd?: IconProps['name']
    /** The key that does the same, shown on the button. Registering it is the shortcut's work. */
    readonly kbd?: string
    /** Waiting for an answer: keeps its width and its words, takes no second press. */
    readonly busy?: boolean
  }

export function Button({ variant, size, wide, icon, iconEnd, kbd, busy, className, children, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      aria-busy={busy || undefined}
      aria-disabled={busy || undefined}
      aria-keyshortcuts={kbd?.toLowerCase()}
      {...rest}
      // On its way it keeps the focus but takes no second press.
      {...(busy ? { type: 'button' as const, onClick: undefined } : {})}
      className={cn(buttonStyle({ variant, size, wide }), busy && 'cursor-progress opacity-70', className)}
    >
      {icon ? <Icon name={icon} size={size === 'small' ? 14 : 16} /> : null}
      {children}
      {iconEnd ? <Icon name={iconEnd} size={14} /> : null}
      {kbd ? <Kbd className="ml-0.5">{kbd}</Kbd> : null}
    </button>
  )
}

export type IconButtonProps = Omit<ComponentProps<'button'>, 'children' | 'aria-label'> &
  Look & { readonly icon: IconProps['name']; readonly label: string; readonly kbd?: string }

/** A button of an icon alone. Its label is its name and its native tooltip. */
export function IconButton({ icon, label, variant = 'quiet', size, kbd, className, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={rest.title ?? (kbd ? `${label} (${kbd})` : label)}
      aria-keyshortcuts={kbd?.toLowerCase()}
      {...rest}
      className={cn(buttonStyle({ variant, size, only: true }), className)}
    >
      <Icon name={icon} size={size === 'small' ? 14 : 16} />
    </button>
  )
}

/** Buttons that belong to one thing, sharing their edges. */
export function ButtonGroup({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div
      role="group"
      aria-label={label}
      className="inline-flex [&>*]:rounded-none [&>*+*]:-ml-px [&>*:first-child]:rounded-l-2 [&>*:last-child]:rounded-r-2 [&>*:focus-visible]:z-1"
    >
      {children}
    </div>
  )
}
