/** A client of the simulator's Gemini wire, for the tests of that wire. Each test file has a simulator of its own. */
import { afterAll, beforeAll, beforeEach, expect } from 'vitest'
import type { CallEntry } from '#lib/demo/simulator/journal.ts'
import { type Simulator, startSimulator } from '#lib/demo/simulator/server.ts'

export let simulator: Simulator

/** Starts it before the tests of a file, clears its journal before each, and stops it after them. */
export function startSimulatorForTests(): void {
  beforeAll(async () => {
    simulator = await startSimulator()
  })
  beforeEach(() => fetch(`${simulator.url}/_sim/calls`, { method: 'DELETE' }))
  afterAll(() => simulator.close())
}

export const model = 'gemini-2.5-flash'
export type Members = Readonly<Record<string, unknown>>

export type Candidate = {
  readonly content: { readonly role: string; readonly parts?: readonly Part[] }
  readonly finishReason?: string
  readonly index: number
}
export type Part = {
  readonly text?: string
  readonly thought?: boolean
  readonly functionCall?: { readonly name: string; readonly args: unknown }
}
export type Answer = {
  readonly candidates: readonly Candidate[]
  readonly usageMetadata?: UsageMetadata
  readonly modelVersion: string
  readonly responseId: string
}
export type UsageMetadata = {
  readonly promptTokenCount: number
  readonly candidatesTokenCount?: number
  readonly thoughtsTokenCount?: number
  readonly cachedContentTokenCount?: number
  readonly totalTokenCount: number
}

export function post(path: string, body: unknown): Promise<Response> {
  return fetch(`${simulator.url}/gemini/v1beta${path}`, {
    method: 'POST',
    headers: { 'x-goog-api-key': 'AIza-anything' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

export const said = (text: string, extra: Members = {}): Members => ({
  contents: [{ role: 'user', parts: [{ text }] }],
  ...extra,
})

export async function ask(text: string, extra: Members = {}): Promise<Answer> {
  const answer = await post(`/models/${model}:generateContent`, said(text, extra))
  expect(answer.status).toBe(200)
  return (await answer.json()) as Answer
}

export const streamed = (text: string, extra: Members = {}, query = '?alt=sse') =>
  post(`/models/${model}:streamGenerateContent${query}`, said(text, extra))

/** Reads what Google's clients read: events that end with CRLF, with nothing but JSON in them. */
export async function chunksOf(text: string, extra: Members = {}): Promise<Answer[]> {
  const answer = await streamed(text, extra)
  expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/)
  return eventsOf(await answer.text(), '\r\n\r\n')
}

export function eventsOf(text: string, end: string | RegExp): Answer[] {
  const events = text.split(end)
  expect(events.pop()).toBe('')
  return events.map((event) => {
    expect(event).toMatch(/^data: \{/)
    return JSON.parse(event.slice('data: '.length)) as Answer
  })
}

export async function chunksOfArray(text: string, extra: Members = {}): Promise<Answer[]> {
  const answer = await streamed(text, extra, '')
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
  return (await answer.json()) as Answer[]
}

export const visibleText = (answers: readonly Answer[], index = 0) =>
  answers
    .flatMap((answer) => answer.candidates.filter((candidate) => candidate.index === index))
    .flatMap((candidate) => candidate.content.parts ?? [])
    .filter((part) => !part.thought)
    .map((part) => part.text ?? '')
    .join('')

export async function lastCall(): Promise<CallEntry> {
  const entries = (await (await fetch(`${simulator.url}/_sim/calls`)).json()) as CallEntry[]
  return entries.at(-1)!
}

/** The journal's usage in Gemini's words: reasoning is inside the completion there, and outside the candidates here. */
export function asGeminiCounts({ usage }: CallEntry) {
  return {
    promptTokenCount: usage.prompt_tokens,
    candidatesTokenCount: usage.completion_tokens - usage.reasoning_tokens,
    thoughtsTokenCount: usage.reasoning_tokens,
    cachedContentTokenCount: usage.cached_tokens,
    totalTokenCount: usage.total_tokens,
  }
}

export const detailed = '@sim in=1000 out=50 cached=600 reasoning=20 chunk=7 hi'
export const detailedCounts = {
  promptTokenCount: 1000,
  candidatesTokenCount: 30,
  thoughtsTokenCount: 20,
  cachedContentTokenCount: 600,
  totalTokenCount: 1050,
}

/** The message of a 400 in Google's shape. */
export async function refusal(answer: Response): Promise<string> {
  expect(answer.status).toBe(400)
  const body = (await answer.json()) as { error: { message: string } }
  expect(body).toEqual({ error: { code: 400, message: expect.any(String), status: 'INVALID_ARGUMENT' } })
  return body.error.message
}

/** Names the place and nothing within it. */
export function startOf(place: string): RegExp {
  return new RegExp(`^${place.replaceAll(/[[\].]/g, '\\$&')} `)
}

export const clock = { name: 'get_time' }
export const weather = {
  name: 'get_weather',
  parameters: { type: 'OBJECT', properties: { city: { type: 'STRING' }, days: { type: 'INTEGER' } } },
}
export const tools = [{ functionDeclarations: [clock] }, { function_declarations: [weather] }]
export const calling = (config: Members) => ({ toolConfig: { functionCallingConfig: config } })
