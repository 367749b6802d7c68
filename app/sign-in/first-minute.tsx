import type { ReactNode } from 'react'
import { Tag } from '#components/ui/tag.tsx'
import { Status } from '#components/ui/status.tsx'

/** The four steps from here to a first answer, with honest times. Nothing here is about the organisation. */
export function FirstMinute({
  baseUrl,
  isGatewayNormal,
}: {
  readonly baseUrl: string
  readonly isGatewayNormal: boolean
}) {
  return (
    <aside
      aria-labelledby="first-minute"
      className="grid content-center border-l border-line bg-canvas px-20 py-12 stacked:px-8 phone:hidden"
    >
      <div className="grid max-w-[38rem] gap-6">
        <h2 id="first-minute" className="text-lg font-semibold tracking-(--track-tight)">
          From here to your first answer, under a minute
        </h2>
        <ol className="grid">
          <Step at="0 s" title="You sign in once">
            <p className="text-ink-2">
              Your groups decide your team, your models and your limits. There is no form to fill in.
            </p>
          </Step>
          <Step at="10 s" title="A key is waiting">
            <p className="flex h-9 items-center gap-2 rounded-2 border border-line-strong bg-surface pr-1 pl-3 font-mono text-xs">
              <span className="flex-1">sk-gh-…</span>
              <Tag>Experiment</Tag>
              <Tag>monthly budget</Tag>
            </p>
          </Step>
          <Step at="30 s" title="Change two lines, keep your client">
            <pre className="overflow-x-auto rounded-3 border border-line bg-surface px-4 py-3 font-mono text-xs leading-5">
              <span className="text-(--code-key)">OPENAI_BASE_URL</span>=
              <span className="text-(--code-str)">{baseUrl}</span>
              {'\n'}
              <span className="text-(--code-key)">OPENAI_API_KEY</span>=
              <span className="text-(--code-str)">sk-gh-…</span>
            </pre>
          </Step>
          <Step at="45 s" title="The first call is on your page" isLast>
            <p className="flex flex-wrap items-center gap-3">
              <Status tone="ok" glyph="dot">
                200
              </Status>
              <span className="font-mono">gpt-4o-mini</span>
              <span className="text-ink-3 tabular-nums">212 tokens</span>
              <span className="text-ink-3 tabular-nums">$0.0001</span>
              <span className="text-ink-3 tabular-nums">0.9 s</span>
            </p>
          </Step>
        </ol>
        <p className="pl-20 text-xs">
          {isGatewayNormal ? (
            <Status tone="ok" glyph="dot">
              Gateway normal
            </Status>
          ) : (
            <Status tone="bad" glyph="cross">
              Gateway does not answer. Your keys may not work right now.
            </Status>
          )}
        </p>
      </div>
    </aside>
  )
}

type StepProps = {
  readonly at: string
  readonly title: string
  readonly children: ReactNode
  readonly isLast?: boolean
}

function Step({ at, title, children, isLast = false }: StepProps) {
  return (
    <li className="grid grid-cols-[4.25rem_1fr] gap-4">
      <span className="pr-1 text-right font-medium text-ink-3 tabular-nums">{at}</span>
      <div
        className={
          isLast ? 'relative border-l border-transparent pl-3' : 'relative border-l border-line-strong pb-6 pl-3'
        }
      >
        <span aria-hidden className="absolute top-1.5 -left-1 size-[7px] rounded-full bg-accent ring-4 ring-canvas" />
        <div className="grid gap-2">
          <b className="font-medium">{title}</b>
          {children}
        </div>
      </div>
    </li>
  )
}
