/** What Azure's content filter adds to OpenAI's chat answers: its results on the prompt, and on each choice. */
import type { CallRead } from '#lib/demo/simulator/wire.ts'

const safe = { filtered: false, severity: 'safe' }
const RESULTS = JSON.stringify({ hate: safe, self_harm: safe, sexual: safe, violence: safe })
const PROMPT_RESULTS = `"prompt_filter_results":[{"prompt_index":0,"content_filter_results":${RESULTS}}]`

/** A stream's first event: it tells of the prompt, and has neither an id nor a model nor a choice. */
const PROMPT_EVENT = `data: {"choices":[],"created":0,"id":"","model":"","object":"",${PROMPT_RESULTS}}\n\n`

export function filtered(read: CallRead): CallRead {
  if (read.kind === 'invalid') return read
  const { answer } = read
  const { body, script } = answer
  return {
    kind: 'answer',
    answer: {
      ...answer,
      body: (identity) => `{${PROMPT_RESULTS},${judged(String(body(identity))).slice(1)}`,
      script:
        script &&
        ((identity) => {
          const { open, events, close } = script(identity)
          return {
            open: PROMPT_EVENT + judged(open),
            events: (from, to) => judged(events(from, to)),
            close: judged(close),
          }
        }),
    },
  }
}

/** No text of an answer can pose as the member's name: its quotes would be escaped. */
function judged(json: string): string {
  return json.replaceAll('"finish_reason":', `"content_filter_results":${RESULTS},"finish_reason":`)
}
