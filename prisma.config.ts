import path from 'node:path';
import { defineConfig } from 'prisma/config';

// The stock CLI wants a native schema engine, which it would download; ours runs the same engine compiled to wasm.
process.env['PRISMA_SCHEMA_ENGINE_BINARY'] ??= path.resolve('libs/tooling/src/prisma/schema-engine.mjs');

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env['COREFLEET_DATABASE_URL'] ?? '' },
});
