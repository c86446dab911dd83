/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  // Ends what hangs, and nothing else: a test of twenty commands takes 15 s, and on a busy machine over a minute.
  testTimeout: 300_000,
  // Jest would leave one core to whoever watches.
  maxWorkers: '100%',
  transform: {
    '\\.sql$': '<rootDir>/test/support/sql-transform.cjs',
    '^.+\\.[cm]?[jt]s$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' } }],
  },
  // These packages are ESM only; jest's modules are CommonJS, so they are transformed too.
  transformIgnorePatterns: [
    '/node_modules/(?!(hyparquet|hyparquet-writer|p-queue|p-timeout|eventemitter3|commander)/)',
  ],
};
