import {
  recordedSteps,
  recordedVerdicts,
  type RecordedEntry,
  type RecordedVerdict,
} from '@corefleet/testing/snapd-recordings/core24';
import type { SimulatedStore, ValidationSetSnap } from '../snaps/store';
import type { TestDevice } from './a-device';
import { core24Device, core24Store, SNAP_IDS } from './core24-device';

/**
 * Every recorded verdict of a real snapd 2.77.1 on combinations of validation sets, asked of the simulator: what
 * monitoring shows, what enforcing and refreshing say, and the revision that is there afterwards.
 */
describe('verdicts on validation sets, against the recorded ones', () => {
  const cases = recordedVerdicts().map((verdict): [string, RecordedVerdict] => [title(verdict), verdict]);

  it('has all recorded cases to go through', () => expect(cases).toHaveLength(156));

  it.each(cases)('%s', async (_title, verdict) => {
    const device = await deviceBefore(verdict);
    const wanted = verdict.sets.at(-1)!;
    const path = pathOf(wanted.name);

    const monitor = await device.post(path, { action: 'apply', mode: 'monitor', sequence: wanted.sequence });
    expect({ status: monitor.status, valid: (monitor.body.result as { valid: boolean }).valid }).toEqual({
      status: verdict.monitor.status,
      valid: verdict.monitor.valid,
    });
    expect(await tracked(device)).toEqual(verdict.monitor.tracked);

    const enforce = await device.post(path, { action: 'apply', mode: 'enforce', sequence: wanted.sequence });
    expect(outcome(enforce)).toEqual({ ...verdict.enforce, ...enforcedResult(verdict, wanted.name) });

    if (verdict.refresh) await expectRefresh(device, verdict);
  });
});

/** snapd names the set in its answer; the recording keeps the rest of it. */
function enforcedResult({ enforce }: RecordedVerdict, name: string): object {
  return enforce.result ? { result: { 'account-id': 'developer1', name, ...enforce.result } } : {};
}

function outcome({ status, body }: { status: number; body: { result: unknown } }): object {
  if (status === 200) return { status, result: body.result };
  return { status, message: (body.result as { message: string }).message };
}

async function expectRefresh(device: TestDevice, { refresh, sets }: RecordedVerdict): Promise<void> {
  const references = sets.map((set) => `developer1/${set.name}=${set.sequence}`);
  const answer = await device.post('/v2/snaps', { action: 'refresh', 'validation-sets': references });
  expect(answer.status).toBe(refresh!.status);
  if (refresh!.change) expect(await device.change(answer.body.change)).toMatchObject(refresh!.change);
  else expect((answer.body.result as { message: string }).message).toBe(refresh!.message);
  expect((await device.revisions())['lab-app'] ?? 'absent').toBe(refresh!.revisionAfter);
  expect(await tracked(device)).toEqual(refresh!.tracked);
}

/** The device with the revision it had, and the earlier sets applied as the recording says they were. */
async function deviceBefore({ installed, sets }: RecordedVerdict): Promise<TestDevice> {
  const store = core24Store();
  store.release('lab-app', 2, ['stable'], { version: '2', sizeBytes: 4096 });
  for (const set of sets) addSet(store, set.name, set.sequence, set.entry);
  const device = core24Device(store, assertions());
  if (installed !== 'absent') await device.run('/v2/snaps/lab-app', { action: 'install', revision: installed });
  for (const { name, sequence, mode, enforceRefused } of sets.slice(0, -1)) {
    const enforce = await device.post(pathOf(name), { action: 'apply', mode: 'enforce', sequence });
    if (mode === 'enforce') expect(enforce.status).toBe(200);
    else {
      expect((enforce.body.result as { message: string }).message).toBe(enforceRefused);
      await device.post(pathOf(name), { action: 'apply', mode: 'monitor', sequence });
    }
  }
  return device;
}

/** Every recorded set also allows core24, which is installed. */
function addSet(store: SimulatedStore, name: string, sequence: number, entry: RecordedEntry | null): void {
  const snaps: ValidationSetSnap[] = [{ name: 'core24', id: SNAP_IDS.core24, presence: 'optional' }];
  if (entry) snaps.push({ name: 'lab-app', id: SNAP_IDS['lab-app'], ...numbered(entry) });
  store.addValidationSet({ accountId: 'developer1', name, sequence, snaps });
}

function numbered({ presence, revision, components }: RecordedEntry): Omit<ValidationSetSnap, 'name'> {
  const inner = Object.entries(components ?? {}).map(([name, about]) => [name, withNumber(about)] as const);
  return { ...withNumber({ presence, revision }), ...(components && { components: Object.fromEntries(inner) }) };
}

const withNumber = ({ presence, revision }: Pick<RecordedEntry, 'presence' | 'revision'>) => ({
  presence,
  ...(revision !== undefined && { revision: Number(revision) }),
});

async function tracked(device: TestDevice): Promise<Record<string, unknown>> {
  const sets = await device.read<{ name: string; 'account-id': string }[]>('/v2/validation-sets');
  return Object.fromEntries(sets.map(({ name, 'account-id': _account, ...rest }) => [name, rest]));
}

const pathOf = (name: string): string => `/v2/validation-sets/developer1/${name}`;

function assertions(): { model: string; serial: string } {
  const text = (path: string): string => recordedSteps().find((step) => step.request?.path === path)!.body as string;
  return { model: text('/v2/model'), serial: text('/v2/model/serial') };
}

function title({ installed, sets }: RecordedVerdict): string {
  const said = sets.map(({ name, mode, entry }) => `${name} (${mode}) ${JSON.stringify(entry)}`);
  return `lab-app ${installed}: ${said.join(', ')}`;
}
