/** Pictures and documents as Converse's blocks. */
import { documentTypes, formatOf, imageTypes } from '#lib/formats/bedrock/converse/media-types.ts'
import { NotCarried, type MediaPart } from '#lib/formats/neutral.ts'

export type WriteMedia = (media: MediaPart) => object

/** Documents of one request have names, and each another. `leftOut` takes the names of hints that have no place. */
export function mediaWriter(leftOut: string[]): WriteMedia {
  const names = new Set<string>()

  function newName(wanted: string): string {
    let name = wanted
    for (let i = 2; names.has(name); i++) name = `${wanted} (${i})`
    names.add(name)
    return name
  }

  return (media) => {
    if (media.detail !== undefined && media.detail !== 'auto') leftOut.push(`${media.at}.detail`)
    const { mediaType, base64 } = bytesOf(media)
    const source = { bytes: base64 }
    const isImage = media.kind === 'image'
    const format = formatOf(isImage ? imageTypes : documentTypes, mediaType)
    if (format === null) throw new NotCarried(media.at, `Converse takes nothing of type ${mediaType}`)
    return isImage ? { image: { format, source } } : { document: { format, name: newName(nameOf(media)), source } }
  }
}

function bytesOf({ source, at }: MediaPart): { readonly mediaType: string; readonly base64: string } {
  if (source.kind === 'bytes') return source
  throw new NotCarried(
    at,
    source.kind === 'url' ? 'Converse takes no addresses' : 'a file is known only to the provider that has it',
  )
}

/** Letters, digits, hyphens, parentheses, square brackets and single spaces; nothing else is taken. */
function nameOf({ name = '' }: MediaPart): string {
  const plain = name
    .replace(/[^A-Za-z0-9\s\-()[\]]/g, '-')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 190)
  return plain || 'document'
}
