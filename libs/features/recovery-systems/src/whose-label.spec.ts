import { whoseLabel, type LabelEvidence, type MakingChange, type CreateCommand } from './whose-label';

const at = (minute: number): Date => new Date(Date.UTC(2026, 10, 27, 12, minute));
const nothing: LabelEvidence = { label: 'box', current: false, atEnrolment: false, seedRefresh: false };
const command: CreateCommand = { id: 'c1', end: 'succeeded', endedAt: at(10), tested: true };
const undecided: CreateCommand = { ...command, end: 'undecided' };
const linked: MakingChange = { kind: 'create-recovery-system', commandId: 'c1', receivedAt: at(9) };
const byHand: MakingChange = { ...linked, commandId: null };

describe('whose a recovery system is', () => {
  it.each<[string, Partial<LabelEvidence>, string, boolean | null]>([
    ['our command made it and tested it', { command }, 'ours', true],
    ['our command made it and did not test it', { command: { ...command, tested: false } }, 'ours', false],
    [
      'its change is that of our command, however the command was closed',
      { command: undecided, change: linked },
      'ours',
      true,
    ],
    ['our command made it after somebody had', { command, change: byHand }, 'ours', true],
    ['somebody made it anew after our command', { command, change: { ...byHand, receivedAt: at(20) } }, 'person', null],
    ['our command is under way', { command: { ...undecided, endedAt: null } }, 'unknown', null],
    [
      'our command ended undecided, and a change tells nothing',
      { command: undecided, change: byHand },
      'unknown',
      null,
    ],
    ['a remodel made it', { change: { ...byHand, kind: 'remodel' } }, 'snapd', true],
    ['a remodel that we ordered made it', { change: { ...linked, commandId: 'r1', kind: 'remodel' } }, 'snapd', true],
    ['a refresh made it', { change: { ...byHand, kind: 'refresh-snap' } }, 'snapd', null],
    ['a change without a command made it', { change: byHand }, 'person', null],
    ['it was there before', { atEnrolment: true }, 'factory', null],
    ['the device was installed from it', { current: true, atEnrolment: null }, 'factory', null],
    ['it came later', {}, 'unknown', null],
    ['nobody kept when it came', { atEnrolment: null }, 'unknown', null],
  ])('%s', (_what, evidence, maker, tested) => {
    expect(whoseLabel({ ...nothing, ...evidence })).toMatchObject({ maker, tested });
  });

  it('says what hints there are where nothing tells it', () => {
    expect(whoseLabel({ ...nothing, label: '20261127-1', seedRefresh: true }).why).toBe(
      'nothing tells who made it; a remodel calls its systems like this; seed-refresh is on, so snapd may have made it',
    );
  });
});
