import { describe, expect, test } from 'vitest'
import { createJournal, describeCall, type Finish, type Journal } from '#lib/demo/simulator/journal.ts'

const call = { provider: 'openai', path: '/openai/v1/chat/completions', rawHeaders: ['Host', 'x'] }

function finishCall(journal: Journal, tokens = 1, finished: Finish = 'done', model: string | null = 'm'): void {
  const record = journal.begin(call)
  Object.assign(record, { model, prompt: tokens, completion: tokens })
  journal.settle(record, finished)
}

describe('the totals', () => {
  test('add up calls and tokens, in all and by model', () => {
    const journal = createJournal(() => 5_000)
    finishCall(journal, 10, 'done', 'a')
    finishCall(journal, 20, 'aborted', 'a')
    finishCall(journal, 0, 'error', null)
    journal.begin(call)
    const totals = journal.totals()
    expect(totals).toMatchObject({
      since: 5_000,
      running: 1,
      calls: 3,
      finished: { done: 1, aborted: 1, error: 1 },
      prompt_tokens: 30,
      completion_tokens: 30,
      total_tokens: 60,
    })
    expect(totals.models.a).toMatchObject({ calls: 2, finished: { done: 1, aborted: 1, error: 0 }, total_tokens: 60 })
    expect(totals.models['(none)']).toMatchObject({ calls: 1, finished: { error: 1 } })
  })

  test('count a call once however often it is settled', () => {
    const journal = createJournal()
    const record = journal.begin(call)
    journal.settle(record, 'error')
    journal.settle(record, 'aborted')
    expect(journal.totals()).toMatchObject({ calls: 1, running: 0, finished: { error: 1, aborted: 0 } })
  })

  test('are those of an instant, whatever happens later', () => {
    const journal = createJournal()
    finishCall(journal)
    const before = journal.totals()
    finishCall(journal)
    expect(before.calls).toBe(1)
    expect(before.models.m!.calls).toBe(1)
  })

  test('start again at the clearing, but running calls still count when they finish', () => {
    const journal = createJournal()
    finishCall(journal)
    const record = journal.begin(call)
    journal.clear()
    expect(journal.totals()).toMatchObject({ calls: 0, running: 1, models: {} })
    journal.settle(record, 'done')
    expect(journal.totals()).toMatchObject({ calls: 1, running: 0 })
    expect(journal.recordsSince(0)).toEqual([record])
  })
})

describe('the list of calls', () => {
  test('keeps the last 100,000 in the order in which they finished, while the totals keep all', () => {
    const journal = createJournal()
    for (let i = 0; i < 100_003; i++) finishCall(journal, i)
    const records = journal.recordsSince(0)
    expect(records).toHaveLength(100_000)
    expect([records[0]!.prompt, records.at(-1)!.prompt]).toEqual([3, 100_002])
    expect(journal.totals().calls).toBe(100_003)
  })

  test('begins with calls that arrived at the given time', () => {
    let nowMs = 1_000
    const journal = createJournal(() => nowMs)
    for (; nowMs < 1_005; nowMs++) finishCall(journal)
    expect(journal.recordsSince(1_003).map((record) => record.at)).toEqual([1_003, 1_004])
  })

  test('shows each call with the headers it came with', () => {
    const journal = createJournal(() => 1_000)
    const headers = ['Authorization', 'Bearer sk-1', 'X-Tag', 'a', 'x-tag', 'b']
    const before = journal.begin({ ...call, rawHeaders: ['Authorization', 'Bearer sk-2'] })
    const record = journal.begin({ ...call, rawHeaders: headers })
    Object.assign(record, {
      model: 'm',
      stream: true,
      prompt: 9,
      completion: 8,
      cached: 7,
      cacheWrite: 1,
      reasoning: 6,
    })
    journal.settle(record, 'done')
    expect(describeCall(record)).toEqual({
      id: expect.stringMatching(/^sim-\w+-2$/),
      at: 1_000,
      provider: 'openai',
      path: '/openai/v1/chat/completions',
      model: 'm',
      stream: true,
      usage: {
        prompt_tokens: 9,
        completion_tokens: 8,
        total_tokens: 17,
        cached_tokens: 7,
        cache_write_tokens: 1,
        reasoning_tokens: 6,
      },
      finished: 'done',
      headers: { authorization: 'Bearer sk-1', 'x-tag': 'a, b' },
    })
    expect(describeCall(before).headers).toEqual({ authorization: 'Bearer sk-2' })
  })
})
