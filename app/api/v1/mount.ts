import { callerOf } from '#lib/identity/caller-of.ts'
import type { Endpoint } from '#lib/management/endpoint.ts'
import { problemResponse } from '#lib/management/problem.ts'
import { serve } from '#lib/management/serve.ts'
import type { Context } from '#lib/platform/context.ts'
import { AppError } from '#lib/platform/errors.ts'
import { newId } from '#lib/platform/ids.ts'
import { createLog } from '#lib/platform/log.ts'
import { portal } from '#lib/wiring/portal.ts'

type Handler = (request: Request) => Promise<Response>
type Handlers = Readonly<Record<'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', Handler>>

/** What the route files loaded so far have mounted; a test holds it against the inventory. */
export const mounted: Endpoint[] = []

/**
 * Next's handlers for these endpoints. Which one is meant is read from the address, so one file `[[...path]]/route.ts`
 * may serve a whole resource; what none of them means is answered 404 or 405, as a problem document.
 */
export function mount(...endpoints: readonly Endpoint[]): Handlers {
  mounted.push(...endpoints)
  const handler: Handler = async (request) => {
    const context = contextOrNull()
    if (!context) return problemResponse(notConfigured, newId('req'))
    return serve(endpoints, request, {
      context,
      callerOf: ({ headers }, requestId) => callerOf(context, headers, requestId),
    })
  }
  return { GET: handler, POST: handler, PUT: handler, PATCH: handler, DELETE: handler }
}

const notConfigured = new AppError(
  'service_unavailable',
  'This server is not configured. Its log says what is missing.',
)

// A server with a broken configuration serves nobody: it never falls back to an open door.
function contextOrNull(): Context | null {
  try {
    return portal()
  } catch (error) {
    createLog('portal').error({ err: error }, 'the configuration is not valid')
    return null
  }
}
