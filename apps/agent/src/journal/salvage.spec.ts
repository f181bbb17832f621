import { anEnvelope, ENROLMENT_ID, TestSigner } from '../testing/signer';
import { frameRecord, readFrames, type Numbered } from './framing';
import { applyRecord, emptyJournalState, type JournalState } from './journal-state';
import { provable } from './provable';
import type { JournalRecord } from './record';
import { salvage } from './salvage';

const command = new TestSigner().command(anEnvelope());
const accepted = (commandId: string, sequence: number): JournalRecord => ({
  ...{ t: 'accepted', sequence, commandId, command, atMs: 1 },
});
const intent = (commandId: string): JournalRecord => ({
  ...{ t: 'intent', commandId, intent: { operation: 'hold', highestChangeId: '3', before: null } },
});
const started = (commandId: string): JournalRecord => ({
  ...{ t: 'started', commandId, started: { kind: 'change', changeId: '4' } },
});
const end = (commandId: string): JournalRecord => ({
  ...{ t: 'end', report: { commandId, state: 'succeeded', changeIds: ['4'] } },
});

/** Commands in every state that a crash may find, some of them side by side. */
const story: JournalRecord[] = [
  { t: 'journal', id: 'first', enrolmentId: ENROLMENT_ID },
  { t: 'numbers', upTo: 1000 },
  ...[accepted('done', 1), intent('done'), started('done')],
  ...[accepted('tried', 2), intent('tried'), { t: 'withdrawn', commandId: 'tried' } as const],
  ...[end('done'), { t: 'acked', commandId: 'done' } as const],
  ...[accepted('sent', 3), accepted('running', 4), intent('running'), intent('sent')],
  ...[{ t: 'sequence', sequence: 5 } as const, started('running'), intent('tried')],
  ...[accepted('new', 6), accepted('last', 7), intent('last')],
];
const frames = story.map((record, at) => frameRecord(at + 1, record));
const file = Buffer.concat(frames);
const fold = (records: readonly JournalRecord[]): JournalState => {
  const state = emptyJournalState();
  for (const record of records) applyRecord(state, record);
  return state;
};
const truth = fold(story);

function recovered(bytes: Buffer, mark: number | undefined = story.length) {
  const { records, damage } = provable<JournalRecord & Numbered>(readFrames(bytes), mark);
  return { damage, state: damage ? salvage(records, damage, ENROLMENT_ID) : fold(records) };
}

/**
 * What is wrong with a recovery: whatever was damaged, nothing may be sent twice, and no acceptance be dropped without a
 * word.
 */
function harmOf(what: string, { damage, state }: ReturnType<typeof recovered>): string[] {
  const problems: string[] = [];
  if (state.lastSequence < truth.lastSequence && !state.fence) problems.push('accepts a sequence again');
  for (const commandId of ['done', 'tried', 'sent', 'running', 'new', 'last']) {
    const [was, is] = [truth.open.get(commandId), state.open.get(commandId)];
    const isBehind = is && ((was?.intent && !is.intent) || (was?.started && !is.started) || (!was && !is.started));
    if (isBehind) problems.push(`begins ${commandId} again`);
    if (!is && was && !state.ends.has(commandId) && !state.fence && state.lastSequence < was.sequence)
      problems.push(`drops ${commandId}`);
  }
  if (damage && state.journalId === 'first') problems.push('keeps the id: numbers may come twice');
  if (!damage && JSON.stringify([...state.open]) !== JSON.stringify([...truth.open]))
    problems.push('lost something unseen');
  return problems.map((problem) => `${what}: ${problem}`);
}

/** Every way in which one file may be damaged. */
function* damaged(): Generator<[string, Buffer]> {
  for (let at = 0; at < file.length; at += 1) {
    const copy = Buffer.from(file);
    copy[at] = (copy[at] ?? 0) ^ (1 << (at % 8));
    yield [`bit ${at % 8} of byte ${at} flipped`, copy];
    yield [`cut to ${at} bytes`, file.subarray(0, at)];
  }
  for (const size of [17, 200, 1000])
    for (let at = 0; at < file.length; at += 5) {
      const end = Math.min(at + size, file.length);
      yield [`zeroes from ${at} to ${end}`, Buffer.from(file).fill(0, at, end)];
      yield [`without ${at} to ${end}`, Buffer.concat([file.subarray(0, at), file.subarray(end)])];
    }
}

describe('a damaged journal', () => {
  it('does no harm wherever a bit is flipped, bytes are zero, a part is missing or the end is cut off', () => {
    const harm: string[] = [];
    for (const [what, bytes] of damaged()) {
      const found = recovered(bytes);
      harm.push(...harmOf(what, found));
      if (!found.damage) harm.push(`${what}: goes unseen`);
    }
    expect(harm).toEqual([]);
  });

  it('is whole when its end is there twice, or was cut short in an append', () => {
    let at = 0;
    for (const frame of frames) {
      const twice = recovered(Buffer.concat([file, file.subarray(at)]));
      expect(harmOf(`tail from ${at} twice`, twice)).toEqual([]);
      expect(twice.damage).toBeUndefined();
      at += frame.length;
    }
    const more = frameRecord(story.length + 1, accepted('torn', 8));
    for (let length = 1; length < more.length; length += 1)
      expect(recovered(Buffer.concat([file, more.subarray(0, length)])).damage).toBeUndefined();
  });

  it('lets go on what is complete, follows what was started, and asks a person about the rest', () => {
    const lost = story.findIndex((record) => record.t === 'sequence');
    const { state, damage } = recovered(Buffer.concat(frames.filter((_frame, at) => at !== lost)));
    expect(damage?.reason).toBe(`records ${lost + 1} to ${lost + 1} are missing`);
    expect([...state.open.keys()]).toEqual(['running', 'new', 'last']);
    expect([...state.ends]).toMatchObject([
      ['done', { acked: true }],
      ['tried', { acked: false, report: { state: 'unknown', cause: 'journal-damaged' } }],
      ['sent', { acked: false, report: { state: 'unknown', cause: 'journal-damaged' } }],
    ]);
    expect(state).toMatchObject({ lastSequence: 7, fence: undefined, cursor: undefined });
  });

  it('that lost its end keeps everything signed before from being begun', () => {
    expect(recovered(Buffer.concat(frames.slice(0, -3))).state).toMatchObject({ lastSequence: 5, fence: {} });
    expect(recovered(Buffer.alloc(0)).state).toMatchObject({ lastSequence: 0, fence: {}, enrolmentId: ENROLMENT_ID });
  });
});
