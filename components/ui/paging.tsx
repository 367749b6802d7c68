import { ButtonGroup, buttonStyle } from '#components/ui/button.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { cn } from '#components/ui/cn.ts'
import { Icon, type IconName } from '#components/ui/icon.tsx'

export type PagingProps = {
  /** "1 to 50 of 214". */
  readonly range?: string
  readonly previousHref?: string | null
  readonly nextHref?: string | null
}

/** Previous and next, by cursor; nothing else can be jumped to. */
export function Paging({ range, previousHref, nextHref }: PagingProps) {
  return (
    <>
      {range ? <span className="whitespace-nowrap">{range}</span> : null}
      {previousHref || nextHref ? (
        <ButtonGroup label="Pages">
          <Step label="Previous page" icon="left" href={previousHref} />
          <Step label="Next page" icon="right" href={nextHref} />
        </ButtonGroup>
      ) : null}
    </>
  )
}

function Step({
  label,
  icon,
  href,
}: {
  readonly label: string
  readonly icon: IconName
  readonly href?: string | null
}) {
  if (href) return <ButtonLink href={href} aria-label={label} title={label} size="small" icon={icon} />
  return (
    <span
      aria-hidden
      className={cn(buttonStyle({ size: 'small', only: true }), 'shadow-none [&_svg]:text-ink-disabled')}
    >
      <Icon name={icon} size={14} />
    </span>
  )
}
