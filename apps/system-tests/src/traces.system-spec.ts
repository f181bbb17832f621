import { startFleet, type Fleet } from '@corefleet/testing/fleet';
import { eventually } from '@corefleet/testing/processes';
import { OtlpReceiver, type ReceivedSpan } from './kill-lab/otlp-receiver';
import { orderAt, Road } from './kill-lab/road';
import { RoadDevice } from './kill-lab/road-device';

let collector: OtlpReceiver;
let fleet: Fleet;
let road: Road;
let device: RoadDevice;
let deviceId: string;

beforeAll(async () => {
  collector = await OtlpReceiver.start();
  fleet = await startFleet({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: '200' } });
  road = await Road.over(fleet);
  device = await RoadDevice.open(fleet, { serial: 'traced-1', enrolmentToken: await fleet.enrolmentToken() });
  device.startAgent();
  deviceId = (await road.online('traced-1')).id;
}, 60_000);

afterAll(async () => {
  await device?.close();
  await road?.close();
  await fleet?.stop();
  collector?.stop();
});

/** What the processes beside the api say of a command; each once it has come. */
const spansOf = (commandId: string): Promise<ReceivedSpan[]> =>
  Promise.all(
    ['sign command', 'hand out command', 'run on device'].map((name) =>
      eventually(() => collector.of(name, commandId)[0], { what: `the span "${name}"`, timeoutMs: 15_000 }),
    ),
  );

const services = (spans: readonly ReceivedSpan[]): string[] => spans.map(({ service }) => service);

it("go from a caller's request through every process to the device and back, in one trace", async () => {
  const [traceId, callerId] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'];
  const asked = { deviceIds: [deviceId], operation: 'refresh', parameters: {} };
  const id = await orderAt(fleet.api, asked, { traceparent: `00-${traceId}-${callerId}-01` });
  const { status } = await road.ended(id);
  const spans = await spansOf(id);
  const request = await eventually(() => collector.spans.find((span) => span.parentSpanId === callerId), {
    what: 'the span of the request',
  });
  expect(request).toMatchObject({ name: 'POST /v1/commands', service: 'corefleet-api', traceId });
  expect(services(spans)).toEqual(['corefleet-signer', 'corefleet-gateway', 'corefleet-worker']);
  for (const span of spans) expect(span).toMatchObject({ traceId, parentSpanId: request.spanId });
  const [, , ran] = spans;
  expect(ran?.status.code ?? 0).toBe(status === 'succeeded' ? 0 : 2);
  expect(BigInt(ran?.endTimeUnixNano ?? 0)).toBeGreaterThanOrEqual(BigInt(ran?.startTimeUnixNano ?? 1));
  const folded = await eventually(() => collector.spans.find(({ parentSpanId }) => parentSpanId === ran?.spanId), {
    what: 'the folding',
  });
  expect(folded).toMatchObject({ name: 'fold reports', service: 'corefleet-worker', traceId });
});

it('of a rollout are linked to the request that made it, and hold what its commands did', async () => {
  const made = await fleet.api.post<{ id: string }>('/v1/rollouts', {
    name: 'traced',
    does: { steps: [{ operation: 'refresh', parameters: {} }] },
    filter: 'serial=traced-1',
    waves: [{ percent: 100 }],
  });
  const [given] = await eventually(
    () => {
      const found = collector.of('give commands', made.id);
      return found.length > 0 && found;
    },
    { what: 'the giving of commands', timeoutMs: 20_000 },
  );
  const [row] = await road.rows<{ id: string }>('SELECT id FROM commands WHERE rollout_id = $1', [made.id]);
  await road.ended(row?.id ?? '');
  const spans = await spansOf(row?.id ?? '');
  for (const span of spans) expect(span).toMatchObject({ traceId: given?.traceId, parentSpanId: given?.spanId });
  const request = collector.spans.find(({ name }) => name === 'POST /v1/rollouts');
  expect(given?.parentSpanId ?? '').toBe('');
  expect(given?.links).toMatchObject([{ traceId: request?.traceId, spanId: request?.spanId }]);
});

it('begin anew where the caller names a trace that is none, and leave out who asks for health', async () => {
  const headers = { traceparent: '00-00000000000000000000000000000000-0000000000000000-01' };
  await fetch(`${fleet.members.api[0]?.url}/v1/nowhere`, { headers });
  await fetch(`${fleet.members.api[0]?.url}/healthz`);
  const span = await eventually(() => collector.spans.find(({ name }) => name === 'GET none'), { what: 'the span' });
  expect(span.parentSpanId ?? '').toBe('');
  expect(collector.spans.filter(({ name }) => name.includes('healthz'))).toEqual([]);
});
