/*
 * Colours for the few languages of our snippets: strings, numbers, comments and the words that begin a statement.
 * A scanner, not a parser: what it does not know stays plain, and no text is ever lost.
 */

export type Language = 'shell' | 'python' | 'typescript' | 'json' | 'toml' | 'yaml' | 'env' | 'text'
export type Token = { readonly kind: 'plain' | 'string' | 'number' | 'keyword' | 'comment'; readonly text: string }

const STRING = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/y
const NUMBER = /\b\d+(?:\.\d+)?\b/y
const WORD = /[A-Za-z_][\w-]*/y

const comments: Record<Language, RegExp | null> = {
  shell: /(?<=^|\s)#[^\n]*/y,
  python: /#[^\n]*/y,
  typescript: /\/\/[^\n]*/y,
  toml: /#[^\n]*/y,
  yaml: /(?<=^|\s)#[^\n]*/y,
  env: /(?<=^|\n)#[^\n]*/y,
  json: null,
  text: null,
}

const words = (text: string) => new Set(text.split(' '))
const keywords: Partial<Record<Language, ReadonlySet<string>>> = {
  shell: words('export curl npx npm claude codex gemini kubectl gh aws set echo -H -d -N -X -s -sS'),
  python: words('from import as def return for in with if else print async await class None True False'),
  typescript: words('import from const let await async new for of return function export type if else null true false'),
  json: words('true false null'),
  toml: words('true false'),
  yaml: words('true false null'),
}

export function highlight(code: string, language: Language): readonly Token[] {
  if (language === 'text') return [{ kind: 'plain', text: code }]
  const tokens: Token[] = []
  let plain = ''
  const push = (kind: Token['kind'], text: string) => {
    if (plain) tokens.push({ kind: 'plain', text: plain })
    plain = ''
    tokens.push({ kind, text })
  }
  let at = 0
  while (at < code.length) {
    const found = nextToken(code, at, language)
    if (found.kind === 'plain') plain += found.text
    else push(found.kind, found.text)
    at += found.text.length
  }
  if (plain) tokens.push({ kind: 'plain', text: plain })
  return tokens
}

function nextToken(code: string, at: number, language: Language): Token {
  const comment = comments[language] && match(comments[language], code, at)
  if (comment) return { kind: 'comment', text: comment }
  const assigned =
    (language === 'env' || language === 'shell') && code[at - 1] === '=' ? match(/[^\s"'`$]+/y, code, at) : null
  if (assigned) return { kind: 'string', text: assigned }
  const string = match(STRING, code, at)
  if (string) return { kind: 'string', text: string }
  const word = match(WORD, code, at) ?? match(/-[A-Za-z]+\b/y, code, at)
  if (word) {
    const known = keywords[language]?.has(word) || (language === 'env' && code[at + word.length] === '=')
    return { kind: known && !/[\w.]/.test(code[at - 1] ?? '') ? 'keyword' : 'plain', text: word }
  }
  const number = match(NUMBER, code, at)
  if (number) return { kind: 'number', text: number }
  return { kind: 'plain', text: code[at] ?? '' }
}

function match(pattern: RegExp, code: string, at: number): string | null {
  pattern.lastIndex = at
  const found = pattern.exec(code)?.[0]
  return found || null
}
