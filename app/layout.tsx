import type { Metadata, Viewport } from 'next'
import localFont from 'next/font/local'
import { cookies, headers } from 'next/headers'
import type { ReactNode } from 'react'
import { PREFERENCES_COOKIE, preferenceAttributes, readPreferences } from '#components/shell/preferences.ts'
import { Providers } from '#components/shell/providers.tsx'
import './globals.css'

const sans = localFont({
  src: '../node_modules/geist/dist/fonts/geist-sans/Geist-Variable.woff2',
  weight: '100 900',
  variable: '--font-geist',
  display: 'swap',
})

const mono = localFont({
  src: '../node_modules/geist/dist/fonts/geist-mono/GeistMono-Variable.woff2',
  weight: '100 900',
  variable: '--font-geist-mono',
  display: 'swap',
  preload: false,
  adjustFontFallback: false,
})

export const metadata: Metadata = {
  title: { default: 'Gatehouse', template: '%s · Gatehouse' },
  description: 'Keys, limits and models for everyone who builds here.',
  referrer: 'same-origin',
  robots: { index: false, follow: false },
}

export const viewport: Viewport = {
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#f4f3f0' },
    { media: '(prefers-color-scheme: dark)', color: '#0d0c0b' },
  ],
}

export default async function RootLayout({ children }: { readonly children: ReactNode }) {
  const [jar, head] = await Promise.all([cookies(), headers()])
  const preferences = readPreferences(jar.get(PREFERENCES_COOKIE)?.value)
  return (
    // The theme's attribute is written before the first paint, by a script the server does not know the answer of.
    <html
      lang="en"
      className={`${sans.variable} ${mono.variable}`}
      {...preferenceAttributes(preferences)}
      suppressHydrationWarning
    >
      <body>
        <Providers nonce={head.get('x-nonce') ?? undefined}>{children}</Providers>
      </body>
    </html>
  )
}
