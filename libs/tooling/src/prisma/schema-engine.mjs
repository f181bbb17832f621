#!/usr/bin/env node
// Stands in for Prisma 7's native `schema-engine` executable (PostgreSQL only), which the CLI would otherwise download.
// It speaks the same JSON-RPC over stdin and stdout and runs the same engine, compiled to wasm, over the pg driver.
// prisma.config.ts points PRISMA_SCHEMA_ENGINE_BINARY at this file; README.md beside it says what it works around.
import { parseEngineArguments } from './engine-arguments.mjs';
import { serveJsonRpc } from './json-rpc.mjs';
import { runMaintenance } from './maintenance.mjs';
import { engineVersion, startEngine } from './wasm-engine.mjs';

const options = parseEngineArguments(process.argv.slice(2));
if (options.version) {
  process.stdout.write(`schema-engine-cli ${engineVersion()}\n`);
} else if (options.command[0] === 'cli') {
  process.exitCode = await runMaintenance(options.command[1], options.datasource?.url);
} else {
  await serveJsonRpc(process.stdin, process.stdout, () => startEngine(options));
  process.exit(0);
}
