import type { ReactNode } from 'react'
import { BaseUrls } from '#components/home/base-urls.tsx'
import { RotateHere } from '#components/home/rotate-here.tsx'
import { KeyState } from '#components/keys/key-cells.tsx'
import { isCapped } from '#components/keys/key-money.ts'
import type { ModelChoice } from '#components/keys/new-key/options.ts'
import { KeySnippets } from '#components/keys/reveal/key-snippets.tsx'
import { cheapestChat } from '#components/keys/reveal/snippets.ts'
import { formatDate, formatKey } from '#components/ui/format.ts'
import { Link } from '#components/ui/link.tsx'
import { Lede } from '#components/ui/section.tsx'
import type { KeyView } from '#lib/keys/contract.ts'

type KeyHeroProps = {
  readonly item: KeyView
  readonly firstName: string
  readonly models: readonly ModelChoice[]
  readonly baseUrl: string
}

/** The paved path: this key, this address, this program. */
export function KeyHero({ item, firstName, models, baseUrl }: KeyHeroProps) {
  const model = cheapestChat(models)
  const endsMs = item.expiresAt === null ? null : Date.parse(item.expiresAt)
  return (
    <>
      <HeroHead
        sentence={`${sentenceOf(item)}, ${firstName}`}
        action={
          item.actions.includes('rotate') ? (
            <RotateHere
              subject={{ id: item.id, name: item.name, liveSecrets: item.secrets.length }}
              models={models}
              baseUrl={baseUrl}
            />
          ) : null
        }
      >
        <KeyState item={item} />
        <Link href={`/keys/${item.id}`}>{item.name}</Link>
        <span className="mono text-ink-3">{formatKey(item.last4)}</span>
        <span>
          Profile <b>{item.profile.name}</b>
        </span>
        {endsMs === null ? null : (
          <span>
            {item.status === 'expired' ? 'Ended' : 'Expires'} {formatDate(endsMs)}
          </span>
        )}
      </HeroHead>
      <BaseUrls baseUrl={baseUrl} model={model} />
      {model ? <KeySnippets baseUrl={baseUrl} model={model} hotkeys /> : null}
    </>
  )
}

function sentenceOf(item: KeyView): string {
  if (item.status === 'active') return isCapped(item.budget) ? 'Your budget is used up' : 'Your key is ready'
  if (item.status === 'pending') return 'Your key waits for approval'
  return `Your key is ${item.status}`
}

type HeadProps = { readonly sentence: string; readonly action?: ReactNode; readonly children?: ReactNode }

/** The sentence the page is about, and the facts of the key below it. */
export function HeroHead({ sentence, action, children }: HeadProps) {
  return (
    <div className="flex items-center gap-4">
      <div className="grid flex-1 gap-1">
        <Lede>{sentence}</Lede>
        {children ? <div className="flex flex-wrap items-center gap-x-3.5 gap-y-1 text-ink-2">{children}</div> : null}
      </div>
      {action ? <span className="phone:hidden">{action}</span> : null}
    </div>
  )
}
