/** Where a chat refers to what OpenAI keeps: files, and sound that it has said. */
import { firstGiven, inList, inMember } from '#lib/formats/stored-state.ts'

type Named = Readonly<Record<string, unknown>>

export function referenceInChat(request: Named): string | undefined {
  return inList(request, 'messages', inMessage)
}

function inMessage(message: Named): string | undefined {
  return (
    inList(message, 'content', (part) => inMember(part, 'file', (file) => firstGiven(file, ['file_id']))) ??
    inMember(message, 'audio', (audio) => firstGiven(audio, ['id']))
  )
}
