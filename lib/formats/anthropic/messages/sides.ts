/** The Messages API as callers and as providers speak it. */
import { readError, writeError } from '#lib/formats/anthropic/messages/errors.ts'
import { readAnswer } from '#lib/formats/anthropic/messages/read-answer.ts'
import { readRequest } from '#lib/formats/anthropic/messages/read-request.ts'
import { streamDecoder } from '#lib/formats/anthropic/messages/stream-decoder.ts'
import { streamEncoder } from '#lib/formats/anthropic/messages/stream-encoder.ts'
import { writeAnswer } from '#lib/formats/anthropic/messages/write-answer.ts'
import { writeRequest } from '#lib/formats/anthropic/messages/write-request.ts'
import { serverSentEvents } from '#lib/formats/server-sent-events.ts'
import type { CallerSide, ProviderSide } from '#lib/formats/neutral.ts'

export const messagesCaller: CallerSide = { readRequest, writeAnswer, streamEncoder, writeError }
export const messagesProvider: ProviderSide = {
  writeRequest,
  readAnswer,
  framing: serverSentEvents,
  streamDecoder,
  readError,
}
