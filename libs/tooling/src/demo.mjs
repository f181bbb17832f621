#!/usr/bin/env node
// npm run demo: the whole server on throw-away stores, a simulated fleet, and one rollout of a validation set.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { bundle } from './bundle.mjs';
import { withCleanup } from './cleanup.mjs';
import { generateClient } from './database.mjs';
import { createApiClient } from './demo/api-client.mjs';
import { createProgress } from './demo/progress.mjs';
import { ensureInstalled } from './install.mjs';
import { collect } from './run.mjs';
import { prepareStores } from './server/stores.mjs';
import { standaloneEnvironment, startApp } from './server/standalone.mjs';
import { waitUntil } from './sockets.mjs';

const HELP = `Usage: npm run demo [-- --exit] [--devices N]

Starts Corefleet on embedded stores with a simulated fleet, enforces a validation set on it in three waves, and stays up.

  --exit       end after the rollout: 0 when every device was verified, 1 otherwise
  --devices N  simulated devices, 3 to 1000 (default 50)
  --help       this text`;

const LOGIN = { username: 'demo', password: 'corefleet-demo' };
const ROLLOUT_TIMEOUT_MS = 10 * 60_000;

const verified = (rollout) => rollout.waves.reduce((sum, { counts }) => sum + (counts.succeeded ?? 0), 0);
const allVerified = (rollout) => rollout.status === 'finished' && verified(rollout) === rollout.targetCount;

const options = readOptions();
const startedAt = Date.now();
const say = (text) => console.log(`[${((Date.now() - startedAt) / 1000).toFixed(1).padStart(5)} s] ${text}`);

try {
  process.exitCode = await withCleanup(run);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

async function run(cleanup) {
  await ensureInstalled();
  await generateClient();
  const { url, exit, brand } = await startServer(cleanup);
  const api = createApiClient(url);
  await api.login(LOGIN.username, LOGIN.password);
  await startFleet(cleanup, url, api);
  await api.upload('/v1/validation-sets/import', readFileSync(brand.sets), 'application/x.ubuntu.assertion');
  say('Imported validation set acme/base, signed by a brand that only this demo trusts');
  const rollout = await rollOut(api);
  console.log(`\nAPI explorer: ${url}/explorer\nDemo login:   ${LOGIN.username} / ${LOGIN.password}`);
  if (options.exit) return allVerified(rollout) ? 0 : 1;
  console.log('The server stays up with its fleet; Ctrl-C ends it.');
  return (await exit) === 0 ? 0 : 1;
}

async function startServer(cleanup) {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'corefleet-demo-'));
  cleanup.add('demo directory', () => rmSync(directory, { recursive: true, force: true }));
  const brand = await mintBrand(directory);
  const stores = await prepareStores(cleanup);
  say(`Postgres and Redis are up${stores.redisKind === 'js' ? ' (Redis is the slow JavaScript one)' : ''}`);
  const server = await startApp(cleanup, 'standalone', {
    env: {
      COREFLEET_LOG_LEVEL: 'warn',
      COREFLEET_API_PORT: process.env.COREFLEET_API_PORT ?? '0',
      COREFLEET_GATEWAY_PORT: process.env.COREFLEET_GATEWAY_PORT ?? '0',
      ...standaloneEnvironment(stores),
      COREFLEET_SIGNER_KEY_FILE: path.join(directory, 'signer-key.pem'),
      COREFLEET_AUDIT_KEY_FILE: path.join(directory, 'audit-key.pem'),
      COREFLEET_CHECKPOINTS_DIR: path.join(directory, 'checkpoints'),
      COREFLEET_ARTIFACTS_DIR: path.join(directory, 'artifacts'),
      COREFLEET_DEMO_PASSWORD: LOGIN.password,
      COREFLEET_TRUSTED_ASSERTIONS: brand.trusted,
    },
  });
  say(`API, gateway, worker and signer are up: ${server.url}`);
  return { ...server, brand };
}

