import {
  NETWORK_SCHEMA,
  recordedSteps,
  type RecordedChange,
  type RecordedStep,
} from '@corefleet/testing/snapd-recordings/core24';
import { recordedSnap } from '@corefleet/testing/snapd-recordings';
import type { Answer, TestDevice } from './a-device';
import { core24Device, core24Store } from './core24-device';
import { DIFFERENCES, NOT_REPLAYED, normalChange, normalResult, normalText, roadsAlike } from './core24-normal';
import { ABORTED_AT, BEFORE, NEW_MODEL } from './core24-world';

/**
 * The life of a real snapd 2.77.1 as an Ubuntu-Core-24-like device, asked of the simulator again: the same requests in
 * the same order, answers and changes compared field by field after what `core24-normal.ts` lists.
 */
describe('the simulator beside a recorded Core 24 device', () => {
  const steps = recordedSteps();
  const replayed = steps.filter((step) => !(step.name in NOT_REPLAYED));
  const textAt = (path: string): string => steps.find((step) => step.request?.path === path)!.body as string;
  const assertions = { model: textAt('/v2/model'), serial: textAt('/v2/model/serial') };
  let device: TestDevice;

  beforeAll(async () => {
    const volumes = (steps.find((step) => step.name === '/v2/systems/20261120')!.body as DetailsBody).result.volumes;
    const times = { taskMs: 10, graceMs: 3000, rebootMs: 2800, daemonRestartMs: 200 };
    device = core24Device(core24Store(volumes), assertions, { firstBoot: true, autoRefresh: true, ...times });
  });
  afterAll(() => device.snapd.dispose());

  // What changed around the device between its steps, also before those that are not replayed.
  const events = Object.entries(BEFORE);
  const order = steps.map((step) => step.name);
  const worldMovesTo = async (name: string): Promise<void> => {
    while (events[0] && order.indexOf(events[0][0]) <= order.indexOf(name)) await events.shift()![1](device);
  };

  it('leaves out only what the table says, and the table names nothing else', () => {
    const names = new Set(steps.map((step) => step.name));
    for (const name of [...Object.keys(NOT_REPLAYED), ...Object.keys(DIFFERENCES), ...Object.keys(BEFORE)]) {
      expect(names).toContain(name);
    }
    expect(replayed.length).toBe(steps.length - Object.keys(NOT_REPLAYED).length);
  });

  it.each(replayed.map((step): [string, RecordedStep] => [step.name, step]))('%s', async (name, step) => {
    await worldMovesTo(name);
    const started = step.request ? await ask(device, step) : step.change!.id;
    if (step.change) await expectChange(device, step, started!);
    if (step.answers) expect(await pollSystemInfo(device)).toEqual(step.answers);
  });
});

interface DetailsBody {
  result: { volumes: Record<string, unknown> };
}

/** Sends the recorded request and holds the answer against the recorded one; returns the id of its change. */
async function ask(
  device: TestDevice,
  { name, request, status, headers, body }: RecordedStep,
): Promise<string | undefined> {
  const answer = await send(device, request!);
  const isText = typeof body === 'string';
  const got = { status: answer.status, body: isText ? normalText(name, answer.text) : normalResult(name, answer.body) };
  expect(got).toEqual({ status, body: isText ? normalText(name, body) : normalResult(name, body as object) });
  if (headers) expect(answer.headers).toMatchObject(headers);
  return answer.body.change;
}

/** Sends the recorded request, with the texts and files that the recording only names. */
async function send(device: TestDevice, request: NonNullable<RecordedStep['request']>): Promise<Answer> {
  const { method, path, json, form, raw } = request;
  if (form) return device.upload([[form.snap!, recordedSnap(form.snap!)]]);
  if (raw !== undefined) return device.send({ method, path, body: NETWORK_SCHEMA });
  if (path !== '/v2/model' || method === 'GET') return device.call(method, path, json);
  return device.call(method, path, { 'new-model': NEW_MODEL((await device.get('/v2/model')).text) });
}

/** Follows the change as the recorder did, every 25 ms, and holds its road and end against the recorded ones. */
async function expectChange(device: TestDevice, step: RecordedStep, id: string): Promise<void> {
  const road: string[] = [];
  const see = (state: string): void => {
    if (road.at(-1) !== state) road.push(state);
  };
  const boots = new Set([device.snapd.bootId()]);
  for (let polls = 0; polls < 2000 && !(await isReady(device, id, see)); polls++) {
    if (polls === ABORTED_AT[step.name]) await expectAbort(device, step, id);
    await device.clock.advance(25);
    boots.add(device.snapd.bootId());
  }
  const change = await device.read<RecordedChange>(`/v2/changes/${id}`);
  expect(normalChange(change)).toEqual(normalChange(step.change!));
  if (step.road && !roadsAlike(step.road, road)) expect(road).toEqual(step.road);
  const waited = step.road?.includes('Wait system-restart') ?? false;
  expect(boots.size > 1).toBe(waited);
  if (step.occurrences !== undefined) expect(await occurrences(device, id)).toBe(step.occurrences);
}

/** Aborts the change and holds what is answered at once against the recorded answer; bytes fetched differ. */
async function expectAbort(device: TestDevice, { abort }: RecordedStep, id: string): Promise<void> {
  const { body } = await device.post(`/v2/changes/${id}`, { action: 'abort' });
  const withoutBytes = (result: unknown): unknown =>
    JSON.parse(JSON.stringify(normalChange(result as object)).replace(/"done":\d{4,}/g, '"done":0'));
  expect(withoutBytes(body.result)).toEqual(withoutBytes((abort as { result: unknown }).result));
}

async function isReady(device: TestDevice, id: string, see: (state: string) => void): Promise<boolean> {
  if (!device.snapd.isUp()) {
    see('gone');
    return false;
  }
  const { body } = await device.get(`/v2/changes/${id}`);
  const { status, ready } = body.result as { status: string; ready: boolean };
  const maintenance = body.maintenance as { kind: string } | undefined;
  see(maintenance ? `${status} ${maintenance.kind}` : status);
  return ready;
}

async function occurrences(device: TestDevice, id: string): Promise<number | undefined> {
  const notices = await device.read<{ occurrences: number }[]>(`/v2/notices?types=change-update&keys=${id}`);
  return notices[0]?.occurrences;
}

async function pollSystemInfo(device: TestDevice): Promise<string[]> {
  const answers: string[] = [];
  for (let polls = 0; polls < 30; polls++) {
    const up = device.snapd.isUp();
    const maintenance = up ? ((await device.get('/v2/system-info')).body.maintenance as { kind: string }) : undefined;
    const answer = up ? ['up', ...(maintenance ? [maintenance.kind] : [])].join(' ') : 'gone';
    if (answers.at(-1) !== answer) answers.push(answer);
    await device.clock.advance(500);
  }
  return answers;
}
