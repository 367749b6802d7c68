/** TCP ports of this machine. */
import net from 'node:net'

/** A port that nobody listens on now. Another process may still take it first: be ready to try again. */
export async function freePort(host: string = '127.0.0.1'): Promise<number> {
  const server = await listen(0, host)
  const { port } = server.address() as net.AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

export async function isPortFree(port: number, host: string = '127.0.0.1'): Promise<boolean> {
  try {
    const server = await listen(port, host)
    await new Promise((resolve) => server.close(resolve))
    return true
  } catch {
    return false
  }
}

function listen(port: number, host: string): Promise<net.Server> {
  return new Promise((resolve, reject) => {
    const server = net.createServer()
    server.once('error', reject)
    server.listen({ port, host, exclusive: true }, () => resolve(server))
  })
}
