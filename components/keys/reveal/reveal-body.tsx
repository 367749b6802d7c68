'use client'

import type { ModelChoice } from '#components/keys/new-key/options.ts'
import { FirstCall } from '#components/keys/reveal/first-call.tsx'
import { CopyForms, SecretBox } from '#components/keys/reveal/secret-box.tsx'
import { cheapestChat, snippetsFor } from '#components/keys/reveal/snippets.ts'
import { CodeBlock } from '#components/ui/code-block.tsx'
import { Icon } from '#components/ui/icon.tsx'
import type { MintedKey } from '#lib/keys/contract.ts'

type RevealBodyProps = {
  readonly minted: MintedKey
  readonly models: readonly ModelChoice[]
  readonly baseUrl: string
  readonly isRotation: boolean
  readonly onCopied: () => void
}

/** Name, secret, the forms it is needed in, programs with it in place, and its first call. */
export function RevealBody({ minted, models, baseUrl, isRotation, onCopied }: RevealBodyProps) {
  const model = cheapestChat(models)
  return (
    <>
      <div className="grid gap-1.5">
        <p className="flex items-center gap-2.5 text-xl font-semibold tracking-(--track-tight)">
          <Icon name="check" size={20} className="text-ok-ink" />
          {isRotation ? `${minted.name} has a new secret` : `${minted.name} is ready`}
        </p>
        <p className="text-ink-2">Copy the key now. We keep only a digest, so nobody can show it again, us included.</p>
      </div>
      <SecretBox secret={minted.key} onCopied={onCopied} />
      <CopyForms secret={minted.key} name={minted.name} onCopied={onCopied} />
      {model ? (
        <CodeBlock
          label="Snippets"
          remember="snippet"
          onCopied={onCopied}
          snippets={snippetsFor({ baseUrl, model, secret: minted.key }).map(({ needs, ...snippet }) => ({
            ...snippet,
            note: needs,
          }))}
        />
      ) : null}
      {isRotation ? null : <FirstCall keyId={minted.id} secret={minted.key} model={model} />}
    </>
  )
}
