import { writeError } from '#lib/formats/gemini/exchange/errors.ts'
import { readRequest } from '#lib/formats/gemini/exchange/read-request.ts'
import { streamEncoder, writeAnswer } from '#lib/formats/gemini/exchange/write-answer.ts'
import type { CallerSide } from '#lib/formats/neutral.ts'

/** Gemini's generateContent as callers speak it. */
export const generateContentCaller: CallerSide = { readRequest, writeAnswer, streamEncoder, writeError }
