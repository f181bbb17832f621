import { refusalOf, type CommandToSign } from './signing-rules';

const command = (over: Partial<CommandToSign> = {}): CommandToSign => ({
  id: 'c',
  operation: 'hold',
  parameters: { snaps: ['a'], time: 'forever', level: 'general' },
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
  auditDetails: { operation: 'hold', parameters: { level: 'general', time: 'forever', snaps: ['a'] } },
  ...over,
});

describe('refusalOf', () => {
  it.each([
    ['the enrolment has ended', { enrolmentStatus: 'revoked' }, /enrolment has ended/],
    ['the operation is unknown', { operation: 'rm' }, /not in the catalogue/],
    ['there is no audit entry', { auditAction: null, auditDetails: null }, /no authorised request/],
    ['the audited act authorises nothing', { auditAction: 'device.set-labels' }, /no authorised request/],
    ['the request named other commands', { auditNamesIt: false }, /not for this command/],
    ['another operation was asked for', { auditDetails: { operation: 'unhold' } }, /another operation/],
    ['other parameters were asked for', { auditDetails: { operation: 'hold', parameters: {} } }, /other parameters/],
  ])('refuses when %s', (_, over, message) => {
    expect(refusalOf(command(over))).toMatch(message);
  });
});
