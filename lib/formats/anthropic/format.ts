import { commonAnswerHeaders, eventStreamType, type Format } from '#lib/formats/contract.ts'
import { refusalBody, streamError } from '#lib/formats/anthropic/errors.ts'
import { limitHeaders } from '#lib/formats/anthropic/limit-headers.ts'
import { modelList, modelPage } from '#lib/formats/anthropic/models.ts'
import { parse } from '#lib/formats/anthropic/parse.ts'
import { jsonAnswer, streamAnswer } from '#lib/formats/anthropic/read-answer.ts'
import { countAnswer } from '#lib/formats/count-answer.ts'
import { isAmbiguous, rewrite } from '#lib/formats/anthropic/rewrite.ts'

/** Anthropic's wire: the Messages API. */
export const anthropic: Format = {
  name: 'anthropic',
  parse,
  rewrite,
  isAmbiguous,
  refusalBody,
  modelList,
  modelPage,
  streamError,
  streamType: eventStreamType,
  limitHeaders,
  idHeader: 'request-id',
  answerHeaders: [...commonAnswerHeaders, 'request-id'],
  readAnswer(operation, stream) {
    if (operation === 'count_tokens') return countAnswer()
    return stream ? streamAnswer() : jsonAnswer()
  },
}
