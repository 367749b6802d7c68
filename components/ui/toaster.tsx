'use client'

import { useTheme } from 'next-themes'
import { toast as show, Toaster as Primitive } from 'sonner'

/** Once, at the root. Toasts confirm what happened elsewhere or can be undone: 6 s, bottom right, `role="status"`. */
export function Toaster() {
  const { resolvedTheme } = useTheme()
  return (
    <Primitive
      theme={resolvedTheme === 'dark' ? 'dark' : 'light'}
      position="bottom-right"
      duration={6000}
      gap={8}
      toastOptions={{
        unstyled: true,
        classNames: {
          toast:
            'flex w-full items-center gap-3 rounded-3 bg-ink px-4 py-2.5 text-sm text-surface shadow-3 font-sans [&_[data-icon]]:hidden',
          title: 'font-normal',
          description: 'text-xs opacity-70',
          actionButton: 'ml-auto flex-none rounded-1 font-medium underline underline-offset-2',
        },
      }}
    />
  )
}

export type Toast = {
  readonly text: string
  readonly undo?: () => void
  readonly action?: { readonly label: string; readonly run: () => void }
}

/** `toast({ text: 'Suspended 3 keys.', undo })`. */
export function toast({ text, undo, action }: Toast) {
  const button = undo ? { label: 'Undo', run: undo } : action
  show(text, button ? { action: { label: button.label, onClick: button.run } } : undefined)
}
