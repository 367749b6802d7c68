/** The gateway core inside the portal's process, for hosts where Next's route handlers are the proxy path. */
import { webCall, webResponse } from '#lib/gateway/mounts/web.ts'
import { portal } from '#lib/wiring/portal.ts'
import { createGateway, type Gateway } from '#lib/wiring/gateway.ts'

const kept = globalThis as typeof globalThis & { gatehouseGateway?: Promise<Gateway> }

export async function serveGateway(request: Request): Promise<Response> {
  // A start that failed is tried again by the next call.
  kept.gatehouseGateway ??= createGateway(portal().config).catch((error: unknown) => {
    delete kept.gatehouseGateway
    throw error
  })
  const gateway = await kept.gatehouseGateway
  return webResponse(request, (reply) => gateway.handle(webCall(request), reply))
}
