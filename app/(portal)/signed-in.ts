import { headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { cache } from 'react'
import type { Actor } from '#lib/identity/contract.ts'
import { currentActor } from '#lib/identity/next-auth.ts'
import { safeNextPath } from '#lib/identity/rules/next-path.ts'
import { portal } from '#lib/wiring/portal.ts'

/** Read once a request, however many parts of the page ask. */
const actorOfRequest = cache(async () => currentActor(portal()))

/** Who looks at this page. Somebody who is not signed in goes to the sign-in page, and comes back here from it. */
export async function signedIn(): Promise<Actor> {
  const actor = await actorOfRequest()
  if (actor) return actor
  const here = safeNextPath((await headers()).get('x-gatehouse-address'))
  redirect(here === '/' ? '/sign-in' : `/sign-in?callbackUrl=${encodeURIComponent(here)}`)
}
