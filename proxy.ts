import { NextResponse, type NextRequest } from 'next/server'

/** The header that tells a page its own address, so that signing in can lead back to it. It decides nothing. */
const addressHeader = 'x-gatehouse-address'

export function proxy(request: NextRequest): NextResponse {
  const headers = new Headers(request.headers)
  headers.set(addressHeader, request.nextUrl.pathname + request.nextUrl.search)
  return NextResponse.next({ request: { headers } })
}

export const config = {
  // Pages only: the management API and the gateway's mounts know where they are.
  matcher: '/((?!api/|v1/|_next/).*)',
}
