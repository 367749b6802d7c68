import NextLink from 'next/link'
import type { ComponentProps } from 'react'
import { buttonStyle } from '#components/ui/button.tsx'
import { cn } from '#components/ui/cn.ts'
import { Icon, type IconProps } from '#components/ui/icon.tsx'
import { Kbd } from '#components/ui/kbd.tsx'

type ButtonLinkProps = ComponentProps<typeof NextLink> & {
  readonly variant?: 'plain' | 'primary' | 'quiet' | 'danger' | 'quarantine'
  readonly size?: 'base' | 'small' | 'large'
  readonly wide?: boolean
  readonly icon?: IconProps['name']
  readonly iconEnd?: IconProps['name']
  readonly kbd?: string
}

/** Goes somewhere, looks like a button. What acts in place is a Button. */
export function ButtonLink({ variant, size, wide, icon, iconEnd, kbd, className, children, ...rest }: ButtonLinkProps) {
  return (
    <NextLink
      prefetch={false}
      {...rest}
      aria-keyshortcuts={kbd?.toLowerCase()}
      className={cn(buttonStyle({ variant, size, wide, only: !children }), className)}
    >
      {icon ? <Icon name={icon} size={size === 'small' ? 14 : 16} /> : null}
      {children}
      {iconEnd ? <Icon name={iconEnd} size={14} /> : null}
      {kbd ? <Kbd className="ml-0.5">{kbd}</Kbd> : null}
    </NextLink>
  )
}
