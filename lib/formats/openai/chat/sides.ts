import type { CallerSide, ProviderSide } from '#lib/formats/neutral.ts'
import { readError, writeError } from '#lib/formats/openai/chat/errors.ts'
import { readAnswer } from '#lib/formats/openai/chat/read-answer.ts'
import { readRequest } from '#lib/formats/openai/chat/read-request.ts'
import { streamDecoder } from '#lib/formats/openai/chat/stream-decoder.ts'
import { streamEncoder } from '#lib/formats/openai/chat/stream-encoder.ts'
import { writeAnswer } from '#lib/formats/openai/chat/write-answer.ts'
import { writeRequest } from '#lib/formats/openai/chat/write-request.ts'
import { serverSentEvents } from '#lib/formats/server-sent-events.ts'

/** Chat completions as callers speak them. */
export const chatCaller: CallerSide = { readRequest, writeAnswer, streamEncoder, writeError }

/** Chat completions as OpenAI and OpenAI-compatible servers speak them. */
export const chatProvider: ProviderSide = {
  writeRequest,
  readAnswer,
  framing: serverSentEvents,
  streamDecoder,
  readError,
}
