import { defineConfig } from 'vitest/config'

/** Only a broken promise may hang; a slow machine may not fail a test that is merely slow. */
const timeouts = { testTimeout: 30_000, hookTimeout: 60_000 }

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...timeouts,
          name: 'node',
          environment: 'node',
          // A file leaves nothing behind that another could meet, and modules are read once a worker rather than once a file.
          isolate: false,
          include: ['{app,bin,lib,prisma}/**/*.test.ts', 'components/**/*.test.ts'],
          globalSetup: ['lib/testing/global-setup.ts'],
        },
      },
      {
        test: {
          ...timeouts,
          name: 'dom',
          environment: 'jsdom',
          include: ['{app,components}/**/*.test.tsx'],
        },
      },
    ],
  },
})
