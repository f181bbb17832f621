import { CATALOGUE } from '@corefleet/platform/metrics';
import { startFleet, type Fleet, type Member } from '@corefleet/testing/fleet';
import { eventually } from '@corefleet/testing/processes';
import { Road } from './kill-lab/road';
import { RoadDevice } from './kill-lab/road-device';

let fleet: Fleet;
let road: Road;
let device: RoadDevice;

beforeAll(async () => {
  fleet = await startFleet({ env: { COREFLEET_METRICS_PORT: '0', COREFLEET_LOG_LEVEL: 'info' } });
  road = await Road.over(fleet);
  device = await RoadDevice.open(fleet, { serial: 'metered-1', enrolmentToken: await fleet.enrolmentToken() });
  device.startAgent();
}, 60_000);

afterAll(async () => {
  await device?.close();
  await road?.close();
  await fleet?.stop();
});

async function scrape({ process }: Member): Promise<string> {
  const [, port] = /"port":(\d+)[^\n]*"Metrics shown"/.exec(process.output()) ?? [];
  return (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
}

const only = (part: keyof Fleet['members']): Member => fleet.members[part][0] as Member;

/** Of a line whose name and labels are these; undefined when it is not there. */
function value(text: string, line: string): number | undefined {
  const found = text.split('\n').find((each) => each.startsWith(`${line} `));
  return found === undefined ? undefined : Number(found.slice(line.length));
}

it('show what each process did on the road of one command', async () => {
  const { id } = await road.online('metered-1');
  await fleet.api.post('/v1/commands', { deviceIds: [id], operation: 'refresh', parameters: {} });
  await fleet.api.get(`/v1/devices/${id}`);
  const [api, gateway, worker, signer] = [only('api'), only('gateway'), only('worker'), only('signer')];
  await eventually(async () => (value(await scrape(worker), 'corefleet_command_end_seconds_count') ?? 0) >= 1, {
    what: 'the end of the command in the metrics',
    timeoutMs: 30_000,
  });
  expect(value(await scrape(worker), 'corefleet_command_accept_seconds_count')).toBe(1);
  expect(value(await scrape(worker), 'corefleet_devices{state="enrolled"}')).toBe(1);
  expect(value(await scrape(worker), 'corefleet_queue_jobs{queue="commands",state="failed"}')).toBe(0);
  expect(value(await scrape(worker), 'corefleet_sweep_failures_total')).toBe(0);
  expect(value(await scrape(worker), 'corefleet_scrape_failures_total')).toBe(0);
  expect(value(await scrape(signer), 'corefleet_commands_signed_total')).toBe(1);
  expect(value(await scrape(signer), 'corefleet_sign_seconds_count')).toBe(1);
  const seen = await scrape(gateway);
  expect(value(seen, 'corefleet_links')).toBe(1);
  expect(value(seen, 'corefleet_report_pending_bytes')).toBe(0);
  expect(value(seen, 'corefleet_admissions_total{outcome="admitted"}')).toBeGreaterThanOrEqual(1);
  expect(value(seen, 'corefleet_reports_stored_total{kind="command"}')).toBeGreaterThanOrEqual(1);
  const asked = await scrape(api);
  expect(
    value(asked, 'corefleet_http_requests_total{method="GET",route="/v1/devices/:id",status="200"}'),
  ).toBeGreaterThanOrEqual(1);
  expect(asked).not.toContain(id);
  expect(value(asked, 'corefleet_links')).toBeUndefined();
});

it('are all in the catalogue, and none of it is shown where people and devices come', async () => {
  for (const part of ['api', 'gateway', 'worker', 'signer'] as const) {
    const member = only(part);
    const names = [...(await scrape(member)).matchAll(/^# TYPE (corefleet_\S+)/gm)].map(([, name]) => name);
    expect(names.sort()).toEqual(Object.keys(CATALOGUE).sort());
    if (member.url) expect((await fetch(`${member.url}/metrics`)).status).toBe(404);
  }
});

it('count a path that is no route without its text', async () => {
  await fetch(`${only('api').url}/v1/made-up/${'x'.repeat(100)}`);
  const text = await scrape(only('api'));
  expect(text).not.toContain('made-up');
  expect(value(text, 'corefleet_http_requests_total{method="GET",route="none",status="404"}')).toBeGreaterThanOrEqual(
    1,
  );
});
