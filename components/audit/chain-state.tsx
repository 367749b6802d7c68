'use client'

import { useChain } from '#components/audit/use-chain.ts'
import { Button } from '#components/ui/button.tsx'
import { formatClock, formatCount, plural } from '#components/ui/format.ts'
import { useHotkey } from '#components/ui/hotkeys.ts'
import { Note } from '#components/ui/note.tsx'
import { ChainTag } from '#components/ui/status.tsx'
import { problemText } from '#components/query/api.ts'

/** "Chain verified, 184,212 entries, 14:31:58 UTC". */
export function ChainState() {
  const { chain } = useChain()
  switch (chain.state) {
    case 'checking':
      return (
        <ChainTag state="checking">
          {chain.checked === 0 ? 'Verifying the chain' : `Verifying, ${formatCount(chain.checked)} entries so far`}
        </ChainTag>
      )
    case 'verified':
      return (
        <ChainTag state="verified">
          <span>
            Chain verified, {plural(chain.entries, 'entry', 'entries')}
            <span className="phone:hidden">, {formatClock(chain.atMs)} UTC</span>
          </span>
        </ChainTag>
      )
    case 'broken':
      return <ChainTag state="broken">Chain broken at {formatCount(chain.seq)}</ChainTag>
    case 'unknown':
      return <ChainTag state="checking">Chain not checked</ChainTag>
  }
}

export function VerifyAgain() {
  const { chain, verify } = useChain()
  useHotkey('v', 'Verify the chain again', () => {
    if (chain.state !== 'checking') verify()
  })
  return (
    <Button icon="shield" busy={chain.state === 'checking'} onClick={verify}>
      Verify again
    </Button>
  )
}

/** Over the table while the chain is broken or could not be checked. */
export function ChainTrouble() {
  const { chain, verify } = useChain()
  if (chain.state === 'broken') {
    return (
      <Note
        tone="bad"
        role="status"
        title={`Entry ${formatCount(chain.seq)} does not fit. ${chain.message}`}
        className="mx-(--gutter) my-3 phone:mx-4"
      >
        Everything before it is proved. Nothing from it on can be trusted: compare with a backup, and find out who can
        write to the database.
      </Note>
    )
  }
  if (chain.state === 'unknown') {
    return (
      <Note
        tone="warn"
        role="status"
        title="The chain could not be checked."
        className="mx-(--gutter) my-3 phone:mx-4"
        action={
          <Button size="small" onClick={verify}>
            Try again
          </Button>
        }
      >
        {problemText(chain.error)}
      </Note>
    )
  }
  return null
}
