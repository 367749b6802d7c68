import { cookies } from 'next/headers'
import { notFound } from 'next/navigation'
import type { ReactNode } from 'react'
import { PREFERENCES_COOKIE, readPreferences } from '#components/shell/preferences.ts'
import { Shell } from '#components/shell/shell.tsx'

export const dynamic = 'force-dynamic'

/** The parts and three pages made of them, with figures of nobody: for looking and for the browser tests. */
export default async function GalleryLayout({ children }: { readonly children: ReactNode }) {
  if (process.env.NODE_ENV === 'production' && process.env.GATEHOUSE_GALLERY !== '1') notFound()
  const preferences = readPreferences((await cookies()).get(PREFERENCES_COOKIE)?.value)
  return (
    <Shell
      viewer={{
        name: 'Ada Okafor',
        email: 'ada@demo.test',
        roles: ['admin'],
        leadOf: [],
        organisation: 'Fernhill Logistics',
        team: 'Platform',
        preferences,
      }}
      gateway={{ state: 'normal', addedMs: 0.6 }}
    >
      {children}
    </Shell>
  )
}
