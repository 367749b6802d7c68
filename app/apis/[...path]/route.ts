export { serveGateway as GET, serveGateway as OPTIONS, serveGateway as POST } from '#lib/wiring/gateway-in-portal.ts'
