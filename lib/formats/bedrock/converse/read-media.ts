/** Converse's pictures and documents. */
import type { Fields } from '#lib/formats/anthropic/messages/fields.ts'
import { documentTypes, imageTypes } from '#lib/formats/bedrock/converse/media-types.ts'
import type { MediaPart, Source } from '#lib/formats/neutral.ts'

export function readImage(image: Fields, at: string): MediaPart {
  const mediaType = mediaTypeOf(image, imageTypes) ?? image.refuse('format', 'it is missing')
  const source = sourceOf(image)
  const base64 = source.text('bytes')
  source.end()
  image.end()
  return { kind: 'image', at, source: { kind: 'bytes', mediaType, base64 } }
}

export function readDocument(document: Fields, at: string): MediaPart {
  const mediaType = mediaTypeOf(document, documentTypes) ?? 'text/plain'
  const name = document.string('name')
  document.only('context', [''])
  const citations = document.object('citations')
  citations?.only('enabled', [false], 'only Bedrock cites so')
  citations?.end()
  const source = sourceOf(document)
  const read = readSource(source, mediaType)
  source.end()
  document.end()
  return { kind: 'document', at, source: read, ...(name === undefined ? {} : { name }) }
}

function mediaTypeOf(media: Fields, types: Readonly<Record<string, string>>): string | undefined {
  const format = media.oneOf('format', Object.keys(types))
  return format === undefined ? undefined : types[format]
}

function sourceOf(media: Fields): Fields {
  const source = media.object('source') ?? media.refuse('source', 'it is missing')
  source.only('s3Location', [], 'what is in S3 is read by AWS alone')
  return source
}

function readSource(source: Fields, mediaType: string): Source {
  const bytes = source.string('bytes')
  if (bytes !== undefined) return { kind: 'bytes', mediaType, base64: bytes }
  const text = source.string('text') ?? contentText(source)
  return { kind: 'bytes', mediaType: 'text/plain', base64: Buffer.from(text, 'utf8').toString('base64') }
}

/** Content in pieces is cut for citations, which are refused: its texts are one text, one after the other. */
function contentText(source: Fields): string {
  const texts = (source.list('content') ?? source.refuse('bytes', 'it is missing')).map((_, index) => {
    const piece = source.item('content', index)
    const text = piece.text('text')
    piece.end()
    return text
  })
  return texts.join('\n')
}
