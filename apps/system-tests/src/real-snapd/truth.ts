import type { CommandDetail } from '@corefleet/contracts/http';
import { eventually } from '@corefleet/testing/processes';
import type { KeptChange } from './rows';
import type { ShownChange, ShownNotice } from './snapd-reader';
import type { Stand } from './stand';

/** Polls of an unready change are at most 5 s apart, and a cut long-poll waits up to 10 s. */
const SETTLE_TIMEOUT_MS = 20_000;

/**
 * Waits until the tables hold exactly what snapd's own socket shows: every change, also those nobody ordered, with all of
 * its tasks, their logs and progress, every time and error; and every notice with its occurrences and times.
 * Left out is only how long snapd keeps and repeats a notice, which is its own affair. What moves by itself is a change
 * that is not ready, and then both sides move: they are read until they are the same.
 */
export async function expectRowsToEqualSnapd(stand: Stand): Promise<void> {
  const same = async (): Promise<true> => {
    const shown = { changes: await stand.snapd.changes(), notices: await stand.snapd.notices() };
    const [changes, notices] = [
      await stand.rows.changes(stand.enrolmentId),
      await stand.rows.notices(stand.enrolmentId),
    ];
    expect(changes.map(withoutOwner)).toEqual(shown.changes.map(changeRow));
    expect(notices).toEqual(shown.notices.map(noticeRow));
    return true;
  };
  await eventually(same, { what: "the rows to equal snapd's own", timeoutMs: SETTLE_TIMEOUT_MS, everyMs: 250 });
  expect(await stand.rows.quarantined(stand.enrolmentId)).toEqual([]);
}

const withoutOwner = ({ commandId: _commandId, ...change }: KeptChange) => change;

/** What is absent in snapd's answer is null in a row, but a change without tasks has an empty list of them. */
function changeRow(change: ShownChange): Omit<KeptChange, 'commandId'> {
  const { err = null, 'ready-time': readyTime = null, data = null, tasks = [], ...others } = change;
  return { ...others, err, 'ready-time': readyTime, data, tasks };
}

function noticeRow(notice: ShownNotice): Record<string, unknown> {
  const { 'expire-after': _expires, 'repeat-after': _repeats, 'last-data': data = null, ...others } = notice;
  return { ...others, 'last-data': data };
}

/**
 * Checks all that is kept of an ended command against snapd: its row, the API's view of it, the audit entry it derives
 * from, and that each change it claims shows the end that the command says.
 */
export async function expectCommandToBeTrue(stand: Stand, command: CommandDetail): Promise<void> {
  await expectRowsToEqualSnapd(stand);
  const { operation, parameters, status, changeIds, cause, message, snapdKind, result } = command;
  expect(await stand.rows.command(command.id)).toEqual({
    ...{ operation, parameters, status, changeIds, cause, message, snapdKind, result },
    ...{ signed: true, finished: true },
  });
  expect(await stand.rows.auditOfCommand(command.id)).toMatchObject({
    ...{ actorKind: 'person', actorName: 'admin', action: 'command.issue', outcome: 'done' },
    ...{ subjectKind: 'command', subjectId: command.id },
    details: { operation, parameters, devices: 1 },
  });
  await expectChangesToBeTheirs(stand, command);
}

async function expectChangesToBeTheirs(stand: Stand, command: CommandDetail): Promise<void> {
  const kept = await stand.rows.changes(stand.enrolmentId);
  const claimed = kept.filter(({ commandId }) => commandId === command.id).map(({ id }) => id);
  expect(claimed).toEqual(command.changeIds);
  const { changes } = await stand.command(command.id);
  expect(changes.map(({ changeId }) => changeId)).toEqual(command.changeIds);
  for (const id of command.changeIds) {
    const { status, err } = await stand.snapd.change(id);
    expect({ status, of: command.status }).toEqual({
      status: expect.stringMatching(ENDS[command.status] ?? /^$/),
      of: command.status,
    });
    if (status === 'Error') expect(command.message).toBe(err);
  }
}

/** What snapd shows of the change of a command that ended so. */
const ENDS: Record<string, RegExp> = { succeeded: /^Done$/, failed: /^(Error|Undone|Hold)$/ };
