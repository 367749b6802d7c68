/** Pictures and documents as parts for a Gemini provider. */
import { generationOf } from '#lib/formats/gemini/exchange/model-generation.ts'
import { NotCarried, type MediaPart } from '#lib/formats/neutral.ts'

/** `leftOut` takes the names of hints that have no place. */
export function mediaPart(media: MediaPart, model: string, leftOut: string[]): object {
  if (media.detail !== undefined && media.detail !== 'auto') leftOut.push(`${media.at}.detail`)
  if (media.name !== undefined) leftOut.push(`${media.at}.name`)
  const { source } = media
  switch (source.kind) {
    case 'bytes':
      return { inlineData: { mimeType: source.mediaType, data: source.base64 } }
    case 'url':
      return { fileData: { mimeType: mediaTypeOf(source.url, media.at, model), fileUri: source.url } }
    case 'file':
      throw new NotCarried(media.at, 'a file is known only to the provider that has it')
  }
}

/**
 * Google fetches public addresses since Gemini 2.5 and must be told what is there
 * (https://ai.google.dev/gemini-api/docs/file-input-methods).
 */
function mediaTypeOf(url: string, at: string, model: string): string {
  if (generationOf(model) < 2.5) throw new NotCarried(at, 'this model takes no addresses')
  const mediaType = mediaTypes[/^https:\/\/[^/]+\/[^?#]*\.(\w+)(?:[?#]|$)/.exec(url)?.[1]?.toLowerCase() ?? '']
  if (mediaType === undefined) throw new NotCarried(at, 'its address does not show what type of file it is')
  return mediaType
}

const mediaTypes: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  bmp: 'image/bmp',
  pdf: 'application/pdf',
  txt: 'text/plain',
  html: 'text/html',
  csv: 'text/csv',
}
