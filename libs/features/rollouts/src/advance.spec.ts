import { advance, type AdvanceRules, type CommandFacts } from './advance';
import { NEVER, isOpen, type TargetState } from './target-state';

const now = new Date('2026-11-27T14:03:00.000Z');
const earlier = new Date('2026-11-27T14:00:00.000Z');

const target = (over: Partial<TargetState> = {}): TargetState => ({
  ...{ phase: 'apply', state: 'running', cause: null, message: null, late: null, attempt: 1, step: 0 },
  ...{ commandId: 'c', notBefore: NEVER, offeredAt: earlier, finishedAt: null },
  ...over,
});

const command = (status: string, over: Partial<CommandFacts> = {}): CommandFacts => ({
  ...{ id: 'c', status, lateStatus: null, cause: null, message: null, snapdKind: null, phase: 'apply', step: 0 },
  ...over,
});

const rules = (over: Partial<AdvanceRules> = {}): AdvanceRules => ({
  ...{ now, steps: 1, attempts: { most: 1 }, over: undefined, retryAfterMs: () => 60_000 },
  ...over,
});

const offered = target({ state: 'offered' });
const retried = { attempts: { most: 2 } };
const retrying = target({ state: 'waiting', cause: 'retry', message: 'no space', commandId: null, offeredAt: null });
const unturned = target({ phase: 'rollback', state: 'skipped', cause: 'nothing-to-do', attempt: 0, commandId: null, finishedAt: earlier }); // prettier-ignore
const lateSuccess = command('timed-out', { id: 'former', lateStatus: 'succeeded' });
const ended = target({ state: 'lost', cause: 'lost', finishedAt: earlier });

