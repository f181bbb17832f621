import type { AgentFrame } from '@corefleet/contracts/device-protocol';
import type { LinkEffect, LinkMessage } from './messages';
import { DEFAULT_POLICY, openedSession, type LinkPolicy, type LinkSession } from './session';
import { step } from './step';

const policy: LinkPolicy = {
  ...DEFAULT_POLICY,
  spokenProtocols: [3, 2],
  unackedItems: 4,
  held: { frames: 3, characters: 1_000 },
  frames: { perSecond: 10, burst: 20, debt: 5 },
  items: { perSecond: 10, burst: 6, debt: 100 },
};
const hello = {
  type: 'hello',
  protocols: [2],
  agentVersion: '1',
  capabilities: [],
  journalId: '0190f0f0-0000-7000-8000-000000000001',
  lastSequence: 0,
  bootId: 'one',
  snapdState: 'reachable',
  timeNonce: 'nonce',
} satisfies AgentFrame;

const frame = (value: object | string, nowMs = 0): LinkMessage => ({
  kind: 'frame',
  text: typeof value === 'string' ? value : JSON.stringify(value),
  nowMs,
});
const recorded: LinkMessage = { kind: 'recorded', journalEpoch: 7, facts: { snaps: 'abc' } };
const pull = (lastSequence: number): LinkMessage => frame({ type: 'pull', lastSequence });
const signed = { envelope: '{}', keyId: 'k', signature: 's' };
const command = { sequence: 5, command: signed };
const notice = (n: number) => ({
  n,
  kind: 'notice',
  body: {
    id: '1',
    'user-id': null,
    type: 'change-update',
    key: '1',
    'first-occurred': 't',
    'last-occurred': 't',
    'last-repeated': 't',
    occurrences: 1,
  },
});
const report = (...items: unknown[]): LinkMessage => frame({ type: 'report', items });

/** Plays messages on a link that was just opened. */
function play(...messages: LinkMessage[]): {
  session: LinkSession;
  effects: readonly LinkEffect[];
  all: readonly LinkEffect[];
} {
  let session = openedSession(policy, 0);
  let effects: readonly LinkEffect[] = [];
  const all: LinkEffect[] = [];
  for (const message of messages) {
    ({ session, effects } = step(session, message, policy));
    all.push(...effects);
  }
  return { session, effects, all };
}

const joined = (...messages: LinkMessage[]) => play(frame(hello), recorded, ...messages);

/** Effects in short: what is done, and the frame or reason. */
const inShort = (effects: readonly LinkEffect[]): string[] =>
  effects.map((effect) => {
    if (effect.do === 'send') return `send ${effect.frame.type}`;
    if (effect.do === 'close') return `close ${effect.code}`;
    return effect.do === 'note' ? `note ${effect.fault}` : effect.do;
  });

