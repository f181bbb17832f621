import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import globals from 'globals';
import ts from 'typescript-eslint';

/**
 * Who may import whom. Scopes say where code runs, types say what it is; both rules must allow an import.
 * Features meet through their index alone, and device code never sees Nest, Prisma or BullMQ.
 */
const fences = [
  { sourceTag: 'scope:server', onlyDependOnLibsWithTags: ['scope:server', 'scope:shared'] },
  {
    sourceTag: 'scope:device',
    onlyDependOnLibsWithTags: ['scope:device', 'scope:shared'],
    bannedExternalImports: ['@nestjs/*', '@prisma/*', 'bullmq', 'ioredis', 'pg', 'undici', 'zod'],
  },
  {
    sourceTag: 'scope:shared',
    onlyDependOnLibsWithTags: ['scope:shared'],
    bannedExternalImports: ['@nestjs/*', '@prisma/*', 'bullmq', 'ioredis', 'pg', 'undici'],
  },
  { sourceTag: 'scope:tool', onlyDependOnLibsWithTags: ['scope:tool', 'scope:server', 'scope:device', 'scope:shared'] },
  { sourceTag: 'type:contract', onlyDependOnLibsWithTags: ['type:contract'] },
  { sourceTag: 'type:lib', onlyDependOnLibsWithTags: ['type:lib', 'type:contract'] },
  { sourceTag: 'type:platform', onlyDependOnLibsWithTags: ['type:platform', 'type:lib', 'type:contract'] },
  {
    sourceTag: 'type:feature',
    onlyDependOnLibsWithTags: ['type:feature', 'type:platform', 'type:lib', 'type:contract'],
  },
  {
    sourceTag: 'type:app',
    onlyDependOnLibsWithTags: ['type:app', 'type:feature', 'type:platform', 'type:lib', 'type:contract', 'type:tool'],
  },
  {
    sourceTag: 'type:tool',
    onlyDependOnLibsWithTags: ['type:tool', 'type:app', 'type:feature', 'type:platform', 'type:lib', 'type:contract'],
  },
];

/** Specs, and what lies in a `testing` folder for them, may also use the test harness. */
const specFences = fences.map((fence) => ({
  ...fence,
  onlyDependOnLibsWithTags: [...fence.onlyDependOnLibsWithTags, 'scope:tool'],
}));

const boundaries = (depConstraints) => ({
  '@nx/enforce-module-boundaries': [
    'error',
    { enforceBuildableLibDependency: false, allow: ['../../../package.json'], depConstraints },
  ],
});

export default ts.config(
  { ignores: ['**/dist', '**/generated', '**/.nx', '**/.cache', '**/.corefleet'] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...ts.configs.stylistic,
  prettier,
  {
    files: ['**/*.{ts,mjs,cjs}'],
    languageOptions: { globals: globals.node },
    rules: {
      eqeqeq: 'error',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
      '@typescript-eslint/no-extraneous-class': 'off', // Nest modules are classes without members
      '@typescript-eslint/consistent-type-definitions': ['error', 'interface'],
      '@typescript-eslint/no-empty-function': ['error', { allow: ['arrowFunctions', 'methods'] }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['**/*.ts'],
    plugins: { '@nx': nx },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      ...boundaries(fences),
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
    },
  },
  { files: ['**/*.cjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
  {
    files: ['**/*{.,-}spec.ts', '**/src/testing/**/*.ts'],
    rules: { ...boundaries(specFences), '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  {
    // What a person reads in a terminal is printed there.
    files: ['libs/tooling/**', 'apps/bench/**', 'apps/simulator/**', 'apps/standalone/**'],
    rules: { 'no-console': 'off' },
  },
);
