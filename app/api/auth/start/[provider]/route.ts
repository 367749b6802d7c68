import { startSignIn } from '#lib/identity/start-sign-in.ts'
import { portal } from '#lib/wiring/portal.ts'

type RouteContext = { readonly params: Promise<{ readonly provider: string }> }

export async function POST(request: Request, { params }: RouteContext): Promise<Response> {
  return startSignIn(portal(), request, (await params).provider)
}
