/** Anthropic's image and document blocks. */
import type { Fields } from '#lib/formats/anthropic/messages/fields.ts'
import { cacheOf } from '#lib/formats/anthropic/messages/cache-control.ts'
import type { MediaPart, Source } from '#lib/formats/neutral.ts'

export function readImage(block: Fields): MediaPart {
  const cache = cacheOf(block)
  const transformations = block.object('transformations')
  // Downsizing what is too large is the default; another provider cannot promise to refuse instead.
  transformations?.only('oversized_image', ['downsize'])
  transformations?.end()
  return { kind: 'image', at: block.at, source: sourceOf(block, imageTypes), ...cache }
}

export function readDocument(block: Fields): MediaPart {
  const cache = cacheOf(block)
  const name = block.string('title')
  block.only('context', [''])
  const citations = block.object('citations')
  citations?.only('enabled', [false], 'only Anthropic cites')
  citations?.end()
  return {
    kind: 'document',
    at: block.at,
    source: sourceOf(block, ['application/pdf']),
    ...(name === undefined ? {} : { name }),
    ...cache,
  }
}

export const imageTypes = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'] as const

function sourceOf(block: Fields, mediaTypes: readonly string[]): Source {
  const source = block.object('source') ?? block.refuse('source', 'it is missing')
  const read = readSource(source, mediaTypes)
  source.end()
  return read
}

function readSource(source: Fields, mediaTypes: readonly string[]): Source {
  switch (source.text('type')) {
    case 'base64': {
      const mediaType = source.oneOf('media_type', mediaTypes) ?? source.refuse('media_type', 'it is missing')
      return { kind: 'bytes', mediaType, base64: source.text('data') }
    }
    case 'text':
      source.only('media_type', ['text/plain'])
      return plainText(source.text('data'))
    case 'content':
      return plainText(contentText(source))
    case 'url':
      return { kind: 'url', url: source.text('url') }
    case 'file':
      return { kind: 'file', id: source.text('file_id') }
    default:
      return source.refuse('type')
  }
}

/** Content in blocks of its own is cut for citations, which are refused: its texts are one text, one after the other. */
function contentText(source: Fields): string {
  const content = source.get('content')
  if (typeof content === 'string') return content
  const texts = (source.list('content') ?? source.refuse('content', 'it is missing')).map((_, index) => {
    const block = source.item('content', index)
    block.oneOf('type', ['text'])
    block.only('citations')
    cacheOf(block)
    const text = block.text('text')
    block.end()
    return text
  })
  return texts.join('\n')
}

function plainText(text: string): Source {
  return { kind: 'bytes', mediaType: 'text/plain', base64: Buffer.from(text, 'utf8').toString('base64') }
}
