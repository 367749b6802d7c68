import { CopyButton } from '#components/ui/copy-button.tsx'
import { Hotkey } from '#components/ui/hotkey.tsx'

/** Copies the address of this page: who opens it sees the same, within their rights. `y` does it too. */
export function CopyLink({ url }: { readonly url: string }) {
  return (
    <>
      <CopyButton id="copy-link" icon="link" text={url}>
        Copy link
      </CopyButton>
      <Hotkey keys="y" label="Copy link" press="copy-link" />
    </>
  )
}
