/** Pictures and documents in a Gemini caller's part. */
import type { Message } from '#lib/formats/gemini/exchange/message.ts'
import { NotCarried, type MediaPart, type Source } from '#lib/formats/neutral.ts'

/** Null where the part has none. */
export function readMedia(part: Message): MediaPart | null {
  const data = part.message('inlineData')
  const file = part.message('fileData')
  const about = data ?? file
  if (!about) return null
  const mediaType = about.text('mimeType') ?? ''
  const name = about.text('displayName')
  const source: Source = data
    ? { kind: 'bytes', mediaType, base64: about.text('data') ?? '' }
    : sourceAt(about.text('fileUri') ?? '')
  about.end()
  const detail = readDetail(part.message('mediaResolution'))
  return {
    kind: kindOf(mediaType, about.path('mimeType')),
    at: part.at,
    source,
    ...(name ? { name } : {}),
    ...(detail ? { detail } : {}),
  }
}

/** Files that were handed to Google have an address there that is for their owner alone. */
function sourceAt(uri: string): Source {
  const isGoogles = uri.startsWith('gs://') || uri.startsWith('https://generativelanguage.googleapis.com/')
  return isGoogles ? { kind: 'file', id: uri } : { kind: 'url', url: uri }
}

function kindOf(mediaType: string, at: string): MediaPart['kind'] {
  if (/^image\//i.test(mediaType)) return 'image'
  if (/^(application\/pdf|text\/)/i.test(mediaType)) return 'document'
  throw new NotCarried(at, 'only pictures and documents are carried')
}

const details: Readonly<Record<string, MediaPart['detail']>> = {
  MEDIA_RESOLUTION_LOW: 'low',
  MEDIA_RESOLUTION_HIGH: 'high',
}

function readDetail(resolution: Message | null): MediaPart['detail'] {
  if (!resolution) return undefined
  const level = resolution.text('level') ?? 'MEDIA_RESOLUTION_UNSPECIFIED'
  resolution.end()
  if (level === 'MEDIA_RESOLUTION_UNSPECIFIED') return undefined
  return details[level] ?? resolution.refuse('level')
}
