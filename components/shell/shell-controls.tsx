'use client'

import { useTheme } from 'next-themes'
import { createContext, use, useCallback, useMemo, useState, type ReactNode } from 'react'
import { PREFERENCES_COOKIE, preferenceAttributes, writePreferences } from '#components/shell/preferences.ts'
import type { Preferences } from '#components/shell/viewer.ts'

/** What opens over the page from several places, and how the person wants the portal. */
export type ShellControls = {
  readonly open: 'palette' | 'menu' | 'shortcuts' | null
  readonly setOpen: (open: ShellControls['open']) => void
  readonly preferences: Preferences
  readonly prefer: (change: Preferences) => void
}

const nothing: ShellControls = { open: null, setOpen: () => {}, preferences: {}, prefer: () => {} }
const Context = createContext<ShellControls>(nothing)

export function useShell(): ShellControls {
  return use(Context)
}

const YEAR_S = 365 * 24 * 60 * 60

export function ShellControlsProvider({
  preferences: initial,
  children,
}: {
  readonly preferences: Preferences
  readonly children: ReactNode
}) {
  const [open, setOpen] = useState<ShellControls['open']>(null)
  const [preferences, setPreferences] = useState(initial)

  const prefer = useCallback(
    (change: Preferences) => {
      const next = { ...preferences, ...change }
      setPreferences(next)
      for (const [name, value] of Object.entries(preferenceAttributes(next)))
        document.documentElement.setAttribute(name, value)
      document.cookie = `${PREFERENCES_COOKIE}=${encodeURIComponent(writePreferences(next))}; path=/; max-age=${YEAR_S}; samesite=lax`
    },
    [preferences],
  )

  const controls = useMemo(() => ({ open, setOpen, preferences, prefer }), [open, preferences, prefer])
  return <Context value={controls}>{children}</Context>
}

export type ThemeChoice = 'light' | 'dark' | 'system'

/** The theme a person chose, and the way to choose another. */
export function useThemeChoice(): readonly [ThemeChoice, (theme: ThemeChoice) => void, 'light' | 'dark'] {
  const { theme, setTheme, resolvedTheme } = useTheme()
  const chosen = theme === 'light' || theme === 'dark' ? theme : 'system'
  return [chosen, setTheme, resolvedTheme === 'dark' ? 'dark' : 'light']
}
