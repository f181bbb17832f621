import { refusalOf, type CommandToSign } from './signing-rules';

const command = (over: Partial<CommandToSign> = {}): CommandToSign => ({
  id: 'c',
  trace: null,
  operation: 'hold',
  parameters: { snaps: ['app'], time: 'forever', 'hold-level': 'general' },
  createdAt: new Date(0),
  validUntil: new Date(1),
  deadlineSeconds: 60,
  enrolmentId: 'e',
  enrolmentStatus: 'active',
  serial: 's',
  model: 'm',
  brandId: 'b',
  auditAction: 'command.issue',
  auditNamesIt: true,
  phase: 'apply',
  prechecks: false,
  undoes: [],
  released: true,
  approvalsNeeded: 0,
  approvals: [],
  asked: { operation: 'hold', parameters: { 'hold-level': 'general', time: 'forever', snaps: ['app'] } },
  ...over,
});

describe('refusalOf', () => {
  it.each([
    ['the enrolment has ended', { enrolmentStatus: 'revoked' }, /enrolment has ended/],
    ['nobody has started its rollout', { released: false }, /nobody has started the rollout/],
    ['the operation is unknown', { operation: 'rm' }, /not in the catalogue/],
    ['there is no audit entry', { auditAction: null, asked: null }, /no authorised request/],
    ['the audited act authorises nothing', { auditAction: 'device.set-labels' }, /no authorised request/],
    ['the request named other commands', { auditNamesIt: false }, /not for this command/],
    ['another operation was asked for', { asked: { operation: 'unhold' } }, /another operation/],
    ['its target has no such step', { asked: null }, /another operation/],
    [
      'approvals are missing',
      { approvalsNeeded: 2, approvals: ['approve'] },
      /1 of 2 approvals of the plan are missing/,
    ],
    ['somebody rejected', { approvalsNeeded: 1, approvals: ['approve', 'reject'] }, /rejected the plan/],
    ['somebody rejected what needs no approval', { approvals: ['reject'] }, /rejected the plan/],
    ['it takes something back before the way back', { asked: null, undoes: ['unhold'] }, /another operation/],
    [
      'the catalogue does not let it undo that',
      { asked: null, phase: 'rollback', undoes: ['reboot'] },
      /another operation/,
    ],
    ['other parameters were asked for', { asked: { operation: 'hold', parameters: {} } }, /other parameters/],
  ])('refuses when %s', (_, over, message) => {
    expect(refusalOf(command(over))).toMatch(message);
  });

  it.each([
    ['what was asked for, whatever the order of its members', {}],
    ['what enough people approved', { approvalsNeeded: 2, approvals: ['approve', 'approve'] }],
    [
      'a read before anything is given',
      { asked: null, phase: 'precheck', prechecks: true, operation: 'read-changes', parameters: {} },
    ],
    ['what takes back a command of its target', { asked: null, phase: 'rollback', undoes: ['unhold'] }],
  ])('allows %s', (_, over) => {
    expect(refusalOf(command(over))).toBeUndefined();
  });
});
