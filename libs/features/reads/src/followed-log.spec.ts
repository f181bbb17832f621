import { FollowedLog, type EndReason } from './followed-log';

const ENROLMENT = 'e';
const asked: EndReason = { code: 'asked', detail: 'nobody follows any more' };

/** A stream with a follower that takes everything at once, or nothing until it drains. */
function aStream({ slow = false } = {}) {
  const said: unknown[] = [];
  const granted: number[] = [];
  let drain: () => void = () => {};
  let over = 0;
  const follower = {
    open: () => void said.push('open'),
    write: (entries: readonly unknown[]) => {
      said.push(...entries);
      return !slow;
    },
    whenDrained: (callback: () => void) => void (drain = callback),
    end: ({ code }: EndReason) => void said.push(`end ${code}`),
  };
  const log = new FollowedLog(
    ENROLMENT,
    follower,
    (upTo) => granted.push(upTo),
    () => (over += 1),
    0,
  );
  const chunk = (n: number, ...entries: unknown[]): void => log.take({ enrolmentId: ENROLMENT, n, entries }, n);
  return { log, said, granted, chunk, drain: () => drain(), overs: () => over };
}

describe('a followed log', () => {
  it('is open with the first word of the device, and gives credit for a window', () => {
    const { chunk, said, granted } = aStream();
    chunk(0);
    expect({ said, granted }).toEqual({ said: ['open'], granted: [8] });
  });

  it('gives credit again for what was taken, half a window at a time', () => {
    const { chunk, granted } = aStream();
    chunk(0);
    for (let n = 1; n <= 8; n += 1) chunk(n, n);
    expect(granted).toEqual([8, 12, 16]);
  });

  it('gives none while the person does not read, and again when they have', () => {
    const { chunk, granted, drain, log } = aStream({ slow: true });
    chunk(0);
    for (let n = 1; n <= 8; n += 1) chunk(n, n);
    expect({ granted, credit: log.credit }).toEqual({ granted: [8], credit: 8 });
    drain();
    expect({ granted, credit: log.credit }).toEqual({ granted: [8, 16], credit: 16 });
  });

  it('leaves out what came before', () => {
    const { chunk, said } = aStream();
    chunk(1, 'one');
    chunk(1, 'one');
    expect(said).toEqual(['open', 'one']);
  });

  it.each<[string, number, unknown[]]>([
    ['a chunk too many', 2, ['two']],
    ['the word that there was one', 1, []],
  ])('ends when a chunk was lost, known by %s', (_, n, entries) => {
    const { chunk, said, overs } = aStream();
    chunk(0);
    chunk(n, ...entries);
    expect({ said, overs: overs() }).toEqual({ said: ['open', 'end chunks-lost'], overs: 1 });
  });

  it('takes nothing from another device', () => {
    const { log, said } = aStream();
    log.take({ enrolmentId: 'other', n: 1, entries: ['x'] }, 1);
    log.take({ enrolmentId: 'other', ended: 'revoked' }, 1);
    expect(said).toEqual([]);
  });

  it('ends with its link, once', () => {
    const { log, chunk, said, overs } = aStream();
    chunk(0);
    for (const ended of ['revoked', 'link-lost']) log.take({ enrolmentId: ENROLMENT, ended }, 1);
    expect({ said, overs: overs() }).toEqual({ said: ['open', 'end revoked'], overs: 1 });
  });

  it('waits at its end for the chunks that are on their way', () => {
    const { log, chunk, said } = aStream();
    chunk(1, 'one');
    log.endAfter(2, asked);
    expect(said).toEqual(['open', 'one']);
    chunk(2, 'two');
    expect(said).toEqual(['open', 'one', 'two', 'end asked']);
  });

  it('says nothing in a stream that never was', () => {
    const { log, said, overs } = aStream();
    log.end(asked);
    expect({ said, overs: overs(), reason: log.reason }).toEqual({ said: [], overs: 1, reason: asked });
  });
});
