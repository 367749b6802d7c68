import { describe, expect, test } from 'vitest'
import { highlight, type Language } from '#components/ui/highlight.ts'

const kinds = (code: string, language: Language) =>
  highlight(code, language)
    .filter((token) => token.kind !== 'plain')
    .map((token) => `${token.kind} ${token.text}`)

describe('a highlighted snippet', () => {
  test.each<[Language, string, string[]]>([
    ['python', 'from openai import OpenAI\nx = OpenAI(api_key="k")', ['keyword from', 'keyword import', 'string "k"']],
    ['shell', 'export A=https://x/v1 # why', ['keyword export', 'string https://x/v1', 'comment # why']],
    [
      'typescript',
      "const a = 5 // five\nimport x from 'y'",
      ['keyword const', 'number 5', 'comment // five', 'keyword import', 'keyword from', "string 'y'"],
    ],
    ['json', '{ "a": 12.5, "b": true }', ['string "a"', 'number 12.5', 'string "b"', 'keyword true']],
    ['env', 'OPENAI_API_KEY=sk-gh-…', ['keyword OPENAI_API_KEY', 'string sk-gh-…']],
    ['text', 'from "here"', []],
  ])('in %s knows its words', (language, code, expected) => expect(kinds(code, language)).toEqual(expected))

  test('loses no character, also of code it does not understand', () => {
    const odd = "x = \"unclosed\n''' `` \\ #\"#{}$(=) 1.2.3 — ünïcode"
    for (const language of ['shell', 'python', 'typescript', 'json', 'toml', 'yaml', 'env', 'text'] as const) {
      expect(
        highlight(odd, language)
          .map((token) => token.text)
          .join(''),
      ).toBe(odd)
    }
  })
})
