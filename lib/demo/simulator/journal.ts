/**
 * What the simulator remembers: the last 100,000 calls, and exact totals since its start or the last clearing.
 *
 * A call enters the totals once, when it finishes. Tests compare ledgers with these numbers, so usage is what
 * was really produced, whatever the caller was told. A record keeps references only; nothing is computed or
 * formatted until somebody asks.
 */
export type Finish = 'done' | 'aborted' | 'error'

/** Only where a call used it. Audio tokens are inside the prompt. */
const MEDIA = ['images', 'seconds', 'characters', 'audio_tokens'] as const
export type MediaUsage = { readonly [unit in (typeof MEDIA)[number]]?: number }

/** In OpenAI's words for every wire: cached and written tokens are inside the prompt, reasoning inside the completion. */
export type Usage = {
  prompt_tokens: number
  completion_tokens: number
  total_tokens: number
  cached_tokens: number
  cache_write_tokens: number
  reasoning_tokens: number
  images?: number
  seconds?: number
  characters?: number
  audio_tokens?: number
}

export type CallCounts = { calls: number; finished: Record<Finish, number> } & Usage

export type Totals = CallCounts & {
  /** Epoch ms of the start or the last clearing. */
  since: number
  /** Calls that have not finished, whenever they began; they are in no other number. */
  running: number
  models: Record<string, CallCounts>
}

export type CallEntry = {
  id: string
  at: number
  provider: string
  path: string
  model: string | null
  stream: boolean
  usage: Usage
  finished: Finish
  headers: Record<string, string>
}

/** One call. The core fills in the tokens as it produces them. */
export type CallRecord = {
  readonly id: string
  readonly at: number
  readonly provider: string
  readonly path: string
  readonly rawHeaders: readonly string[]
  model: string | null
  stream: boolean
  prompt: number
  completion: number
  cached: number
  cacheWrite: number
  reasoning: number
  media: MediaUsage
  finished: Finish | null
}

export type Journal = {
  /** For an answer that is not a call; calls get theirs when they begin. */
  readonly nextId: () => string
  readonly begin: (call: Pick<CallRecord, 'provider' | 'path' | 'rawHeaders'>) => CallRecord
  /** Only the first of several settlements counts. */
  readonly settle: (record: CallRecord, finished: Finish) => void
  /** Finished calls that arrived at or after that time, in the order in which they finished. */
  readonly recordsSince: (sinceMs: number) => CallRecord[]
  readonly totals: () => Totals
  /** Forgets everything but the calls that are running. */
  readonly clear: () => void
}

const NO_MEDIA: MediaUsage = Object.freeze({})

const MAX_RECORDS = 100_000
/** Beyond it a new model name is counted under `(other)`. */
const MAX_MODELS = 10_000

export function createJournal(nowMs: () => number = Date.now): Journal {
  // Ids stay unique when the simulator is started again: whoever stores them must not see one twice.
  const idPrefix = `sim-${nowMs().toString(36)}-`
  let sequence = 0
  let running = 0
  let since = nowMs()
  let settled = 0
  let ring: CallRecord[] = []
  let models = new Map<string, CallCounts>()
  let lastHeaders: readonly string[] = []

  function countsOf(model: string | null): CallCounts {
    const name = model ?? '(none)'
    const known = models.get(name)
    if (known) return known
    const bounded = models.size < MAX_MODELS ? name : '(other)'
    const counts = models.get(bounded) ?? noCounts()
    models.set(bounded, counts)
    return counts
  }

  const nextId = () => idPrefix + ++sequence

  return {
    nextId,

    begin({ provider, path, rawHeaders }) {
      running++
      lastHeaders = shareEqualTexts(rawHeaders, lastHeaders)
      return {
        id: nextId(),
        at: nowMs(),
        provider,
        path,
        rawHeaders: lastHeaders,
        model: null,
        stream: false,
        prompt: 0,
        completion: 0,
        cached: 0,
        cacheWrite: 0,
        reasoning: 0,
        media: NO_MEDIA,
        finished: null,
      }
    },

    settle(record, finished) {
      if (record.finished) return
      record.finished = finished
      running--
      ring[settled++ % MAX_RECORDS] = record
      count(countsOf(record.model), record, finished)
    },

    recordsSince(sinceMs) {
      const oldest = settled > MAX_RECORDS ? settled % MAX_RECORDS : 0
      return [...ring.slice(oldest), ...ring.slice(0, oldest)].filter((record) => record.at >= sinceMs)
    },

    totals() {
      const all = noCounts()
      for (const counts of models.values()) addCounts(all, counts)
      return { since, running, ...all, models: structuredClone(Object.fromEntries(models)) }
    },

    clear() {
      since = nowMs()
      settled = 0
      ring = []
      models = new Map()
    },
  }
}

