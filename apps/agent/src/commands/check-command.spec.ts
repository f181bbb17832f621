import { DEFAULT_POLICY } from '../config/policy';
import { SigningKeys } from '../link/signing-keys';
import { anEnvelope, ENROLMENT_ID, TestSigner } from '../testing/signer';
import { checkCommand, type CommandRules } from './check-command';

const signer = new TestSigner();
const stranger = new TestSigner();
const known = '11111111-1111-4111-8111-111111111111';
const rules: CommandRules = {
  keys: new SigningKeys(signer.pinned),
  enrolmentId: ENROLMENT_ID,
  device: 'sn-1.edge.acme',
  policy: DEFAULT_POLICY,
  lastSequence: 4,
  nowMs: Date.now(),
  fence: undefined,
  isKnown: (id) => id === known,
};
const aHold = { 'message-kind': 'hold', body: { snaps: ['app'], time: 'forever', 'hold-level': 'general' } };
const anHour = 3600_000;
const at = (ms: number): string => new Date(Date.now() + ms).toISOString();

describe('a command', () => {
  it('that is signed, addressed, new and valid is acceptable', () => {
    const check = checkCommand(signer.command(anEnvelope({ sequence: 5 })), rules);
    expect(check).toMatchObject({ kind: 'acceptable', checked: { operation: { name: 'read-configuration' } } });
  });

  it.each<[string, Parameters<typeof anEnvelope>[0], object]>([
    ['for another enrolment', { 'enrolment-id': known }, { cause: 'wrong-enrolment' }],
    ['for another device', { device: 'sn-2.edge.acme' }, { cause: 'wrong-device' }],
    ['with a sequence used before', { sequence: 4 }, { cause: 'replayed' }],
    ['that is known', { 'message-id': known, sequence: 4 }, { kind: 'known', commandId: known }],
    ['past its validity', { 'valid-until': at(-1000) }, { kind: 'expired' }],
    ['before its validity', { 'valid-since': at(anHour) }, { cause: 'not-yet-valid' }],
    ['of an unknown operation', { 'message-kind': 'brew-coffee' }, { cause: 'unknown-operation' }],
    ['that assumes what is not', { assumes: ['snapd9.9'] }, { cause: 'unmet-assumption' }],
    [
      'with an unknown parameter',
      { body: { snap: 'x', y: 1 } },
      { cause: 'bad-parameters', message: expect.stringContaining('"y"') },
    ],
    ['that the local policy denies', { 'message-kind': 'remove', body: { snaps: ['app'] } }, { cause: 'policy' }],
  ])('%s is refused', (_what, fields, refusal) => {
    expect(checkCommand(signer.command(anEnvelope({ sequence: 5, ...fields })), rules)).toMatchObject(refusal);
  });

  it('signed by a key that is not pinned is refused, under the id it claims', () => {
    const envelope = anEnvelope({ sequence: 5 });
    const check = checkCommand(stranger.command(envelope), rules);
    expect(check).toMatchObject({ cause: 'bad-signature', claimedId: envelope['message-id'] });
    expect(check).not.toHaveProperty('envelope');
  });

  it('changed after it was signed is refused', () => {
    const command = signer.command(anEnvelope({ sequence: 5 }));
    const changed = { ...command, envelope: command.envelope.replace('"system"', '"other"') };
    expect(checkCommand(changed, rules)).toMatchObject({ cause: 'bad-signature' });
  });

  it('that is signed nonsense is refused', () => {
    const text = signer.command(anEnvelope()).envelope;
    expect(checkCommand({ ...signer.command(anEnvelope()), envelope: `${text} ` }, rules)).toMatchObject({
      cause: 'bad-signature',
    });
  });

  it.each<[string, CommandRules['fence'], string, string]>([
    ['is doubtful while nobody knows the time', {}, at(0), 'doubtful'],
    ['is doubtful when it was signed before the fence', { untilMs: Date.now() }, at(-anHour), 'doubtful'],
    ['is doubtful when another clock may have signed it before', { untilMs: Date.now() }, at(30_000), 'doubtful'],
    ['is acceptable when it was signed after the fence', { untilMs: Date.now() - anHour }, at(0), 'acceptable'],
  ])('with a fence %s', (_what, fence, timestamp, kind) => {
    const envelope = anEnvelope({ sequence: 5, timestamp, ...aHold });
    expect(checkCommand(signer.command(envelope), { ...rules, fence })).toMatchObject({ kind });
  });

  it('is doubtful rather than expired: it may have been carried out in time', () => {
    const envelope = anEnvelope({ sequence: 5, 'valid-until': at(-1000), ...aHold });
    expect(checkCommand(signer.command(envelope), { ...rules, fence: {} })).toMatchObject({ kind: 'doubtful' });
  });

  it('that only reads is never doubtful', () => {
    const envelope = anEnvelope({ sequence: 5 });
    expect(checkCommand(signer.command(envelope), { ...rules, fence: {} })).toMatchObject({ kind: 'acceptable' });
  });
});
