import fc from 'fast-check'
import { expect, test } from 'vitest'
import { generateContentCaller } from '#lib/formats/gemini/exchange/caller-side.ts'
import { generateContentProvider } from '#lib/formats/gemini/exchange/provider-side.ts'
import type { NeutralRequest, Turn } from '#lib/formats/neutral.ts'

const target = { model: 'gemini-2.5-flash', outputMaximum: null, outputAllowed: 1_000 }

test('what is written is read as what it was', () => {
  const text = fc.string({ minLength: 1 })
  const name = fc.stringMatching(/^[a-z]{1,8}$/)
  const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined })
  const settings = fc.record(
    {
      temperature: fc.double({ min: 0, max: 2, noNaN: true }),
      topK: fc.nat(100),
      seed: fc.integer(),
      stop: fc.array(text, { minLength: 1, maxLength: 5 }),
      toolChoice: fc.constantFrom({ kind: 'any' } as const, { kind: 'none' } as const),
      showThinking: fc.constant(true),
      output: fc.constantFrom({ kind: 'json' } as const),
    },
    { requiredKeys: [] },
  )
  const exchange = fc.record({
    asked: text,
    thought: maybe(text),
    answered: text,
    called: maybe(fc.tuple(name, fc.dictionary(name, fc.jsonValue()), text)),
  })
  fc.assert(
    fc.property(
      settings,
      fc.array(exchange, { minLength: 1, maxLength: 4 }),
      fc.array(text, { maxLength: 2 }),
      (set, exchanges, system) => {
        const at = ''
        const turns = exchanges.flatMap(({ asked, thought, answered, called }, i): Turn[] => [
          { role: 'user', parts: [{ kind: 'text', at, text: asked }] },
          {
            role: 'assistant',
            parts: [
              ...(thought ? [{ kind: 'thinking', at, text: thought, signature: 'c2ln' } as const] : []),
              { kind: 'text', at, text: answered },
              ...(called
                ? [
                    {
                      kind: 'tool call',
                      at,
                      id: `id_${i}`,
                      name: called[0],
                      arguments: JSON.stringify(called[1]),
                      signature: null,
                    } as const,
                  ]
                : []),
            ],
          },
          ...(called
            ? ([
                {
                  role: 'user',
                  parts: [
                    {
                      kind: 'tool result',
                      at,
                      id: `id_${i}`,
                      name: called[0],
                      content: [{ kind: 'text', at, text: `> ${called[2]}` }],
                      failed: i % 2 === 1,
                    },
                  ],
                },
              ] as Turn[])
            : []),
        ])
        const request: NeutralRequest = {
          stream: false,
          tools: [],
          named: {},
          leftOut: [],
          ...set,
          turns: joined(turns),
          system: system.map((one) => ({ kind: 'text', at, text: one }) as const),
        }
        const { body } = generateContentProvider.writeRequest(request, target)
        const read = generateContentCaller.readRequest(body, { model: 'x', stream: false })
        expect(placeless({ ...read, named: {} })).toEqual(placeless(request))
      },
    ),
  )
})

/** A result and the next question are one turn. */
function joined(turns: readonly Turn[]): Turn[] {
  return turns.reduce<Turn[]>((all, turn) => {
    const last = all.at(-1)
    if (last?.role === 'user' && turn.role === 'user')
      return [...all.slice(0, -1), { role: 'user', parts: [...last.parts, ...turn.parts] }]
    return [...all, turn]
  }, [])
}

function placeless(request: object): unknown {
  return JSON.parse(JSON.stringify(request, (key, value: unknown) => (key === 'at' ? undefined : value)))
}
