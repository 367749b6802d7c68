import { answerAuth } from '#lib/identity/next-auth.ts'
import { portal } from '#lib/wiring/portal.ts'

const handler = (request: Request) => answerAuth(portal(), request)

export { handler as GET, handler as POST }
