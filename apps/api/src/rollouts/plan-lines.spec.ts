import type { PlannedDeviceView } from '@corefleet/features/rollouts';
import { planLines } from './plan-lines';

const device: PlannedDeviceView = {
  ...{ deviceId: 'd1', serial: 'a,"b"', wave: 0, steps: [], rollback: null },
  plan: {
    verdict: 'blocked',
    actions: [{ kind: 'refresh', snap: 'core22', from: 1380, to: '1434' }],
    blockers: [{ cause: 'conflict', message: 'with acme/x' }],
    warnings: [],
  },
};

async function* pages(...given: PlannedDeviceView[][]): AsyncGenerator<PlannedDeviceView[]> {
  for (const page of given) yield await Promise.resolve(page);
}

async function text(format: 'csv' | 'ndjson', ...given: PlannedDeviceView[][]): Promise<string> {
  const lines: string[] = [];
  for await (const line of planLines(format, pages(...given))) lines.push(line);
  return lines.join('');
}

describe('planLines', () => {
  it('writes a line of CSV for each device, with what needs quotes quoted', async () => {
    expect(await text('csv', [device], [])).toBe(
      'deviceId,serial,wave,verdict,actions,blockers,warnings\r\n' +
        'd1,"a,""b""",0,blocked,refresh core22 1380 1434,conflict: with acme/x,\r\n',
    );
  });

  it('writes a line of JSON for each device', async () => {
    const lines = (await text('ndjson', [device, device], [device])).split('\n');
    expect(lines.slice(0, 3).map((line) => JSON.parse(line) as unknown)).toEqual([device, device, device]);
    expect(lines[3]).toBe('');
  });

  it('says of an empty plan only what its columns are', async () => {
    expect(await text('csv')).toBe('deviceId,serial,wave,verdict,actions,blockers,warnings\r\n');
    expect(await text('ndjson')).toBe('');
  });
});
