import { notFound } from 'next/navigation'
import { cache } from 'react'
import { signedIn } from '../../signed-in.ts'
import { readTeam } from '#lib/identity/organisation/teams.ts'
import { AppError } from '#lib/platform/errors.ts'
import { portal } from '#lib/wiring/portal.ts'

/** The team of this address and who looks at it, read once a request; what is not theirs to see is not found. */
export const openTeam = cache(async (id: string) => {
  const actor = await signedIn()
  try {
    return { actor, team: await readTeam(portal(), actor, decodeURIComponent(id)) }
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') notFound()
    throw error
  }
})

export type TeamParams = { readonly params: Promise<{ readonly id: string }> }
