/**
 * One call's way from its caller's wire to a provider's and back. Pure: bodies and bytes in, bodies and bytes out.
 */
import { messagesCaller, messagesProvider } from '#lib/formats/anthropic/messages/sides.ts'
import type { Addressed, AnswerReader, Operation, ParseProblem } from '#lib/formats/contract.ts'
import { converseCaller, converseProvider } from '#lib/formats/bedrock/converse/sides.ts'
import { invokeCaller } from '#lib/formats/bedrock/invoke/caller-side.ts'
import type { EmbeddingCaller, EmbeddingProvider } from '#lib/formats/embeddings/neutral.ts'
import { batchEmbedContentsProvider } from '#lib/formats/gemini/embeddings/batch-provider.ts'
import { batchEmbedContentsCaller, embedContentCaller } from '#lib/formats/gemini/embeddings/caller-side.ts'
import { predictProvider } from '#lib/formats/gemini/embeddings/predict.ts'
import { generateContentCaller } from '#lib/formats/gemini/exchange/caller-side.ts'
import { generateContentProvider } from '#lib/formats/gemini/exchange/provider-side.ts'
import {
  NotCarried,
  type AnswerContext,
  type AnswerEvent,
  type CallerSide,
  type ProviderError,
  type ProviderSide,
  type WriteTarget,
  type WrittenRequest,
} from '#lib/formats/neutral.ts'
import { chatCaller, chatProvider } from '#lib/formats/openai/chat/sides.ts'
import { embeddingsCaller } from '#lib/formats/openai/embeddings/caller-side.ts'
import { embeddingsProvider } from '#lib/formats/openai/embeddings/provider-side.ts'
import { responsesCaller } from '#lib/formats/openai/responses/sides.ts'

// Each wire's own sides, by what a conversation is called there.
const callerSides: Partial<Record<Operation, CallerSide>> = {
  chat: chatCaller,
  converse: converseCaller,
  generateContent: generateContentCaller,
  invoke: invokeCaller,
  messages: messagesCaller,
  responses: responsesCaller,
}
const providerSides: Partial<Record<Operation, ProviderSide>> = {
  chat: chatProvider,
  converse: converseProvider,
  generateContent: generateContentProvider,
  messages: messagesProvider,
}

const embeddingCallers: Partial<Record<Operation, EmbeddingCaller>> = {
  embeddings: embeddingsCaller,
  embedContent: embedContentCaller,
  batchEmbedContents: batchEmbedContentsCaller,
}
const embeddingProviders: Partial<Record<Operation, EmbeddingProvider>> = {
  embeddings: embeddingsProvider,
  batchEmbedContents: batchEmbedContentsProvider,
  predict: predictProvider,
}

/** Whether calls for `asked` can be carried as calls for `spoken`. */
export function isTranslatable(asked: Operation, spoken: Operation): boolean {
  return asked !== spoken && exchangeOf(asked).speaks(spoken)
}

/** What one request becomes on other wires; read once, however many targets there are. */
export type Translation = {
  /** The request for a provider that speaks `spoken`, or the field that has no place there. */
  write(spoken: Operation, target: WriteTarget): WrittenRequest | ParseProblem
}

export function translationOf(
  asked: Operation,
  body: Readonly<Record<string, unknown>>,
  addressed: Addressed,
): Translation {
  return exchangeOf(asked).translation(asked, body, addressed)
}

/** A whole answer in the caller's terms; null where the provider's is none of its wire. */
export function translateAnswer(
  asked: Operation,
  spoken: Operation,
  body: Buffer,
  context: AnswerContext,
): string | null {
  const json = parseJson(body)
  return json === undefined ? null : exchangeOf(asked).answer(asked, spoken, json, context)
}

/** A provider's error in the caller's shape. */
export function translateError(
  asked: Operation,
  spoken: Operation,
  status: number,
  body: Buffer,
  context: AnswerContext,
): string {
  return exchangeOf(asked).error(asked, spoken, status, parseJson(body), context)
}

/** What calls of one kind have in common, whatever stands between their callers and providers. */
type Exchange = {
  speaks(spoken: Operation): boolean
  translation: typeof translationOf
  answer(asked: Operation, spoken: Operation, json: unknown, context: AnswerContext): string | null
  error(asked: Operation, spoken: Operation, status: number, json: unknown, context: AnswerContext): string
}

