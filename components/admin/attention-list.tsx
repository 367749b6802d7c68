import { attentionWords } from '#components/admin/attention-words.ts'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { Icon } from '#components/ui/icon.tsx'
import { Rows } from '#components/ui/section.tsx'
import { AllWell } from '#components/ui/states.tsx'
import type { Attention } from '#lib/reports/overview-contract.ts'

const tones = { quar: 'text-quar-ink', bad: 'text-bad-ink', warn: 'text-warn-ink' } as const

/** What waits for somebody, each with its one action. */
export function AttentionList({ items, nowMs }: { readonly items: readonly Attention[]; readonly nowMs: number }) {
  if (items.length === 0)
    return <AllWell>Nothing is quarantined, without owner, without price or about to end.</AllWell>
  return (
    <Rows className="-mt-2">
      {items.map((item) => {
        const { icon, tone, title, second, action } = attentionWords(item, nowMs)
        return (
          <li key={item.kind} className="flex items-center gap-2.5 py-2">
            <Icon name={icon} className={tones[tone]} />
            <span className="grid min-w-0 flex-1 leading-4">
              <b className="truncate">{title}</b>
              {second ? <small className="truncate text-ink-2">{second}</small> : null}
            </span>
            {action ? (
              <ButtonLink size="small" href={action.href} aria-label={`${action.label}: ${title}`}>
                {action.label}
              </ButtonLink>
            ) : null}
          </li>
        )
      })}
    </Rows>
  )
}
