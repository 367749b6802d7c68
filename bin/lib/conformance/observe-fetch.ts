/** Watches what clients send and get, below them: how often they asked, and which heads answered. */
import { AsyncLocalStorage } from 'node:async_hooks'

export type Exchanged = {
  readonly method: string
  /** Behind the base URL, without its query. */
  readonly path: string
  /** Null: no head came. */
  status: number | null
  /** The content type's value; of all other headers only that they are there. */
  headers: Record<string, string>
}

export type FetchObserver = {
  /** What a run exchanges, as it goes on, with addresses as they are behind `base`. */
  watch<T>(base: string, run: (exchanged: readonly Exchanged[]) => Promise<T>): Promise<T>
}

type Watch = { readonly base: string; readonly exchanged: Exchanged[] }

/** All clients take the global fetch when they are made. What nobody watches goes through unseen. */
export function observeFetch(): FetchObserver {
  const original = globalThis.fetch
  const watching = new AsyncLocalStorage<Watch>()

  globalThis.fetch = async (input, init) => {
    const watch = watching.getStore()
    if (!watch) return original(input, init)
    const request = input instanceof Request ? input : null
    const url = new URL(request?.url ?? String(input))
    // A client tries once, without a server, what this fetch can do.
    if (url.protocol === 'data:') return original(input, init)
    const method = init?.method ?? request?.method ?? 'GET'
    const exchanged: Exchanged = { method, path: below(watch.base, url), status: null, headers: {} }
    watch.exchanged.push(exchanged)
    const response = await original(input, init)
    exchanged.status = response.status
    exchanged.headers = headersOf(response)
    return response
  }

  return {
    watch(base, run) {
      const watch: Watch = { base, exchanged: [] }
      return watching.run(watch, () => run(watch.exchanged))
    },
  }
}

function headersOf(response: Response): Record<string, string> {
  return Object.fromEntries(
    [...response.headers].map(([name, value]) => [name, name === 'content-type' ? value : 'there']),
  )
}

function below(base: string, url: URL): string {
  const address = url.origin + url.pathname
  return address.startsWith(base) ? address.slice(base.length) : address
}
