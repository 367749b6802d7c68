/** The demo's identity provider, started by the supervisor in demo mode; it is told its address and the portal's. */
import { startIdentityProvider } from '#lib/demo/identity-provider/start-identity-provider.ts'

const { GATEHOUSE_DEMO_ISSUER: issuer, NEXTAUTH_URL: portalUrl } = process.env
if (!issuer || !portalUrl) {
  console.error('GATEHOUSE_DEMO_ISSUER and NEXTAUTH_URL: expected addresses, as `npm start` sets them in demo mode')
  process.exit(1)
}

const { hostname, port } = new URL(issuer)
const provider = await startIdentityProvider({ host: hostname, port: Number(port), portalUrl })
process.send?.('ready')

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void provider.close().then(() => process.exit(0)))
}
