import { isTimeline, type RecordedStep } from '@corefleet/testing/snapd-recordings';
import { Replay } from './classic-replay/replay';
import { SESSIONS, stepsOf } from './classic-replay/lab-device';
import { BY_RULE, NOT_REPLAYED } from './classic-replay/table';

const nameOf = (step: RecordedStep): string => (isTimeline(step) ? step.timeline : `${step.family}: ${step.name}`);

/**
 * The session of a real snapd on a classic system, asked of the simulator again: the same requests in the same order,
 * status, headers, envelope and result compared field by field after what `classic-replay/normal.ts` lists.
 */
describe.each(SESSIONS)('the simulator beside snapd $version on a classic system', (session) => {
  const steps = stepsOf(session);
  const replay = new Replay(session, steps);
  afterAll(() => replay.end());

  it('leaves out only what the table says, and the table names nothing else', () => {
    const names = new Set(steps.map(nameOf));
    for (const name of [...Object.keys(NOT_REPLAYED), ...Object.keys(BY_RULE)]) expect(names).toContain(name);
  });

  it.each(steps.filter((step) => !(nameOf(step) in NOT_REPLAYED)).map((step) => [nameOf(step), step] as const))(
    '%s',
    async (name, step) => {
      const { recorded, simulated } = await replay.take(name, step);
      expect(simulated).toEqual(recorded);
    },
  );
});