/** The record as `/_sim/calls` shows it. */
export function describeCall(record: CallRecord): CallEntry {
  return {
    id: record.id,
    at: record.at,
    provider: record.provider,
    path: record.path,
    model: record.model,
    stream: record.stream,
    usage: {
      prompt_tokens: record.prompt,
      completion_tokens: record.completion,
      total_tokens: record.prompt + record.completion,
      cached_tokens: record.cached,
      cache_write_tokens: record.cacheWrite,
      reasoning_tokens: record.reasoning,
      ...record.media,
    },
    finished: record.finished ?? 'aborted',
    headers: describeHeaders(record.rawHeaders),
  }
}

/** Names in lower case, values as they were received; a repeated header is joined by a comma. */
function describeHeaders(raw: readonly string[]): Record<string, string> {
  const headers = new Map<string, string>()
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = String(raw[i]).toLowerCase()
    const before = headers.get(name)
    headers.set(name, before === undefined ? String(raw[i + 1]) : `${before}, ${raw[i + 1]}`)
  }
  return Object.fromEntries(headers)
}

/**
 * The headers with the texts of the call before wherever they are equal. Callers repeat themselves, so a full
 * journal keeps a few copies of a header and not 100,000.
 */
function shareEqualTexts(headers: readonly string[], before: readonly string[]): readonly string[] {
  return headers.map((text, i) => (text === before[i] ? (before[i] ?? text) : text))
}

function noCounts(): CallCounts {
  return {
    calls: 0,
    finished: { done: 0, aborted: 0, error: 0 },
    prompt_tokens: 0,
    completion_tokens: 0,
    total_tokens: 0,
    cached_tokens: 0,
    cache_write_tokens: 0,
    reasoning_tokens: 0,
  }
}

function count(counts: CallCounts, record: CallRecord, finished: Finish): void {
  counts.calls++
  counts.finished[finished]++
  counts.prompt_tokens += record.prompt
  counts.completion_tokens += record.completion
  counts.total_tokens += record.prompt + record.completion
  counts.cached_tokens += record.cached
  counts.cache_write_tokens += record.cacheWrite
  counts.reasoning_tokens += record.reasoning
  if (record.media !== NO_MEDIA) addMedia(counts, record.media)
}

function addCounts(sum: CallCounts, counts: CallCounts): void {
  sum.calls += counts.calls
  sum.finished.done += counts.finished.done
  sum.finished.aborted += counts.finished.aborted
  sum.finished.error += counts.finished.error
  sum.prompt_tokens += counts.prompt_tokens
  sum.completion_tokens += counts.completion_tokens
  sum.total_tokens += counts.total_tokens
  sum.cached_tokens += counts.cached_tokens
  sum.cache_write_tokens += counts.cache_write_tokens
  sum.reasoning_tokens += counts.reasoning_tokens
  addMedia(sum, counts)
}

function addMedia(sum: CallCounts, more: MediaUsage): void {
  for (const unit of MEDIA) if (more[unit] !== undefined) sum[unit] = (sum[unit] ?? 0) + more[unit]
}
