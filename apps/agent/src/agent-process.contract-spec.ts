import { mkdtemp, readFile, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SimulatedSnapd } from '@corefleet/snapd-simulator';
import { runAgentProcess } from './agent-process';
import { readAgentConfig } from './config/agent-config';
import { silentLogger } from './logger';
import { aSnapd, Fixture } from './testing/fixture';

let fixture: Fixture;
let directory: string;
let snapd: SimulatedSnapd;
let running: { stopping: AbortController; ended: Promise<void> }[];

beforeEach(async () => {
  running = [];
  directory = await mkdtemp(join(tmpdir(), 'agent-'));
  snapd = aSnapd();
  await snapd.listen(join(directory, 'snapd.socket'));
  await writeFile(join(directory, 'boot-id'), `${snapd.bootId()}\n`);
  fixture = await Fixture.start();
});

afterEach(async () => {
  await stop();
  await fixture.close();
  await snapd.dispose();
  await rm(directory, { recursive: true });
});

function run(environment: Record<string, string> = {}): void {
  const config = readAgentConfig({
    COREFLEET_SERVER: fixture.gateway.url,
    COREFLEET_ENROLMENT_TOKEN: 'cfe_token',
    COREFLEET_STATE_DIR: join(directory, 'state'),
    COREFLEET_SNAPD_SOCKET: join(directory, 'snapd.socket'),
    COREFLEET_BOOT_ID_FILE: join(directory, 'boot-id'),
    COREFLEET_SERIAL: 'sn-1',
    ...environment,
  });
  const stopping = new AbortController();
  running.push({ stopping, ended: runAgentProcess(config, silentLogger, stopping.signal) });
}

async function stop(): Promise<void> {
  for (const { stopping } of running) stopping.abort();
  await Promise.all(running.splice(0).map(({ ended }) => ended));
}

it('enrols once with the identity it keeps, and runs what it is ordered', async () => {
  run();
  const id = fixture.issue('read-configuration', { name: 'system' });
  expect(await fixture.gateway.end(id)).toMatchObject({ state: 'succeeded' });
  await stop();
  run({ COREFLEET_ENROLMENT_TOKEN: '' });
  const again = fixture.issue('set-configuration', { snap: 'system', values: { 'refresh.retain': 3 } });
  expect(await fixture.gateway.end(again)).toMatchObject({ state: 'succeeded' });
  expect(fixture.gateway.enrolments).toEqual([
    expect.objectContaining({ token: 'cfe_token', brandId: 'acme', model: 'edge', serial: 'sn-1' }),
  ]);
  const { mode } = await stat(join(directory, 'state', 'identity.json'));
  expect(mode & 0o777).toBe(0o600);
});

it('goes by a serial of its own making when the device has none, the same one each time', async () => {
  run({ COREFLEET_SERIAL: '' });
  await fixture.gateway.until(() => fixture.gateway.enrolments.length > 0 && fixture.gateway.frames.length > 0);
  const kept = JSON.parse(await readFile(join(directory, 'state', 'identity.json'), 'utf8')) as {
    inventedSerial: string;
  };
  expect(fixture.gateway.enrolments[0]).toMatchObject({ serial: kept.inventedSerial, model: 'edge' });
  expect(kept.inventedSerial).toMatch(/^unproven-/);
});

it('tells the time zone of its process and the size of the disk that its state lies on', async () => {
  run();
  const told = (): unknown[] =>
    fixture.gateway.reports.flatMap(({ kind, body }) => (kind === 'fact' && body.name === 'host' ? [body.value] : []));
  await fixture.gateway.until(() => told().length > 0);
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const { bsize, blocks } = await statfs(directory);
  expect(told()).toMatchObject([{ timeZone, disk: { total: bsize * blocks } }]);
});

it('waits for a snapd that is not there yet', async () => {
  await snapd.refuseConnections();
  run();
  const id = fixture.issue('read-configuration', { name: 'system' });
  await snapd.refuseConnections(false);
  expect(await fixture.gateway.end(id)).toMatchObject({ state: 'succeeded' });
});