describe('a link', () => {
  it.each<[string, LinkMessage[], string, string[]]>([
    ['is recorded at hello', [frame(hello)], 'joining', ['record-link']],
    ['is welcomed once recorded', [frame(hello), recorded], 'joined', ['send welcome', 'hold-presence', 'ask-time']],
    ['is not welcomed twice', [frame(hello), recorded, recorded], 'joined', []],
    ['holds frames until it is recorded', [frame(hello), pull(3)], 'joining', []],
    [
      'ends when more frames come than it holds',
      [frame(hello), pull(1), pull(2), pull(3), pull(4)],
      'closed',
      ['note too-many-frames', 'send bye', 'close 4429'],
    ],
    [
      'ends when more is said than it holds',
      [frame(hello), frame('x'.repeat(600)), frame('x'.repeat(600))],
      'closed',
      ['note too-many-frames', 'send bye', 'close 4429'],
    ],
    [
      'reads held frames then',
      [frame(hello), pull(3), report(notice(1)), recorded],
      'joined',
      ['send welcome', 'hold-presence', 'ask-time', 'load-commands', 'store-items'],
    ],
    [
      'ends at a held frame that is bad',
      [frame(hello), frame('{'), pull(1), recorded],
      'closed',
      ['send welcome', 'hold-presence', 'ask-time', 'note bad-frame', 'send bye', 'close 4400', 'release-presence'],
    ],
    [
      'ends when nothing spoken is offered, and stays visible',
      [frame({ ...hello, protocols: [9, 1] })],
      'closed',
      ['record-link', 'note protocol-not-spoken', 'send bye', 'close 4406'],
    ],
    [
      'tells an agent of another age the same',
      [frame({ type: 'hello', protocols: [9], shape: 'new' })],
      'closed',
      ['note protocol-not-spoken', 'send bye', 'close 4406'],
    ],
    ['ends at a frame before hello', [pull(0)], 'closed', ['note out-of-order', 'send bye', 'close 4412']],
    [
      'ends at a second hello',
      [frame(hello), recorded, frame(hello)],
      'closed',
      ['note out-of-order', 'send bye', 'close 4412', 'release-presence'],
    ],
    ['ends at what is not JSON', [frame('{')], 'closed', ['note bad-frame', 'send bye', 'close 4400']],
    ['ends at an unknown frame', [frame({ type: 'shell' })], 'closed', ['note bad-frame', 'send bye', 'close 4400']],
    ['ends at a binary frame', [{ kind: 'binary' }], 'closed', ['note binary-frame', 'send bye', 'close 1003']],
    ['ends when revoked before hello', [{ kind: 'cut', reason: 'revoked' }], 'closed', ['send bye', 'close 4403']],
    [
      'ends when replaced, and gives its presence back',
      [frame(hello), recorded, { kind: 'cut', reason: 'replaced' }],
      'closed',
      ['send bye', 'close 4409', 'release-presence'],
    ],
    ['gives its presence back when lost', [frame(hello), recorded, { kind: 'lost' }], 'closed', ['release-presence']],
    [
      'does nothing once closed',
      [{ kind: 'cut', reason: 'revoked' }, frame(hello), recorded, { kind: 'lost' }],
      'closed',
      [],
    ],
    ['passes nudges on', [frame(hello), recorded, { kind: 'nudged' }], 'joined', ['send nudge']],
    ['drops nudges before it is joined', [frame(hello), { kind: 'nudged' }], 'joining', []],
    [
      'says bye when the gateway drains',
      [frame(hello), recorded, { kind: 'draining', reconnectAfterMs: 1, jitterMs: 2 }],
      'leaving',
      ['send bye', 'release-presence'],
    ],
    [
      'reads nothing more then',
      [frame(hello), recorded, { kind: 'draining', reconnectAfterMs: 1, jitterMs: 2 }, report(notice(1))],
      'leaving',
      [],
    ],
    [
      'acknowledges what it had taken even then',
      [
        frame(hello),
        recorded,
        report(notice(1)),
        { kind: 'draining', reconnectAfterMs: 1, jitterMs: 2 },
        { kind: 'stored', numbers: [1], quarantined: [] },
      ],
      'leaving',
      ['send ack'],
    ],
  ])('%s', (_name, messages, phase, effects) => {
    const played = play(...messages);
    expect([played.session.phase, inShort(played.effects)]).toEqual([phase, effects]);
  });

  it.each([
    [[3, 2], 3],
    [[2], 2],
    [[4, 3], 3],
    [[2, 3], 3],
  ])('of the protocols %p agrees on %i', (protocols, agreed) => {
    expect(play(frame({ ...hello, protocols })).session.protocol).toBe(agreed);
  });
});

describe('pulls', () => {
  const loaded: LinkMessage = { kind: 'loaded', commands: [command], more: false, nowMs: 0 };

  it('are answered with what was loaded', () => {
    const { effects } = joined(pull(4), loaded);
    expect(effects).toEqual([{ do: 'send', frame: { type: 'commands', commands: [signed], more: false } }]);
  });

  it('that come while one is loading become one more, from the newest sequence', () => {
    const { effects, session } = joined(pull(1), pull(2), pull(3), loaded);
    expect([effects, session.pulls.load]).toEqual([[{ do: 'load-commands', lastSequence: 3 }], 'loading']);
  });

  it('are not answered unasked', () => {
    expect(joined(loaded).effects).toEqual([]);
  });
});

