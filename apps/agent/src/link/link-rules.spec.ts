import { systemClock } from '../clock';
import { ENROLMENT_ID, TestSigner } from '../testing/signer';
import { backOffMs } from './back-off';
import { retryAfterMsOf } from './http-json';
import { PullControl } from './pull-control';
import { SigningKeys } from './signing-keys';
import { TrustedTime } from './trusted-time';

it.each([
  [1, 0, 1000],
  [1, 0.999, 501],
  [3, 0, 4000],
  [30, 0, 300_000],
  [500, 0.5, 225_000],
])('backs off before attempt %d at random %d by %d ms', (attempt, random, ms) => {
  expect(Math.abs(backOffMs(attempt, { firstMs: 1000, longestMs: 300_000 }, random) - ms)).toBeLessThanOrEqual(1);
});

const NOON = 'Thu, 01 Jan 2015 12:00:00 GMT';

it.each([
  ['none', {}, undefined],
  ['seconds', { 'retry-after': '7' }, 7000],
  ['a moment, by the clock of the server', { 'retry-after': 'Thu, 01 Jan 2015 12:01:00 GMT', date: NOON }, 60_000],
  ['a moment that has passed', { 'retry-after': 'Thu, 01 Jan 2015 11:01:00 GMT', date: NOON }, 0],
  ['a moment, where the server tells no time', { 'retry-after': NOON }, undefined],
  ['years', { 'retry-after': '999999999' }, 86_400_000],
  ['nonsense', { 'retry-after': 'soon', date: NOON }, undefined],
])('reads a Retry-After of %s', (_what, headers, ms) => {
  expect(retryAfterMsOf(headers)).toBe(ms);
});

describe('PullControl', () => {
  it('makes one more pull of all wishes that come while one is out', () => {
    let sent = 0;
    const pulls = new PullControl({ canPull: () => true, send: () => (sent += 1) });
    pulls.pull();
    pulls.pull();
    pulls.pull();
    expect(sent).toBe(1);
    pulls.answered(false);
    expect(sent).toBe(2);
    pulls.answered(false);
    expect(sent).toBe(2);
  });

  it('remembers a wish that could not be sent', () => {
    let [sent, linked] = [0, false];
    const pulls = new PullControl({ canPull: () => linked, send: () => (sent += 1) });
    pulls.pull();
    linked = true;
    pulls.answered(false);
    expect(sent).toBe(1);
  });

  it('pulls once there is room again only what it had no room for', () => {
    let [sent, room] = [0, true];
    const pulls = new PullControl({ canPull: () => room, send: () => (sent += 1) });
    pulls.roomMade();
    expect(sent).toBe(0);
    room = false;
    pulls.pull();
    room = true;
    pulls.roomMade();
    expect(sent).toBe(1);
  });
});

describe('TrustedTime', () => {
  const signer = new TestSigner();
  const keys = new SigningKeys(signer.pinned);
  const told = new Date('2030-01-01T00:00:00Z');

  it('runs on from the signed time by monotonic time, whatever the device clock says', () => {
    let monotonicMs = 500;
    const time = new TrustedTime({ ...systemClock, wallMs: () => 0, monotonicMs: () => monotonicMs }, 0);
    expect(time.known).toBe(false);
    expect(time.take(signer.time('n', ENROLMENT_ID, told), keys, ENROLMENT_ID, 'n')).toBeUndefined();
    monotonicMs += 2500;
    expect(time.nowMs()).toBe(told.getTime() + 2500);
  });

  it('never goes below its floor', () => {
    const time = new TrustedTime(systemClock, told.getTime() + 5000);
    expect(time.nowMs()).toBe(told.getTime() + 5000);
    time.take(signer.time('n', ENROLMENT_ID, told), keys, ENROLMENT_ID, 'n');
    expect(time.nowMs()).toBe(told.getTime() + 5000);
  });

  it.each([
    ['another nonce', signer.time('m', ENROLMENT_ID), 'another-nonce'],
    ['another enrolment', signer.time('n', '11111111-1111-4111-8111-111111111111'), 'another-enrolment'],
    ['another key', new TestSigner().time('n', ENROLMENT_ID), 'bad-signature'],
  ])('refuses a statement of %s', (_what, signed, refusal) => {
    const time = new TrustedTime(systemClock, 0);
    expect(time.take(signed, keys, ENROLMENT_ID, 'n')).toBe(refusal);
    expect(time.known).toBe(false);
  });
});
