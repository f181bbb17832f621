import { commandView } from './command-view';

type Row = Parameters<typeof commandView>[0];

const time = new Date(0);

const aRow = (over: Partial<Row>): Row => ({
  ...{ id: 'c', deviceId: 'd', enrolmentId: 'e', rolloutId: null, auditId: 1n, operation: 'refresh', parameters: {} },
  ...{ status: 'succeeded', requestedBy: 'ann', sequence: 7n, changeIds: [], cause: null, message: null },
  ...{ snapdKind: null, snapdValue: null, snapdStatus: null, result: null, undo: null, lateStatus: null },
  ...{ deadlineSeconds: 60, createdAt: time, validUntil: time, signedAt: time, acceptedAt: time, finishedAt: time },
  ...{ appliedEpoch: 1, appliedNumber: 1n, artifacts: [], phase: 'apply', attempt: 1, step: 0, trace: null },
  ...over,
});

describe('commandView', () => {
  it('shows how to take the command back without secrets', () => {
    const revert = { operation: 'revert', parameters: { snap: 'app' } };
    const logIn = { operation: 'log-in', parameters: { email: 'a@b.example', password: 'hunter2' } };
    const unknown = { operation: 'of-a-later-release', parameters: { key: 'hunter2' } };
    expect(commandView(aRow({ undo: [revert, logIn, unknown] })).undo).toEqual([
      revert,
      { operation: 'log-in', parameters: { email: 'a@b.example', password: '(hidden)' } },
      { operation: 'of-a-later-release', parameters: '(hidden)' },
    ]);
    expect(commandView(aRow({})).undo).toBeNull();
  });

  it('shows nothing of what a sensitive read has read', () => {
    const answer = { result: { secret: 1 }, snapdValue: { secret: 1 } };
    expect(commandView(aRow({ operation: 'read-users', ...answer }))).toMatchObject({ result: null, snapdValue: null });
    expect(commandView(aRow({ operation: 'read-snaps', ...answer }))).toMatchObject(answer);
  });
});
