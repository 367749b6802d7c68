import type { ReactNode } from 'react'
import { Mark } from '#components/ui/mark.tsx'

type BarePageProps = { readonly title: string; readonly children: ReactNode; readonly action?: ReactNode }

/** A page without the shell: before sign-in, or where nobody knows who looks. */
export function BarePage({ title, children, action }: BarePageProps) {
  return (
    <main id="main" className="grid min-h-dvh content-center justify-items-center p-6">
      <div className="grid w-full max-w-md justify-items-start gap-3">
        <p className="flex items-center gap-2.5 pb-4 text-[0.9375rem] font-semibold">
          <Mark size={28} />
          Gatehouse
        </p>
        <h1 className="text-xl font-semibold tracking-(--track-tight) text-balance">{title}</h1>
        <p className="text-ink-2">{children}</p>
        {action ? <div className="flex flex-wrap gap-2 pt-2">{action}</div> : null}
      </div>
    </main>
  )
}
