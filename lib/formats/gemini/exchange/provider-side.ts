import { streamDecoder } from '#lib/formats/gemini/exchange/decode-stream.ts'
import { readError } from '#lib/formats/gemini/exchange/errors.ts'
import { readAnswer } from '#lib/formats/gemini/exchange/read-answer.ts'
import { writeRequest } from '#lib/formats/gemini/exchange/write-request.ts'
import { serverSentEvents } from '#lib/formats/server-sent-events.ts'
import type { ProviderSide } from '#lib/formats/neutral.ts'

/** Gemini's generateContent as providers speak it. */
export const generateContentProvider: ProviderSide = {
  writeRequest,
  readAnswer,
  framing: serverSentEvents,
  streamDecoder,
  readError,
}
