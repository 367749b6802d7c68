/** Converse as callers and as Bedrock speak it. */
import { readError, writeError } from '#lib/formats/bedrock/converse/errors.ts'
import { frames } from '#lib/formats/bedrock/converse/framing.ts'
import { readAnswer } from '#lib/formats/bedrock/converse/read-answer.ts'
import { readRequest } from '#lib/formats/bedrock/converse/read-request.ts'
import { streamDecoder } from '#lib/formats/bedrock/converse/stream-decoder.ts'
import { streamEncoder } from '#lib/formats/bedrock/converse/stream-encoder.ts'
import { writeAnswer } from '#lib/formats/bedrock/converse/write-answer.ts'
import { writeRequest } from '#lib/formats/bedrock/converse/write-request.ts'
import type { CallerSide, ProviderSide } from '#lib/formats/neutral.ts'

export const converseCaller: CallerSide = { readRequest, writeAnswer, streamEncoder, writeError }
export const converseProvider: ProviderSide = { writeRequest, readAnswer, framing: frames, streamDecoder, readError }
