// The import directions of docs/ARCHITECTURE.md. Everything points downward:
// app, bin → wiring → gateway and use cases → contracts and rules → platform.

const tests = '\\.test\\.tsx?$|^(lib/testing|lib/bench|lib/faults|e2e)/'
const browserSafe = '/([a-z-]*contract\\.ts|contracts?/|rules/)'

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'Modules that need each other are one module, or there is a third one hidden in them.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      comment: 'What is imported exists.',
      severity: 'error',
      from: { pathNot: '^lib/demo/identity-provider/' },
      to: { couldNotResolve: true },
    },
    {
      name: 'lib-knows-no-screens',
      comment: 'lib is used by pages, workers and the front door alike.',
      severity: 'error',
      from: { path: '^lib/' },
      to: { path: '^(app|components|bin|e2e)/' },
    },
    {
      name: 'lib-is-framework-free',
      comment: 'Next and React end at app and components; next-auth has one file.',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/identity/next-auth(\\.test)?\\.ts$' },
      // The JSX runtime is what a generic looks like to a reader that takes every file for TSX.
      to: { path: '^node_modules/(next|next-auth|react|react-dom)/', pathNot: 'jsx-(dev-)?runtime' },
    },
    {
      name: 'platform-is-the-bottom',
      severity: 'error',
      from: { path: '^lib/platform/', pathNot: tests },
      to: { path: '^lib/(?!platform/)' },
    },
    {
      name: 'wiring-is-near-the-top',
      comment: 'Only entry points, routes and tests take what wiring has put together.',
      severity: 'error',
      from: { path: '^(lib|components)/', pathNot: `^lib/wiring/|${tests}` },
      to: { path: '^lib/wiring/' },
    },
    {
      name: 'gateway-has-ports',
      comment:
        'The call path knows limits, which are its own, and of all else contracts, rules, the catalogue in memory and the versions in Redis; use cases reach it as ports.',
      severity: 'error',
      from: { path: '^lib/gateway/', pathNot: tests },
      to: {
        path: '^lib/(?!(gateway|formats|providers|routing|limits|platform)/)',
        pathNot: [browserSafe, '^lib/catalog/snapshot\\.ts$', '^lib/policy/versions\\.ts$'],
      },
    },
    {
      name: 'gateway-reaches-no-database',
      comment: 'Not even by detour.',
      severity: 'error',
      from: { path: '^lib/(gateway|formats|providers|routing)/', pathNot: tests },
      to: { path: '^node_modules/(pg|@prisma/client|@prisma/adapter-pg)/', reachable: true },
    },
    {
      name: 'rules-do-no-io',
      comment: 'A decision takes facts and returns a verdict.',
      severity: 'error',
      from: { path: '^lib/.+/rules/|^lib/(routing|formats)/', pathNot: tests },
      to: {
        path: [
          '^(node:)?(fs|net|http|http2|https|tls|dns|dgram|child_process|worker_threads|cluster)($|/)',
          '^lib/platform/(db|redis|migrate|log|embedded|generated)',
          '^node_modules/(pg|ioredis|undici|bullmq|pino|@prisma/[^/]+)/',
        ],
      },
    },
    {
      name: 'stores-are-private',
      comment:
        'Every query of a module is in its store, and only the module itself asks it; jobs are the background half of modules, and the demo writes them all.',
      severity: 'error',
      from: { path: '^(lib)/([^/]+)/', pathNot: `^lib/(jobs|demo)/|${tests}` },
      to: { path: '^lib/.+/store\\.ts$', pathNot: '^$1/$2/' },
    },
    {
      name: 'no-queries-outside-lib',
      severity: 'error',
      from: { path: '^(app|components)/|^proxy\\.ts$' },
      to: { path: 'store\\.ts$|^lib/platform/(db|redis|migrate|generated)|^node_modules/(pg|ioredis|@prisma/[^/]+)/' },
    },
    {
      name: 'components-take-contracts',
      comment: 'What runs in the browser imports nothing that could not.',
      severity: 'error',
      from: { path: '^components/', pathNot: tests },
      to: {
        path: '^lib/',
        pathNot: ['^lib/platform/(money|clock|errors)\\.ts$', browserSafe],
      },
    },
    {
      name: 'fixtures-are-for-tests',
      severity: 'error',
      from: { pathNot: `${tests}|^(vitest|playwright)\\.config\\.ts$|^bin/(test|bench|faults|conformance|lib)` },
      to: { path: '^lib/testing/|\\.test\\.tsx?$' },
    },
    {
      name: 'product-needs-no-development-packages',
      comment: 'What `npm start` needs is a dependency.',
      severity: 'error',
      from: {
        path: '^(app|components|lib|bin)/',
        pathNot: `${tests}|^bin/(test|bench|faults|conformance)|^bin/lib/(test-runner|bench)`,
      },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(\\.next|dist|coverage)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    // Types vanish before anything runs: what counts is what is loaded.
    tsPreCompilationDeps: false,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'],
    },
  },
}