/** The simulated brand gets keys of its own at each start. @returns the files whom to trust for it, and its sets */
async function mintBrand(directory) {
  const { file } = await bundle('simulator');
  await collect(process.execPath, [file, 'mint-brand', directory], { name: 'simulator mint-brand' });
  return { trusted: path.join(directory, 'trusted.assert'), sets: path.join(directory, 'sets.assert') };
}

async function startFleet(cleanup, url, api) {
  const { token } = await api.post('/v1/enrolment-tokens', {
    name: 'demo',
    labels: { site: 'demo' },
    maxUses: options.devices,
    expiresInSeconds: 3600,
  });
  await startApp(cleanup, 'simulator', {
    env: {
      COREFLEET_LOG_LEVEL: 'warn',
      COREFLEET_SERVER: url,
      COREFLEET_ENROLMENT_TOKEN: token,
      COREFLEET_SIMULATED_DEVICES: String(options.devices),
      COREFLEET_SIMULATED_TASK_MS: '150',
    },
  });
  const online = async () => (await api.get('/v1/devices?limit=500')).items.filter((device) => device.online).length;
  const all = Math.min(options.devices, 500);
  if (!(await waitUntil(async () => (await online()) >= all, { timeoutMs: 60_000, everyMs: 250 }))) {
    throw new Error(`cannot go on: only ${await online()} of ${options.devices} devices came online within a minute`);
  }
  say(`${options.devices} simulated devices are enrolled and online`);
}

async function rollOut(api) {
  const request = {
    name: 'Enforce acme/base=14',
    does: { validationSet: { set: 'acme/base', sequence: 'latest', mode: 'enforce' } },
    filter: 'label.site=demo',
    waves: [{ percent: 10, gate: { soakSeconds: 2 } }, { percent: 30 }, { percent: 60 }],
    gate: { maxFailedPercent: 10 },
    limits: { maxInFlight: 10 },
    remark: 'demo',
  };
  const plan = () => api.post('/v1/rollouts/plan', request);
  await waitUntil(async () => (await plan()).summary.change === options.devices, { timeoutMs: 20_000, everyMs: 500 });
  sayPlan(await plan());
  const created = await api.post('/v1/rollouts', request);
  say('Rolling out validation set acme/base=14 in three waves, with a soak of 2 s after the first\n');
  const progress = createProgress();
  const deadline = Date.now() + ROLLOUT_TIMEOUT_MS;
  for (;;) {
    const rollout = await api.get(`/v1/rollouts/${created.id}`);
    progress.show(rollout);
    if (rollout.status !== 'running' || Date.now() > deadline) {
      progress.end();
      sayOutcome(rollout);
      return rollout;
    }
    await sleep(200);
  }
}

function sayPlan({ summary, waves }) {
  const { devices, change, causes } = summary;
  const sizes = waves.map(({ size }) => size).join(', ');
  say(`The plan, before anything starts: ${change} of ${devices} devices change, in waves of ${sizes}`);
  for (const { cause, message, devices: count } of causes) say(`  ${count} devices: ${cause}, ${message}`);
}

function sayOutcome(rollout) {
  console.log('');
  const why = rollout.reason ? `: ${rollout.reason}` : '';
  say(`The rollout is ${rollout.status}${why}; ${verified(rollout)} of ${rollout.targetCount} devices are verified`);
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: { exit: { type: 'boolean' }, devices: { type: 'string' }, help: { type: 'boolean' } },
    });
    if (values.help) {
      console.log(HELP);
      process.exit(0);
    }
    const devices = Number(values.devices ?? 50);
    if (!Number.isInteger(devices) || devices < 3 || devices > 1000) throw new Error('--devices takes 3 to 1000');
    return { exit: values.exit ?? false, devices };
  } catch (error) {
    console.error(`${error.message}\n\n${HELP}`);
    process.exit(2);
  }
}
