import type { ModelChoice } from '#components/keys/new-key/options.ts'
import { formatPrice } from '#components/ui/format.ts'
import { Icon } from '#components/ui/icon.tsx'
import { Link } from '#components/ui/link.tsx'
import { Rows, Section } from '#components/ui/section.tsx'

type MayUseProps = {
  /** Cheapest first. */
  readonly models: readonly ModelChoice[]
  readonly className?: string
}

const shown = 5

/** The models one may call, with their price in hand. */
export function MayUse({ models, className }: MayUseProps) {
  return (
    <Section
      title="What you may use"
      end={<Link href="/models">{models.length > shown ? `All ${models.length} models` : 'All models'}</Link>}
      className={className}
    >
      {models.length === 0 ? (
        <p className="text-ink-2">Your profile allows no model yet. Your platform team changes that.</p>
      ) : (
        <>
          <Rows className="-mt-1.5">
            {models.slice(0, shown).map(({ name, inputUsd, outputUsd }) => (
              <li key={name} className="flex h-8.5 items-center gap-2.5">
                <Icon name="check" size={14} className="text-ok-ink" />
                <Link
                  href={`/models/${encodeURIComponent(name)}`}
                  className="mono flex-1 truncate font-normal text-ink"
                >
                  {name}
                </Link>
                <span className="text-ink-3 tabular-nums">{formatPrice(inputUsd, outputUsd)}</span>
              </li>
            ))}
          </Rows>
          <p className="-mt-1.5 text-xs text-ink-3">US dollars per million tokens, in / out.</p>
        </>
      )}
    </Section>
  )
}
