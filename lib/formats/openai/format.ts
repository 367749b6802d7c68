import {
  commonAnswerHeaders,
  eventStreamType,
  type AnswerReader,
  type Format,
  type Operation,
} from '#lib/formats/contract.ts'
import { refusalBody, streamError } from '#lib/formats/openai/errors.ts'
import { imagesJson, imagesStream } from '#lib/formats/openai/images/read-answer.ts'
import { limitHeaders } from '#lib/formats/openai/limit-headers.ts'
import { modelList, modelPage } from '#lib/formats/openai/models.ts'
import { parse } from '#lib/formats/openai/parse.ts'
import {
  completionJson,
  completionStream,
  jsonAnswer,
  moderationJson,
  streamAnswer,
} from '#lib/formats/openai/read-answer.ts'
import { responseJson, responseStream } from '#lib/formats/openai/responses/read-answer.ts'
import { isAmbiguous, rewrite } from '#lib/formats/openai/rewrite.ts'
import { speechBytes, speechStream } from '#lib/formats/openai/speech/read-answer.ts'
import { transcriptionAnswer, transcriptionStream } from '#lib/formats/openai/transcriptions/read-answer.ts'

/** OpenAI's wire, which OpenAI-compatible servers share. */
export const openai: Format = {
  name: 'openai',
  // Where the address names a model, it decides: Azure's clients may say another one in the body, or none.
  parse: (operation, body, { model }) => parse(operation, model === null ? body : { ...(body as object), model }),
  rewrite,
  isAmbiguous,
  refusalBody,
  modelList,
  modelPage,
  streamError,
  streamType: eventStreamType,
  limitHeaders,
  idHeader: 'x-request-id',
  answerHeaders: [
    ...commonAnswerHeaders,
    'x-request-id',
    'openai-processing-ms',
    'openai-version',
    // Azure's, which its support asks for.
    'apim-request-id',
  ],
  readAnswer,
}

function readAnswer(operation: Operation, stream: boolean, stripUsage: boolean): AnswerReader {
  switch (operation) {
    case 'responses':
      return stream ? responseStream() : responseJson()
    case 'completions':
      return stream ? completionStream(stripUsage) : completionJson()
    case 'moderations':
      return moderationJson()
    case 'images':
      return stream ? imagesStream() : imagesJson()
    case 'speech':
      return stream ? speechStream() : speechBytes()
    case 'transcriptions':
      return stream ? transcriptionStream() : transcriptionAnswer()
    default:
      return stream ? streamAnswer(stripUsage) : jsonAnswer()
  }
}
