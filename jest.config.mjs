/** Jest strips the types itself when `transform` is empty; CI=true runs the same tests. */
export default {
  testEnvironment: 'node',
  transform: {},
  extensionsToTreatAsEsm: ['.ts'],
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  workerIdleMemoryLimit: '512MB',
  maxWorkers: 3,
  testSequencer: '<rootDir>/tools/slowest-first.mjs',
  // Real processes on a busy machine: slow is no failure.
  testTimeout: 30_000,
  restoreMocks: true,
};
