/** What the sign-in page may say to a stranger: the organisation's name, whom to ask, and whether the gateway is well. */
import { findContact } from '#lib/identity/viewer-store.ts'
import type { Context } from '#lib/platform/context.ts'

export type SignInFacts = {
  readonly organisation: string | null
  readonly contact: { readonly name: string; readonly mail: string } | null
  readonly isGatewayNormal: boolean
}

/** Answers within a second, and also when nothing else does: the page must come up to say so. */
export async function readSignIn({ db, redis, log }: Context): Promise<SignInFacts> {
  const unreachable = (what: string) => (error: unknown) => {
    log.warn({ err: error }, `${what} does not answer the sign-in page`)
    return null
  }
  const [found, pong] = await Promise.all([
    withinASecond(findContact(db)).catch(unreachable('PostgreSQL')),
    withinASecond(redis.ping()).catch(unreachable('Redis')),
  ])
  const hasContact = found !== null && (found.contactName !== '' || found.contactMail !== '')
  return {
    organisation: found?.name ?? null,
    contact: hasContact ? { name: found.contactName, mail: found.contactMail } : null,
    isGatewayNormal: pong !== null && found !== null,
  }
}

async function withinASecond<Value>(work: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('no answer within a second')), 1_000)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
