import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { logEngine } from './engine-log.mjs';

const bindings = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
const packageDirectory = path.dirname(bindings);

/** The engine's commit, as the native executable prints it. */
export function engineVersion() {
  const { version } = JSON.parse(readFileSync(path.join(packageDirectory, 'package.json'), 'utf8'));
  return version.split('.').pop();
}

/**
 * Loads the wasm engine over the datasource's adapter.
 * @returns `{call(method, params), describe(error)}`; `describe` gives `{message, code, meta}` of an error `call` threw
 */
export async function startEngine({ datasource, datamodels }) {
  const { createAdapterFactory } = await import('./adapter-factory.mjs');
  const { bindMigrationAwareSqlAdapterFactory } = await import('@prisma/driver-adapter-utils');
  const factory = bindMigrationAwareSqlAdapterFactory(createAdapterFactory(datasource));
  const files = datamodels.map((file) => [file, readFileSync(file, 'utf8')]);
  const { SchemaEngine } = await loadBindings();
  const engine = await SchemaEngine.new({ datamodels: files.length ? files : undefined }, logLine, factory);
  return {
    call: (method, params) => callEngine(engine, method, params),
    describe: (error) => describeError(error, factory.errorRegistry),
  };
}

/** The engine's own log; stdout belongs to the answers. */
function logLine(line) {
  if (process.env.COREFLEET_SCHEMA_ENGINE_LOG) process.stderr.write(`${line}\n`);
}

/** A panic of the engine ends the process in wasm without a word; it leaves its message here first. */
const panicRegistry = { set_message: (message) => logEngine('ERROR', message, { is_panic: true }) };

async function loadBindings() {
  globalThis.PRISMA_WASM_PANIC_REGISTRY = panicRegistry;
  const exported = await import(bindings);
  const bytes = readFileSync(path.join(packageDirectory, 'schema_engine_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': exported });
  exported.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  return exported;
}

async function callEngine(engine, method, params) {
  const name = method === 'getDatabaseVersion' ? 'version' : method;
  if (name === 'createDatabase' || typeof engine[name] !== 'function') {
    throw new Error(`cannot run schema engine method ${method}: the wasm engine has none`);
  }
  return (await engine[name](params ?? {})) ?? {};
}

/** A driver's error crosses the wasm border as a number; its cause waits in the registry. */
function describeError(error, registry) {
  const cause = typeof error?.id === 'number' ? registry.consumeError(error.id)?.error : undefined;
  const found = cause ?? error;
  return {
    message: String(found?.message ?? found),
    code: found?.code ?? found?.error_code ?? null,
    meta: found?.meta ?? null,
  };
}
