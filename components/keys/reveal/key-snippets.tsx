'use client'

import { keyVariable, snippetsFor } from '#components/keys/reveal/snippets.ts'
import { CodeBlock } from '#components/ui/code-block.tsx'

type KeySnippetsProps = {
  readonly baseUrl: string
  readonly model: string
  /** Keys choose a tab and copy. Off where the page uses the same keys. */
  readonly hotkeys?: boolean
}

/** Programs for a key whose secret is elsewhere: they read it from the environment. */
export function KeySnippets({ baseUrl, model, hotkeys = false }: KeySnippetsProps) {
  return (
    <CodeBlock
      label="Snippets"
      remember="snippet"
      hotkeys={hotkeys}
      snippets={snippetsFor({ baseUrl, model }).map(({ needs, ...snippet }) => ({
        ...snippet,
        note: (
          <>
            Uses <span className="mono">{keyVariable}</span> from your environment.{' '}
            {needs.includes('install ') ? <span className="mono">{needs}</span> : needs}
          </>
        ),
      }))}
    />
  )
}
