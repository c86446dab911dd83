/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testTimeout: 60_000,
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
