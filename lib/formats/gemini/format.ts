import { countAnswer } from '#lib/formats/count-answer.ts'
import { commonAnswerHeaders, eventStreamType, type Format } from '#lib/formats/contract.ts'
import { predictAnswer } from '#lib/formats/gemini/embeddings/predict.ts'
import { refusalBody, streamError } from '#lib/formats/gemini/errors.ts'
import { modelList, modelPage } from '#lib/formats/gemini/models.ts'
import { parse } from '#lib/formats/gemini/parse.ts'
import { jsonAnswer, streamAnswer } from '#lib/formats/gemini/read-answer.ts'
import { isAmbiguous, rewrite } from '#lib/formats/gemini/rewrite.ts'
import { limitHeaders } from '#lib/formats/openai/limit-headers.ts'

/** Google's wire: the Gemini API. */
export const gemini: Format = {
  name: 'gemini',
  parse,
  rewrite,
  isAmbiguous,
  refusalBody,
  modelList,
  modelPage,
  streamError,
  streamType: eventStreamType,
  idHeader: null,
  answerHeaders: commonAnswerHeaders,
  // Google has no such headers: OpenAI's are those that most tools know.
  limitHeaders,
  readAnswer(operation, stream) {
    if (operation === 'countTokens') return countAnswer()
    if (operation === 'predict') return predictAnswer()
    return stream ? streamAnswer() : jsonAnswer()
  },
}