type Caller<Request, Answer> = {
  readRequest(body: Readonly<Record<string, unknown>>, addressed: Addressed): Request
  writeAnswer(answer: Answer, context: AnswerContext): string
  writeError(error: ProviderError, context: AnswerContext): string
}
type Provider<Request, Answer> = {
  writeRequest(request: Request, target: WriteTarget): WrittenRequest
  readAnswer(body: unknown): Answer | null
  readError(status: number, body: unknown): ProviderError
}

function exchange<Request extends { readonly leftOut: readonly string[] }, Answer extends object>(
  callers: Partial<Record<Operation, Caller<Request, Answer>>>,
  providers: Partial<Record<Operation, Provider<Request, Answer>>>,
): Exchange {
  return {
    speaks: (spoken) => providers[spoken] !== undefined,
    translation(asked, body, addressed) {
      let read: { readonly request: Request } | ParseProblem | null = null
      return {
        write(spoken, target) {
          read ??= carried(() => ({ request: callers[asked]!.readRequest(body, addressed) }))
          if ('problem' in read) return read
          const { request } = read
          return carried(() => {
            const written = providers[spoken]!.writeRequest(request, target)
            return { body: written.body, leftOut: [...request.leftOut, ...written.leftOut] }
          })
        },
      }
    },
    answer(asked, spoken, json, context) {
      const answer = providers[spoken]!.readAnswer(json)
      return answer && callers[asked]!.writeAnswer(answer, context)
    },
    error: (asked, spoken, status, json, context) =>
      callers[asked]!.writeError(providers[spoken]!.readError(status, json), context),
  }
}

const conversations = exchange(callerSides, providerSides)
const embeddings = exchange(embeddingCallers, embeddingProviders)
/** Images, sound and the like, which only their own wire has. */
const nothing = exchange({}, {})

function exchangeOf(asked: Operation): Exchange {
  if (callerSides[asked]) return conversations
  return embeddingCallers[asked] ? embeddings : nothing
}

function carried<T>(run: () => T): T | ParseProblem {
  try {
    return run()
  } catch (error) {
    if (error instanceof NotCarried) return { problem: error.message, param: error.param }
    throw error
  }
}

/**
 * A stream on its way: `reader` reads usage from the provider's own bytes, and what goes on is in the caller's terms.
 * A stream that cannot be read, or that ends before its answer does, ends with `brokenOff`.
 */
export function translateStream(
  reader: AnswerReader,
  asked: Operation,
  spoken: Operation,
  context: AnswerContext,
  brokenOff: () => string | Buffer,
): AnswerReader {
  const { framing, streamDecoder } = providerSides[spoken]!
  const decoder = streamDecoder()
  const encoder = callerSides[asked]!.streamEncoder(context)
  let out: (string | Buffer)[] = []
  let state: 'open' | 'finished' | 'ended' | 'failed' | 'unreadable' = 'open'
  const cutter = framing({
    event(data, name) {
      if (state !== 'open' && state !== 'finished') return
      try {
        for (const answerEvent of decoder.read(data, name)) take(answerEvent)
      } catch {
        state = 'unreadable'
      }
    },
    unreadable() {
      if (state === 'open' || state === 'finished') state = 'unreadable'
    },
  })

  function take(event: AnswerEvent): void {
    if (event.kind === 'finish') state = 'finished'
    if (event.kind === 'end') state = 'ended'
    if (event.kind === 'error') state = 'failed'
    out.push(encoder.write(event))
  }

  function taken(): Buffer {
    const bytes = Buffer.concat(out.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)))
    out = []
    return bytes
  }

  return {
    push(chunk) {
      reader.push(chunk)
      if (state !== 'unreadable') cutter.feed(chunk)
      return taken()
    },
    end() {
      reader.end()
      if (state !== 'unreadable') cutter.end()
      // Some also omit the mark of the end, once all has been said.
      if (state === 'finished') take({ kind: 'end' })
      if (state === 'open' || state === 'unreadable') out.push(brokenOff())
      return taken()
    },
    reading: () => ({ ...reader.reading(), complete: state === 'ended' }),
  }
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown
  } catch {
    return undefined
  }
}
