/** Where a request refers to what AWS keeps: objects in buckets, which are read with the credential's rights. */
import { firstGiven, inList, inMember } from '#lib/formats/stored-state.ts'

type Named = Readonly<Record<string, unknown>>

const media = ['image', 'document', 'video', 'audio']

export function referenceInConverse(request: Named): string | undefined {
  return inList(request, 'messages', inContent) ?? inList(request, 'system', inBlock)
}

function inContent(holder: Named): string | undefined {
  return inList(holder, 'content', inBlock)
}

function inBlock(block: Named): string | undefined {
  for (const name of media) {
    const found = inMember(block, name, (one) =>
      inMember(one, 'source', (source) => firstGiven(source, ['s3Location'])),
    )
    if (found !== undefined) return found
  }
  return inMember(block, 'toolResult', inContent)
}
