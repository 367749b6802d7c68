'use client'

import { Tabs as Primitive } from 'radix-ui'
import { useId, useState, useSyncExternalStore, type ReactNode } from 'react'
import { cn } from '#components/ui/cn.ts'
import { CopyButton, copyText } from '#components/ui/copy-button.tsx'
import { highlight, type Language, type Token } from '#components/ui/highlight.ts'
import { ScrollRegion } from '#components/ui/scroll-region.tsx'
import { useHotkey } from '#components/ui/hotkeys.ts'

const colors: Record<Token['kind'], string | undefined> = {
  plain: undefined,
  string: 'text-(--code-str)',
  number: 'text-(--code-num)',
  keyword: 'text-(--code-key)',
  comment: 'text-(--code-dim)',
}

/** Coloured text of a program. `shown` may hide a part of what is copied elsewhere. */
export function Code({ code, language = 'text' }: { readonly code: string; readonly language?: Language }) {
  return (
    <code>
      {highlight(code, language).map((token, index) => (
        <span key={index} className={colors[token.kind]}>
          {token.text}
        </span>
      ))}
    </code>
  )
}

export type Snippet = {
  readonly id: string
  readonly label: string
  readonly code: string
  /** What is on the screen in place of `code`: the same with the middle of a secret left out. */
  readonly shown?: string
  readonly language: Language
  /** Below the code: what else is needed, in one line. */
  readonly note?: ReactNode
}

export type CodeBlockProps = {
  readonly label: string
  readonly snippets: readonly Snippet[]
  /** Remembers the chosen tab under this name, in this browser. */
  readonly remember?: string
  /** `1` to `9` choose a tab, `y` copies. */
  readonly hotkeys?: boolean
  /** At the right of the line below the code: a button. */
  readonly action?: ReactNode
  readonly onCopied?: () => void
}

/** Snippets side by side, one shown. Copy gives the whole of it. */
export function CodeBlock({ label, snippets, remember, hotkeys = false, action, onCopied }: CodeBlockProps) {
  const [chosen, choose] = useRemembered(remember, snippets)
  const current = snippets.find((snippet) => snippet.id === chosen) ?? snippets[0]
  const id = useId()
  if (!current) return null
  return (
    <Primitive.Root
      value={current.id}
      onValueChange={choose}
      className="min-w-0 overflow-hidden rounded-3 border border-line bg-(--code-bg)"
    >
      {hotkeys ? <SnippetKeys snippets={snippets} current={current} choose={choose} onCopied={onCopied} /> : null}
      <div className="flex h-9.5 items-center gap-1 border-b border-line px-2">
        <Primitive.List
          aria-label={label}
          className="flex h-full min-w-0 flex-1 gap-0.5 overflow-x-auto overflow-y-hidden"
        >
          {snippets.map((snippet) => (
            <Primitive.Trigger
              key={snippet.id}
              value={snippet.id}
              className={cn(
                'relative h-full flex-none px-2 whitespace-nowrap text-ink-3 outline-offset-[-2px] hover:text-ink data-[state=active]:font-medium data-[state=active]:text-ink data-[state=active]:after:absolute data-[state=active]:after:inset-x-2 data-[state=active]:after:-bottom-px data-[state=active]:after:h-0.5 data-[state=active]:after:bg-accent',
              )}
            >
              {snippet.label}
            </Primitive.Trigger>
          ))}
        </Primitive.List>
        <CopyButton variant="quiet" size="small" text={current.code} onCopied={onCopied} />
      </div>
      {snippets.map((snippet) => (
        <Primitive.Content key={snippet.id} value={snippet.id} className="outline-offset-[-2px]">
          <ScrollRegion label={`${snippet.label} snippet`} className="overflow-y-hidden">
            <pre className="w-max px-4 py-3 font-mono text-xs leading-5 text-(--code-ink)">
              <Code code={snippet.shown ?? snippet.code} language={snippet.language} />
            </pre>
          </ScrollRegion>
          {snippet.note || action ? (
            <div className="flex items-center gap-2 border-t border-line bg-surface py-2 pr-2 pl-4">
              <p id={`${id}-${snippet.id}`} className="min-w-0 flex-1 text-xs text-ink-3">
                {snippet.note}
              </p>
              {action}
            </div>
          ) : null}
        </Primitive.Content>
      ))}
    </Primitive.Root>
  )
}

type SnippetKeysProps = {
  readonly snippets: readonly Snippet[]
  readonly current: Snippet
  readonly choose: (id: string) => void
  readonly onCopied?: () => void
}

function SnippetKeys({ snippets, current, choose, onCopied }: SnippetKeysProps) {
  useHotkey('y', 'Copy the snippet', () => {
    void copyText(current.code).then((done) => (done ? onCopied?.() : undefined))
  })
  return snippets
    .slice(0, 9)
    .map((snippet, index) => (
      <SnippetKey
        key={snippet.id}
        keys={String(index + 1)}
        label={`Snippet for ${snippet.label}`}
        run={() => choose(snippet.id)}
      />
    ))
}

function SnippetKey({ keys, label, run }: { readonly keys: string; readonly label: string; readonly run: () => void }) {
  useHotkey(keys, label, run)
  return null
}

const PREFIX = 'gatehouse.tab.'
const noWatch = () => () => {}

/** The tab of last time. The server and the first paint show the first one, so nothing mismatches. */
function useRemembered(name: string | undefined, snippets: readonly Snippet[]): [string, (id: string) => void] {
  const [here, setHere] = useState<string | null>(null)
  const stored = useSyncExternalStore(
    noWatch,
    () => (name ? readStored(PREFIX + name) : null),
    () => null,
  )
  const known = (id: string | null) => (id !== null && snippets.some((snippet) => snippet.id === id) ? id : null)
  const chosen = known(here) ?? known(stored) ?? snippets[0]?.id ?? ''
  function choose(id: string) {
    setHere(id)
    try {
      if (name) localStorage.setItem(PREFIX + name, id)
    } catch {
      // Storage may be switched off; then the choice lasts as long as the page.
    }
  }
  return [chosen, choose]
}

function readStored(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}
