import { LIMITS, type AgentFrame } from '@corefleet/contracts/device-protocol';
import type { LinkEffect, LinkMessage } from './messages';
import { DEFAULT_POLICY, openedSession } from './session';
import { step } from './step';

const ID = '0190f0f0-0000-7000-8000-00000000000a';
const frame = (value: AgentFrame): LinkMessage => ({ kind: 'frame', text: JSON.stringify(value), nowMs: 0 });
const hello = frame({
  type: 'hello',
  protocols: [1],
  agentVersion: '1',
  capabilities: [],
  journalId: '0190f0f0-0000-7000-8000-000000000001',
  lastSequence: 0,
  snapdState: 'reachable',
  timeNonce: 'nonce',
});
const recorded: LinkMessage = { kind: 'recorded', journalEpoch: 1, facts: {} };
const credited = (upTo: number, nowMs = 0, commandId = ID): LinkMessage => ({
  ...{ kind: 'credited', commandId, upTo, leaseMs: 30_000, nowMs },
});
const chunk = (n: number, ...entries: unknown[]): LinkMessage => frame({ type: 'chunk', commandId: ID, n, entries });

/** What comes of each message on a link that has joined. */
function played(...messages: LinkMessage[]): (readonly LinkEffect[])[] {
  let session = openedSession(DEFAULT_POLICY, 0);
  return [hello, recorded, ...messages]
    .map((message) => {
      const { session: next, effects } = step(session, message, DEFAULT_POLICY);
      session = next;
      return effects;
    })
    .slice(2);
}

const relayed = (n: number, ...entries: unknown[]) => [
  { do: 'relay', chunk: { type: 'chunk', commandId: ID, n, entries } },
];

describe('a followed read over a link', () => {
  it('hands on the word that it is open, the credit, and the chunks under it', () => {
    expect(played(chunk(0), credited(2), chunk(1, 'a'), chunk(2, 'b'), chunk(2))).toEqual([
      relayed(0),
      [{ do: 'send', frame: { type: 'credit', commandId: ID, upTo: 2, leaseMs: 30_000 } }],
      relayed(1, 'a'),
      relayed(2, 'b'),
      relayed(2),
    ]);
  });

  it('ends the link over a chunk without credit', () => {
    const [, over] = played(credited(1), chunk(2, 'b'));
    expect(over).toMatchObject([
      { do: 'note', fault: 'over-credit' },
      { do: 'send', frame: { type: 'bye' } },
      { do: 'close', code: 4431 },
      { do: 'release-presence' },
      { do: 'end-stream', commandId: ID, reason: 'over-credit' },
    ]);
  });

  it('takes no credit back when an older one comes late', () => {
    expect(played(credited(2), credited(1), chunk(2, 'b')).at(-1)).toEqual(relayed(2, 'b'));
  });

  it.each<[string, LinkMessage[]]>([
    ['nobody follows', [chunk(1, 'a')]],
    ['nobody follows any more', [credited(1), { kind: 'stopped', commandId: ID }, chunk(1, 'a')]],
    ['came before', [credited(2), chunk(1, 'a'), chunk(1, 'a')]],
    ['says how many came before, with nobody there', [chunk(3)]],
  ])('drops a chunk that %s', (_, messages) => {
    expect(played(...messages).at(-1)).toEqual([]);
  });

  it('follows so many at once, and forgets those whose lease is over', () => {
    const many = Array.from({ length: LIMITS.streams }, (_, at) => credited(1, 0, `other-${at}`));
    expect(played(...many, credited(1, 29_999)).at(-1)).toEqual([]);
    expect(played(...many, credited(1, 30_000)).at(-1)).toMatchObject([{ frame: { type: 'credit' } }]);
  });

  it.each<[string, LinkMessage, string]>([
    ['is lost', { kind: 'lost' }, 'link-lost'],
    ['is revoked', { kind: 'cut', reason: 'revoked' }, 'revoked'],
    ['drains', { kind: 'draining', reconnectAfterMs: 1, jitterMs: 1 }, 'draining'],
  ])('tells who follows when the link %s', (_, message, reason) => {
    expect(played(credited(1), message).at(-1)).toContainEqual({ do: 'end-stream', commandId: ID, reason });
  });
});
