// One configuration, four kinds of test by file name; `--selectProjects unit` (or integration, contract, system) runs one kind.
const swc = [
  '@swc/jest',
  {
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
      keepClassNames: true,
    },
    module: { type: 'commonjs' },
    sourceMaps: 'inline',
    swcrc: false,
  },
];

const kind = (displayName, suffix, extra = {}) => ({
  displayName,
  rootDir: __dirname,
  roots: ['<rootDir>/apps', '<rootDir>/libs'],
  testEnvironment: 'node',
  testMatch: [`**/*.${suffix}.ts`],
  transform: { '^.+\\.ts$': swc, '^.+\\.m?js$': swc },
  transformIgnorePatterns: ['/node_modules/'],
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.cache'],
  moduleNameMapper: {
    '^@corefleet/(contracts|features|platform)/(.+)$': '<rootDir>/libs/$1/$2/src/index.ts',
    '^@corefleet/testing/(.+)$': '<rootDir>/libs/testing/$1/index.ts',
    '^@corefleet/apps/(.+)$': '<rootDir>/apps/$1/src/index.ts',
    '^@corefleet/(.+)$': '<rootDir>/libs/$1/src/index.ts',
  },
  ...extra,
});

module.exports = {
  cacheDirectory: `${__dirname}/.cache/jest`,
  testTimeout: 30_000,
  projects: [
    kind('unit', 'spec'),
    kind('integration', 'int-spec'),
    kind('contract', 'contract-spec'),
    kind('system', 'system-spec'),
  ],
};
