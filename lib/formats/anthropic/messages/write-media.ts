/** Images and documents as Anthropic's blocks. */
import type { MarkCache } from '#lib/formats/anthropic/messages/cache-control.ts'
import { imageTypes } from '#lib/formats/anthropic/messages/read-media.ts'
import { NotCarried, type MediaPart } from '#lib/formats/neutral.ts'

export function writeMedia(part: MediaPart, mark: MarkCache, leftOut: string[]): object {
  // Anthropic looks at every image in one way.
  if (part.detail && part.detail !== 'auto') leftOut.push(part.at)
  if (part.kind === 'image') return { type: 'image', source: imageSource(part), ...mark(part) }
  const title = part.name === undefined ? {} : { title: part.name }
  return { type: 'document', source: documentSource(part), ...title, ...mark(part) }
}

function imageSource({ source, at }: MediaPart): object {
  if (source.kind !== 'bytes') return sourceElsewhere(source, at)
  if (!imageTypes.some((type) => type === source.mediaType)) {
    throw new NotCarried(at, `it takes no images of type ${source.mediaType}`)
  }
  return { type: 'base64', media_type: source.mediaType, data: source.base64 }
}

function documentSource({ source, at }: MediaPart): object {
  if (source.kind !== 'bytes') return sourceElsewhere(source, at)
  if (source.mediaType === 'application/pdf') {
    return { type: 'base64', media_type: source.mediaType, data: source.base64 }
  }
  if (source.mediaType.startsWith('text/')) {
    return { type: 'text', media_type: 'text/plain', data: Buffer.from(source.base64, 'base64').toString('utf8') }
  }
  throw new NotCarried(at, `it takes no documents of type ${source.mediaType}`)
}

function sourceElsewhere(source: Exclude<MediaPart['source'], { kind: 'bytes' }>, at: string): object {
  if (source.kind === 'url') return { type: 'url', url: source.url }
  throw new NotCarried(at, 'the id of a file is known only where it was uploaded')
}
