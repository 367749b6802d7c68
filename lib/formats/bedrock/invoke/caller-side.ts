/** InvokeModel as callers speak it to Anthropic's models: the Messages API, its stream inside Bedrock's frames. */
import { messagesCaller } from '#lib/formats/anthropic/messages/sides.ts'
import { messageEvents } from '#lib/formats/anthropic/messages/stream-encoder.ts'
import { streamedException, writeError } from '#lib/formats/bedrock/converse/errors.ts'
import { writeFrame } from '#lib/formats/bedrock/frames.ts'
import { NotCarried, type CallerSide } from '#lib/formats/neutral.ts'

export const invokeCaller: CallerSide = {
  readRequest(body, addressed) {
    if (typeof body.anthropic_version !== 'string') {
      const field = Object.keys(body)[0] ?? 'body'
      throw new NotCarried(
        field,
        'of InvokeModel’s bodies only Anthropic’s goes to another kind of provider: use Converse',
      )
    }
    const { anthropic_version: _version, anthropic_beta: beta, ...message } = body
    const request = messagesCaller.readRequest({ ...message, stream: addressed.stream }, addressed)
    // What a beta brings has a field of its own, which is known or refused.
    return beta === undefined ? request : { ...request, leftOut: ['anthropic_beta', ...request.leftOut] }
  },
  writeAnswer: messagesCaller.writeAnswer,
  writeError,
  streamEncoder(context) {
    const message = messageEvents(context)
    return {
      write(event) {
        if (event.kind === 'error') return streamedException(event.error)
        // Bedrock passes no pings on.
        const events = message.write(event).filter(({ type }) => type !== 'ping')
        return Buffer.concat(events.map((one) => chunk(JSON.stringify(one))))
      },
    }
  },
}

function chunk(event: string): Buffer {
  return writeFrame('event', 'chunk', { bytes: Buffer.from(event).toString('base64') })
}
