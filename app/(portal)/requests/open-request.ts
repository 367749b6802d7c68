import { notFound } from 'next/navigation'
import type { Actor } from '#lib/identity/contract.ts'
import { AppError } from '#lib/platform/errors.ts'
import type { RequestView } from '#lib/requests/contract.ts'
import { getRequest } from '#lib/requests/list-requests.ts'
import { portal } from '#lib/wiring/portal.ts'

/** The request, or the page that says there is none. */
export async function openRequest(actor: Actor, id: string): Promise<RequestView> {
  try {
    return await getRequest(portal(), actor, id)
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') notFound()
    throw error
  }
}
