import NextLink from 'next/link'
import type { ComponentProps } from 'react'
import { cn } from '#components/ui/cn.ts'

/**
 * A link in running text or at the end of a section's head. Nothing is fetched before the click: every page is read
 * fresh, so a fetch ahead would be work for the server and no gain for the reader.
 */
export function Link({ className, ...rest }: ComponentProps<typeof NextLink>) {
  return <NextLink prefetch={false} {...rest} className={cn(linkStyle, className)} />
}

export const linkStyle =
  'rounded-1 font-medium text-accent-ink underline-offset-2 hover:underline focus-visible:outline-2'

/** Looks like a link, acts in place. */
export function LinkButton({ className, ...rest }: ComponentProps<'button'>) {
  return <button type="button" {...rest} className={cn(linkStyle, className)} />
}