describe('advance', () => {
  it.each<[string, TargetState, CommandFacts, Partial<AdvanceRules>, Partial<TargetState>]>([
    ['runs once it is accepted', offered, command('accepted'), {}, { state: 'running' }],
    ['runs when it was set aside and is heard of', target({ state: 'waiting', cause: 'offline' }), command('running'), {}, { state: 'running', cause: null }], // prettier-ignore
    ['says that the device restarts', target(), command('rebooting'), {}, { state: 'rebooting' }],
    ['says that it is being read back', target(), command('verifying'), {}, { state: 'verifying' }],
    ['succeeds with its last step', target({ step: 1 }), command('succeeded', { step: 1 }), { steps: 2 }, { state: 'succeeded', finishedAt: now }], // prettier-ignore
    ['fails with the words of its command', target(), command('failed', { cause: 'change-error', message: 'no' }), {}, { state: 'failed', cause: 'change-error', message: 'no', finishedAt: now }], // prettier-ignore
    ['waits for another attempt', target(), command('failed', { message: 'no space' }), retried, { state: 'waiting', cause: 'retry', message: 'no space', commandId: null, attempt: 1, notBefore: new Date(now.getTime() + 60_000) }], // prettier-ignore
    ['tries again when nothing was heard', target(), command('lost'), retried, { state: 'waiting', cause: 'retry', message: 'lost' }], // prettier-ignore
    ['fails when its attempts are used up', target({ attempt: 2 }), command('timed-out'), retried, { state: 'timed-out', cause: 'timed-out' }], // prettier-ignore
    ['fails when its cause will not go by', target(), command('failed'), { ...retried, retryAfterMs: () => undefined }, { state: 'failed' }], // prettier-ignore
    ['never tries again what may have happened', target(), command('unknown'), retried, { state: 'unknown' }],
    ['never tries again what was refused', target(), command('rejected', { cause: 'policy' }), retried, { state: 'rejected', cause: 'policy' }], // prettier-ignore
    ['is not tried again once the rollout is over', target(), command('failed'), { ...retried, over: 'the rollout is stopped' }, { state: 'failed' }], // prettier-ignore
    ['waits for its device when nobody took the command', offered, command('expired'), {}, { state: 'waiting', cause: 'offline', attempt: 0, commandId: null, notBefore: NEVER }], // prettier-ignore
    ['expires with the rollout', offered, command('expired'), { over: 'the rollout has expired' }, { state: 'expired', message: 'the rollout has expired', finishedAt: now }], // prettier-ignore
    ['is looked at again when its device came back with another key', offered, command('cancelled', { cause: 'device-re-enrolled' }), {}, { state: 'waiting', cause: 'offline', attempt: 0, commandId: null, notBefore: now }], // prettier-ignore
    ['is cancelled with its command', offered, command('cancelled', { message: 'taken back' }), {}, { state: 'cancelled', message: 'taken back' }], // prettier-ignore
    ['says what was done when it is given up half way', target({ state: 'offered', step: 1 }), command('cancelled', { step: 1 }), { steps: 2, over: 'the rollout is stopped' }, { state: 'failed', cause: 'given-up', message: 'given up after step 1, the rollout is stopped' }], // prettier-ignore
    ['gets no next step once the rollout is over', target(), command('succeeded'), { steps: 2, over: 'the rollout is stopped' }, { state: 'failed', cause: 'given-up', step: 1 }], // prettier-ignore
    ['keeps what was heard after its end', ended, command('lost', { lateStatus: 'succeeded' }), {}, { state: 'lost', late: 'late-success' }], // prettier-ignore
    ['hears its end and what came after that at once', target(), command('lost', { lateStatus: 'succeeded' }), {}, { state: 'lost', late: 'late-success' }], // prettier-ignore
    ['succeeds at once where a late success makes another attempt needless', target(), command('lost', { lateStatus: 'succeeded' }), retried, { state: 'succeeded' }], // prettier-ignore
    ['keeps a late failure', target({ state: 'expired', finishedAt: earlier }), command('expired', { lateStatus: 'failed' }), {}, { state: 'expired', late: 'late-failure' }], // prettier-ignore
    ['succeeds by a late success of what it waits to try again', retrying, command('lost', { id: 'former', lateStatus: 'succeeded' }), retried, { state: 'succeeded', commandId: 'former', finishedAt: now }], // prettier-ignore
    ['goes on after a late success of a step before the last', retrying, command('lost', { id: 'former', lateStatus: 'succeeded' }), { ...retried, steps: 2 }, { state: 'waiting', cause: 'retry', step: 1, notBefore: now }], // prettier-ignore
    ['hears what became of a command that was accepted as it was given up', target({ state: 'cancelled', finishedAt: earlier }), command('succeeded'), {}, { state: 'cancelled', late: 'late-success' }], // prettier-ignore
    ['hears so of a failure', target({ state: 'expired', finishedAt: earlier }), command('failed'), {}, { state: 'expired', late: 'late-failure' }], // prettier-ignore
    ['hears so of its last step', target({ state: 'failed', cause: 'given-up', step: 1, finishedAt: earlier }), command('succeeded', { step: 1 }), { steps: 2 }, { state: 'failed', late: 'late-success' }], // prettier-ignore
    ['is taken back after all when its device says late that it was changed', unturned, lateSuccess, {}, { phase: 'rollback', state: 'pending', cause: null, notBefore: now }], // prettier-ignore
    ['cannot be taken back where nothing takes back what is heard late', unturned, lateSuccess, { steps: 0 }, { state: 'failed', cause: 'no-way-back' }], // prettier-ignore
  ])('%s', (_, before, moved, over, after) => {
    const result = advance(before, moved, rules(over));
    expect(result).toMatchObject({ kind: 'move', after });
    if (result.kind !== 'move') return;
    expect(result.after.finishedAt === null).toBe(isOpen(result.after.state));
  });

  it('is offered its next step, and keeps its slot', () => {
    expect(advance(target(), command('succeeded'), rules({ steps: 2 }))).toEqual({
      kind: 'next-step',
      after: target({ state: 'offered', step: 1, commandId: null, offeredAt: now }),
    });
  });

  it.each<[string, TargetState, CommandFacts, Partial<AdvanceRules>]>([
    ['what it heard before', target(), command('running'), {}],
    ['a command that is only signed', offered, command('signed'), {}],
    ['the former command, while another attempt is under way', target({ commandId: 'new' }), command('lost', { lateStatus: 'succeeded' }), {}], // prettier-ignore
    ['the end of a former attempt that it followed before', retrying, command('failed', { id: 'former' }), retried],
    [
      'a late failure of what it tries again',
      retrying,
      command('lost', { id: 'former', lateStatus: 'failed' }),
      retried,
    ],
    ['a late success in another phase', { ...retrying, phase: 'rollback' }, command('lost', { id: 'former', lateStatus: 'succeeded' }), {}], // prettier-ignore
    ['a late success that leaves steps undone', ended, command('lost', { lateStatus: 'succeeded' }), { steps: 2 }],
    [
      'what was heard late before',
      { ...ended, late: 'late-success' },
      command('lost', { lateStatus: 'succeeded' }),
      {},
    ],
    ['the step before the one at which it was given up', target({ state: 'failed', cause: 'given-up', step: 1, finishedAt: earlier }), command('succeeded'), { steps: 2 }], // prettier-ignore
    ['the answer by which it was left out', target({ phase: 'precheck', state: 'skipped', finishedAt: earlier }), command('failed', { phase: 'precheck' }), {}], // prettier-ignore
    ['its own cancelled command', target({ state: 'cancelled', finishedAt: earlier }), command('cancelled'), {}],
    ['a late success when nothing is taken back any more', unturned, lateSuccess, { over: 'the rollout is rolled-back' }], // prettier-ignore
    ['an agent that says late that its command had expired', ended, command('expired', { lateStatus: 'expired' }), {}],
  ])('is not moved by %s', (_, before, moved, over) => {
    expect(advance(before, moved, rules(over))).toEqual({ kind: 'stay' });
  });
});
