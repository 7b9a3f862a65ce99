// Tests run on the TypeScript sources through swc; stories start the built programs of dist/ (npm test builds first).
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  // A guard against hanging, far above what a slow machine needs.
  testTimeout: 600_000,
  // Stories mostly wait for services: two at a time keep both cores of a small machine busy.
  maxWorkers: 2,
  // Dynamic imports name the compiled file, as node wants them; here it is the source beside it.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'commonjs' } }] },
};
