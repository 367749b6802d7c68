'use client'

import { useRouter } from 'next/navigation'
import { Suspense, useEffect, useRef, useState, type ReactNode } from 'react'
import * as z from 'zod'
import { BaseUrls } from '#components/home/base-urls.tsx'
import { HeroHead } from '#components/home/key-hero.tsx'
import type { ModelChoice } from '#components/keys/new-key/options.ts'
import { FirstCall } from '#components/keys/reveal/first-call.tsx'
import { CopyForms, SecretBox } from '#components/keys/reveal/secret-box.tsx'
import { cheapestChat, snippetsFor } from '#components/keys/reveal/snippets.ts'
import { sendApi } from '#components/query/api.ts'
import { ProblemNote } from '#components/query/problem-note.tsx'
import { Button } from '#components/ui/button.tsx'
import { CodeBlock } from '#components/ui/code-block.tsx'
import { formatDate } from '#components/ui/format.ts'
import { Link } from '#components/ui/link.tsx'
import { SkeletonLines } from '#components/ui/states.tsx'
import { State } from '#components/ui/status.tsx'
import { mintedKey, type MintedKey } from '#lib/keys/contract.ts'

type FirstKeyProps = {
  /** Whether this person has no key yet and gets one by itself. */
  readonly isFirst: boolean
  readonly firstName: string
  readonly models: readonly ModelChoice[]
  readonly baseUrl: string
  /** What stands here on every other visit. */
  readonly children: ReactNode
}

const answer = z.object({ issued: mintedKey.nullable() })

/**
 * The very first visit: a key makes itself, and its secret stands here once. The page around it may be read anew
 * meanwhile, so what the secret gives way to is decided here and not there.
 */
export function FirstKey({ isFirst, firstName, models, baseUrl, children }: FirstKeyProps) {
  const router = useRouter()
  const [minted, setMinted] = useState<MintedKey | null>(null)
  const [problem, setProblem] = useState<unknown>(null)
  /** Another window was first, or there may be none after all: the page itself knows what then. */
  const [isOver, setOver] = useState(false)
  const asked = useRef(false)

  async function issue() {
    setProblem(null)
    try {
      const { issued } = await sendApi('/me/first-key', answer)
      if (issued) setMinted(issued)
      else setOver(true)
      router.refresh()
    } catch (error) {
      setProblem(error)
    }
  }
  useEffect(() => {
    if (!isFirst || asked.current) return
    asked.current = true
    void issue()
  })

  if (minted) {
    return (
      <Revealed minted={minted} firstName={firstName} models={models} baseUrl={baseUrl} done={() => setMinted(null)} />
    )
  }
  if (!isFirst || isOver) return children
  if (problem) {
    return (
      <>
        <HeroHead sentence={`Welcome, ${firstName}`} />
        <Suspense>
          <ProblemNote error={problem} title="Your first key could not be made." retry={() => void issue()} />
        </Suspense>
      </>
    )
  }
  return (
    <>
      <HeroHead sentence={`Welcome, ${firstName}`} />
      <p className="text-ink-2">Your first key is being made.</p>
      <SkeletonLines lines={5} label="Making your key" />
    </>
  )
}

type RevealedProps = Omit<FirstKeyProps, 'isFirst' | 'children'> & {
  readonly minted: MintedKey
  readonly done: () => void
}

function Revealed({ minted, firstName, models, baseUrl, done }: RevealedProps) {
  const [isCopied, setCopied] = useState(false)
  const model = cheapestChat(models)
  useLeavingWarning(!isCopied)
  return (
    <>
      <HeroHead
        sentence={`Your key is ready, ${firstName}`}
        action={
          isCopied ? (
            <Button icon="check" onClick={done}>
              I have stored it
            </Button>
          ) : null
        }
      >
        <State of="key" state="active" />
        <Link href={`/keys/${minted.id}`}>{minted.name}</Link>
        <span>
          Profile <b>{minted.profile.name}</b>
        </span>
        {minted.expiresAt ? <span>Expires {formatDate(Date.parse(minted.expiresAt))}</span> : null}
      </HeroHead>
      <SecretBox secret={minted.key} onCopied={() => setCopied(true)} />
      <p className="text-ink-2">Copy the key now. We keep only a digest, so nobody can show it again, us included.</p>
      <CopyForms secret={minted.key} name={minted.name} onCopied={() => setCopied(true)} />
      <BaseUrls baseUrl={baseUrl} model={model} />
      {model ? (
        <CodeBlock
          label="Snippets"
          remember="snippet"
          hotkeys
          onCopied={() => setCopied(true)}
          snippets={snippetsFor({ baseUrl, model, secret: minted.key }).map(({ needs, ...snippet }) => ({
            ...snippet,
            note: needs,
          }))}
        />
      ) : null}
      <FirstCall keyId={minted.id} secret={minted.key} model={model} hotkey />
    </>
  )
}

/** The browser asks before it leaves while the secret was not copied. */
function useLeavingWarning(isOn: boolean) {
  useEffect(() => {
    if (!isOn) return
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', ask)
    return () => window.removeEventListener('beforeunload', ask)
  }, [isOn])
}
