import { refusalBody, refusalHeaders, streamError } from '#lib/formats/bedrock/errors.ts'
import { framesType } from '#lib/formats/bedrock/frames.ts'
import { parse } from '#lib/formats/bedrock/parse.ts'
import { converseAnswer, converseStream, invokeAnswer, invokeStream } from '#lib/formats/bedrock/read-answer.ts'
import { isAmbiguous, rewrite } from '#lib/formats/bedrock/rewrite.ts'
import { commonAnswerHeaders, type Format } from '#lib/formats/contract.ts'
import { limitHeaders } from '#lib/formats/openai/limit-headers.ts'
import { modelList, modelPage } from '#lib/formats/openai/models.ts'

/** AWS's wire: the runtime API of Bedrock. */
export const bedrock: Format = {
  name: 'bedrock',
  parse,
  rewrite,
  isAmbiguous,
  refusalBody,
  refusalHeaders,
  // Bedrock lists models at another address than it runs them.
  modelList,
  modelPage,
  streamError,
  streamType: framesType,
  idHeader: 'x-amzn-requestid',
  answerHeaders: [
    ...commonAnswerHeaders,
    'x-amzn-requestid',
    'x-amzn-errortype',
    // What InvokeModel tells beside the model's own answer.
    'x-amzn-bedrock-content-type',
    'x-amzn-bedrock-invocation-latency',
    'x-amzn-bedrock-input-token-count',
    'x-amzn-bedrock-output-token-count',
    'x-amzn-bedrock-cache-read-input-token-count',
    'x-amzn-bedrock-cache-write-input-token-count',
    'x-amzn-bedrock-performanceconfig-latency',
    'x-amzn-bedrock-service-tier',
  ],
  // AWS has no such headers: OpenAI's are those that most tools know.
  limitHeaders,
  readAnswer(operation, stream, _stripUsage, headers = {}) {
    if (operation === 'invoke') return stream ? invokeStream() : invokeAnswer(headers)
    return stream ? converseStream() : converseAnswer()
  },
}
