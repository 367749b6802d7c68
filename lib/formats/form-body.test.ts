import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { boundaryOf, readForm, withText, type FormFile } from '#lib/formats/form-body.ts'

/** A form as Node's own clients write it. */
async function written(fields: readonly (readonly [string, string | Buffer])[]) {
  const form = new FormData()
  for (const [name, value] of fields) {
    if (typeof value === 'string') form.append(name, value)
    else form.append(name, new Blob([new Uint8Array(value)]), 'größe.wav')
  }
  const whole = new Response(form)
  const boundary = boundaryOf(whole.headers.get('content-type')!)!
  return { boundary, bytes: Buffer.from(await whole.arrayBuffer()) }
}

const part = (head: string, value = 'x') => `--b\r\n${head}\r\n\r\n${value}\r\n`
const read = (text: string, deciding: readonly string[] = ['model']) => readForm(Buffer.from(text), 'b', deciding)
const model = part('Content-Disposition: form-data; name="model"', 'whisper-1')

describe('a form', () => {
  test('that a client writes is read as it was meant, whatever bytes the file has', async () => {
    const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array))
    const tricky = fc.constantFrom(
      '\r\n',
      '\r\n--',
      '--b--\r\n',
      '\r\n\r\n',
      'Content-Disposition: form-data; name="model"',
    )
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          bytes,
          tricky.map((text) => Buffer.from(text)),
        ),
        fc.string(),
        async (file, text) => {
          // Clients send a text's line ends as CRLF.
          const prompt = text.replaceAll(/[\r\n\ud800-\udfff]/g, '')
          const form = await written([
            ['model', 'whisper-1'],
            ['file', file],
            ['prompt', prompt],
          ])
          const found = readForm(form.bytes, form.boundary, ['model', 'file'])
          expect(found).toMatchObject({ fields: { model: 'whisper-1', prompt } })
          expect((found as { fields: { file: FormFile } }).fields.file.bytes.equals(file)).toBe(true)
        },
      ),
      { numRuns: 100 },
    )
  })

  test.each([
    'form-data; name="file"; filename="a.wav"',
    'form-data; name=file; filename=a.wav',
    "form-data; name=file; filename=a.wav; filename*=utf-8''gr%C3%B6%C3%9Fe.wav",
    'FORM-DATA;name="file";filename=""',
  ])('of any client has its file: %s', (disposition) => {
    const found = read(`${part(`Content-Disposition: ${disposition}\r\nContent-Type: audio/wav`)}--b--\r\n`)
    expect(found).toMatchObject({ fields: { file: { bytes: Buffer.from('x') } } })
  })

  test('has several values where a name stands several times and decides nothing', () => {
    const twice = part('Content-Disposition: form-data; name="include[]"', 'logprobs')
    expect(read(`${twice}${twice}--b--`)).toEqual({ fields: { 'include[]': ['logprobs', 'logprobs'] } })
  })

  test.each<[string, string]>([
    ['does not begin with its boundary', ` ${model}--b--\r\n`],
    ['has no end', model],
    ['is followed by something', `${model}--b--\r\nmore`],
    ['is followed by another', `${model}--b--\r\n${model}--b--\r\n`],
    ['ends its lines in LF', `${model}--b--\r\n`.replaceAll('\r', '')],
    ['says a name in two ways', `${part('Content-Disposition: form-data; name="a"; name="model"')}--b--`],
    ['quotes half a name', `${part('Content-Disposition: form-data; name="model')}--b--`],
    ['escapes in a name', `${part('Content-Disposition: form-data; name="mod\\"el"')}--b--`],
    [
      'escapes in the name of a file',
      `${part('Content-Disposition: form-data; name="a"; filename="\\"; name=\\"model"')}--b--`,
    ],
    ['names a part by another charset', `${part("Content-Disposition: form-data; name*=utf-8''model")}--b--`],
    ['encodes a part', `${part('Content-Disposition: form-data; name="a"\r\nContent-Transfer-Encoding: base64')}--b--`],
    ['has a part without a name', `${part('Content-Type: text/plain')}--b--`],
    ['folds a header', `${part('Content-Disposition: form-data;\r\n name="model"')}--b--`],
    ['says the model twice', `${model}${model}--b--`],
    ['has two files', `${part('Content-Disposition: form-data; name="a"; filename="a"').repeat(2)}--b--`],
    ['has more parts than any endpoint', `${part('Content-Disposition: form-data; name="a"').repeat(101)}--b--`],
  ])('that %s is refused', (_what, text) => {
    expect(read(text)).toMatchObject({ problem: expect.any(String) as string })
  })

  test('gets another text for a field, and keeps every other byte', async () => {
    const file = Buffer.from([0, 255, 13, 10, 45, 45])
    const { bytes, boundary } = await written([
      ['file', file],
      ['model', 'fast'],
      ['language', 'de'],
    ])
    const changed = withText(bytes, 'model', 'whisper-1')
    expect(changed.toString('latin1')).toBe(bytes.toString('latin1').replace('\r\nfast\r\n', '\r\nwhisper-1\r\n'))
    const added = withText(Buffer.from(`${part('Content-Disposition: form-data; name="a"')}--b--\r\n`), 'model', 'm')
    expect(read(added.toString())).toEqual({ fields: { model: 'm', a: 'x' } })
    expect(boundary).not.toBe('b')
  })
})

describe('the boundary of a content type', () => {
  test.each<[string, string | null]>([
    ['multipart/form-data; boundary=----formdata-undici-012', '----formdata-undici-012'],
    ['Multipart/Form-Data;boundary="a b"', null],
    ['multipart/form-data; boundary="a:b"', 'a:b'],
    ['multipart/form-data; boundary=a; charset=utf-8', 'a'],
    ['multipart/form-data; charset="UTF-8"; boundary=a', 'a'],
    ['multipart/form-data; boundary=a; charset=utf-16', null],
    ['multipart/form-data; boundary=a; boundary=b', null],
    ['multipart/form-data', null],
    ['multipart/mixed; boundary=a', null],
    [`multipart/form-data; boundary=${'a'.repeat(71)}`, null],
  ])('%s is %s', (type, boundary) => {
    expect(boundaryOf(type)).toBe(boundary)
  })
})
