/** vitest's global setup of the node project. */
import { startServiceBroker } from '#lib/testing/service-broker.ts'

export default async function setup(): Promise<() => Promise<void>> {
  const broker = await startServiceBroker()
  return () => broker.stop()
}
