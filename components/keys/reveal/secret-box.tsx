'use client'

import { secretForms } from '#components/keys/reveal/snippets.ts'
import { CopyButton, copyText } from '#components/ui/copy-button.tsx'
import { useHotkey } from '#components/ui/hotkeys.ts'

type SecretProps = { readonly secret: string; readonly onCopied: () => void }

/** The text of the key, whole, the one time it can be seen. Copying works with nothing selected, too. */
export function SecretBox({ secret, onCopied }: SecretProps) {
  useHotkey('mod+c', 'Copy the key', () => {
    if (document.getSelection()?.type === 'Range') return false
    void copyText(secret).then((done) => (done ? onCopied() : undefined))
  })
  const middle = Math.ceil(secret.length / 2)
  return (
    <div className="flex items-center gap-3 rounded-3 border border-accent-line bg-accent-soft px-4 py-3 phone:flex-col phone:items-stretch">
      <p
        className="mono min-w-0 flex-1 text-md leading-6 tracking-[0.01em] select-all"
        aria-label="The secret of the key"
      >
        {/* Two lines of one text: what is selected and copied has no break in it. */}
        {secret.slice(0, middle)}
        <wbr />
        <span className="inline-block">{secret.slice(middle)}</span>
      </p>
      <CopyButton variant="primary" text={secret} onCopied={onCopied}>
        Copy key
      </CopyButton>
    </div>
  )
}

/** The same in the forms that other places take. */
export function CopyForms({ secret, name, onCopied }: SecretProps & { readonly name: string }) {
  const forms = secretForms(secret, name)
  return (
    <div className="flex flex-wrap items-center gap-2">
      <span className="text-ink-2">Or copy as</span>
      <CopyButton size="small" icon="file" text={forms.env} onCopied={onCopied}>
        .env line
      </CopyButton>
      <CopyButton size="small" icon="branch" text={forms.github} onCopied={onCopied}>
        GitHub Actions secret
      </CopyButton>
      <CopyButton size="small" icon="cube" text={forms.kubernetes} onCopied={onCopied}>
        Kubernetes secret
      </CopyButton>
    </div>
  )
}
