/**
 * Callers that take a stream at a kilobyte a second, as a process of their own.
 * Arguments: the gateway's address, a key, how many. Says `slow callers ready` when every one has been answered, and
 * lives until it is ended.
 */
import net from 'node:net'

const [url = '', key = '', count = ''] = process.argv.slice(2)
const { hostname, port } = new URL(url)
const bytesASecond = 1_024

const body = JSON.stringify({
  model: 'gpt-4o-mini',
  stream: true,
  stream_options: { include_usage: true },
  messages: [{ role: 'user', content: '@sim out=2000000 chunk=1000' }],
})
const request =
  `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${key}\r\n` +
  `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`

let answered = 0

function startCaller(): void {
  let isAnswered = false
  const socket: net.Socket = net.connect({
    host: hostname,
    port: Number(port),
    // No more is read from the system than this at once.
    onread: {
      buffer: Buffer.alloc(bytesASecond),
      callback(bytes, buffer) {
        if (!isAnswered) {
          isAnswered = true
          const text = Buffer.from(buffer.subarray(0, bytes)).toString('latin1')
          if (!text.includes(' 200 ')) fail(text)
          answered += 1
          if (answered === Number(count)) process.stdout.write('slow callers ready\n')
        }
        setTimeout(() => socket.resume(), (bytes / bytesASecond) * 1_000)
        return false
      },
    },
  })
  // One that takes nothing new for half a minute, for the systems' buffers are large, may be given up.
  socket.on('error', () => {})
  socket.on('close', () => isAnswered || fail('a connection ended before its answer'))
  socket.write(request)
}

function fail(why: string): never {
  process.stderr.write(`${why}\n`)
  process.exit(1)
}

for (let i = 0; i < Number(count); i++) startCaller()
