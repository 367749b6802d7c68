'use client'

import './globals.css'

/** The last resort: the root layout itself failed, so nothing of it may be used here. */
export default function GlobalError({
  error,
  reset,
}: {
  readonly error: Error & { readonly digest?: string }
  readonly reset: () => void
}) {
  return (
    <html lang="en">
      <head>
        <title>Gatehouse cannot be shown</title>
      </head>
      <body>
        <main className="grid min-h-dvh content-center justify-items-center p-6">
          <div className="grid w-full max-w-md justify-items-start gap-3">
            <h1 className="text-xl font-semibold tracking-(--track-tight)">The portal cannot be shown</h1>
            <p className="text-ink-2">
              Calls through the gateway do not depend on it.
              {error.digest ? (
                <>
                  {' '}
                  Report it as <code className="mono">{error.digest}</code>.
                </>
              ) : null}
            </p>
            <button
              type="button"
              onClick={reset}
              className="h-(--control) rounded-2 bg-accent px-[0.6875rem] font-medium text-on-accent hover:bg-accent-hover"
            >
              Try again
            </button>
          </div>
        </main>
      </body>
    </html>
  )
}
