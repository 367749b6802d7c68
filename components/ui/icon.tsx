import type { LucideIcon } from 'lucide-react'
import { cn } from '#components/ui/cn.ts'
import { icons, type IconName } from '#components/ui/icons.ts'

export type { IconName } from '#components/ui/icons.ts'

export type IconProps = {
  /** One of ours, or a lucide icon where ours has none. */
  readonly name: IconName | LucideIcon
  readonly size?: number
  readonly className?: string
  /** Only for an icon that stands without words. */
  readonly label?: string
}

export function Icon({ name, size = 16, className, label }: IconProps) {
  const described = label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': true }
  if (typeof name !== 'string') {
    const Lucide = name
    return (
      <Lucide size={size} strokeWidth={1.5} absoluteStrokeWidth className={cn('flex-none', className)} {...described} />
    )
  }
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.5}
      strokeLinecap="round"
      strokeLinejoin="round"
      className={cn('flex-none', className)}
      {...described}
      // The markup is the constant of icons.ts; nothing a user typed can get here.
      dangerouslySetInnerHTML={{ __html: icons[name] }}
    />
  )
}
