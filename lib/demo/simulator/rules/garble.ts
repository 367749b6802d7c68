/**
 * The malformed and the merely unusual answers of `garbage`. Valid ones (`crlf`, `huge`, and `split`, which is a
 * matter of writing and done in `torn-writer.ts`) mean exactly what the clean answer means.
 */
import type { Garbage } from '#lib/demo/simulator/rules/steering.ts'
import type { StreamScript } from '#lib/demo/simulator/wire.ts'

const HUGE_BYTES = 10 * 1024 * 1024

export function garbleScript(script: StreamScript, garbage: Garbage | null): StreamScript {
  switch (garbage) {
    case 'crlf':
      return mixLineEnds(script)
    case 'huge':
      return onFirstEvents(script, padObject)
    case 'json':
      return onFirstEvents(script, breakAfter)
    default:
      return script
  }
}

export function garbleBody(body: string, garbage: Garbage | null): string {
  switch (garbage) {
    case 'crlf':
      return JSON.stringify(JSON.parse(body), null, 2).replaceAll('\n', '\r\n')
    case 'huge':
      return padObject(body)
    case 'json':
      return body.slice(0, body.length >> 1)
    default:
      return body
  }
}

/** The end of an event: some providers write LF, some CRLF. A stream that is a JSON array has none. */
const BLANK_LINE = /\r?\n\r?\n/

/**
 * Three styles in turn: CRLF behind a comment, no space after the colon, and CRLF alone. What is not an event,
 * such as a JSON array, stays as it is.
 */
function mixLineEnds(script: StreamScript): StreamScript {
  let style = 0
  const mix = (text: string) => {
    const events = text.split(BLANK_LINE)
    const rest = events.pop() ?? ''
    return events
      .map((event) => {
        style = (style + 1) % 3
        if (style === 0) return `${event.replaceAll(/^(event|data): /gm, '$1:')}\n\n`
        return `${style === 1 ? ': still here\r\n\r\n' : ''}${event.replaceAll('\n', '\r\n')}\r\n\r\n`
      })
      .concat(rest)
      .join('')
  }
  return {
    open: mix(script.open),
    events: (from, to) => mix(script.events(from, to)),
    close: mix(script.close),
  }
}

function onFirstEvents(script: StreamScript, change: (events: string) => string): StreamScript {
  return { ...script, events: (from, to) => (from === 0 ? change(script.events(from, to)) : script.events(from, to)) }
}

/** OpenAI pads events with a member of this name too; it carries no meaning. */
function padObject(json: string): string {
  const end = json.lastIndexOf('}')
  return `${json.slice(0, end)},"obfuscation":"${'x'.repeat(HUGE_BYTES)}"${json.slice(end)}`
}

/** The first half of an event, closed as if it were whole. */
function breakAfter(events: string): string {
  const end = BLANK_LINE.exec(events)
  return `${events}${events.slice(0, (end?.index ?? events.length) >> 1)}${end?.[0] ?? ''}`
}