describe('reports', () => {
  it('are stored, poison items beside the good ones with the reason', () => {
    const bad = { n: 2, kind: 'notice', body: { id: 1 } };
    const [store] = joined(report(notice(1), bad)).effects;
    expect(store).toMatchObject({ do: 'store-items', items: [{ n: 1 }], poison: [{ n: 2, item: bad }] });
    expect(store?.do === 'store-items' && store.poison[0]?.reason).toMatch(/^cannot read item: body/);
  });

  it.each([[{}], [null], ['item'], [{ n: 0 }], [{ n: 1.5 }], [{ n: 2 ** 53 }]])(
    'end the link when an item is %p, which cannot be acknowledged',
    (item) => {
      expect(inShort(joined(report(item)).effects)).toContain('close 4400');
    },
  );

  it('end the link past the items it may have unacknowledged', () => {
    expect(inShort(joined(report(notice(1), notice(2)), report(notice(3), notice(4))).effects)).toEqual([
      'store-items',
    ]);
    const over = joined(report(notice(1), notice(2)), report(notice(3), notice(4), notice(5)));
    expect(inShort(over.effects)).toContain('close 4428');
  });

  it('may go on once they are acknowledged, stored or quarantined', () => {
    const acked: LinkMessage = { kind: 'stored', numbers: [1], quarantined: [{ n: 2, reason: 'r' }] };
    const { all, session } = joined(report(notice(1), notice(2)), acked, report(notice(3), notice(4), notice(5)));
    expect(all).toContainEqual({
      do: 'send',
      frame: { type: 'ack', numbers: [1], quarantined: [{ n: 2, reason: 'r' }] },
    });
    expect([session.phase, session.unacked]).toEqual(['joined', 3]);
  });

  it('that come too fast make the reading pause', () => {
    const acked: LinkMessage = { kind: 'stored', numbers: [1, 2, 3, 4], quarantined: [] };
    const four = report(notice(1), notice(2), notice(3), notice(4));
    expect(joined(four, acked, four).effects).toContainEqual({ do: 'pause', forMs: 200 });
  });
});

describe('too many frames', () => {
  const beats = (count: number): LinkMessage[] =>
    Array.from({ length: count }, () => frame({ type: 'heartbeat', snapdState: 'reachable' }));

  it('make the reading pause', () => {
    const { effects, session } = joined(...beats(22));
    expect([session.phase, effects.at(-1)]).toEqual(['joined', { do: 'pause', forMs: 300 }]);
  });

  it('end the link when the pause is not heeded', () => {
    expect(inShort(joined(...beats(25)).effects)).toEqual([
      'note too-many-frames',
      'send bye',
      'close 4429',
      'release-presence',
    ]);
  });
});

describe('heartbeats', () => {
  it.each([
    ['say nothing new', {}, false],
    ['name another boot', { bootId: 'two' }, true],
    ['find snapd gone', { snapdState: 'unreachable' }, true],
  ])('%s', (_name, said, changed) => {
    const { effects } = joined(frame({ type: 'heartbeat', snapdState: 'reachable', ...said }));
    expect(effects).toEqual([{ do: 'touch-link', bootId: 'one', snapdState: 'reachable', ...said, changed }]);
  });
});

it('survives whatever comes, in any order', () => {
  const anything: LinkMessage[] = [
    frame(hello),
    recorded,
    pull(1),
    report(notice(1), {}),
    frame('['.repeat(1_000)),
    frame(`${'['.repeat(1_000)}${']'.repeat(1_000)}`),
    frame('{"__proto__":{"type":"hello"}}'),
    frame('null'),
    frame('"hello"'),
    { kind: 'binary' },
    { kind: 'nudged' },
    { kind: 'lost' },
    { kind: 'stored', numbers: [1, 2, 3], quarantined: [] },
    { kind: 'loaded', commands: [command], more: true, nowMs: 0 },
  ];
  for (const first of anything)
    for (const second of anything) for (const third of anything) expect(() => play(first, second, third)).not.toThrow();
});
