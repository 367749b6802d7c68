import { answerBackChannelLogout } from '#lib/identity/back-channel-logout.ts'
import { portal } from '#lib/wiring/portal.ts'

export async function POST(request: Request): Promise<Response> {
  return answerBackChannelLogout(portal(), request)
}
