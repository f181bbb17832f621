import { etagOf, wantedOf } from './byte-range';

const SHA256 = 'ab'.repeat(32);

describe('the part of a file that is asked for', () => {
  it.each([
    ['bytes=0-', { start: 0, end: 99 }],
    ['bytes=40-', { start: 40, end: 99 }],
    ['bytes=40-49', { start: 40, end: 49 }],
    ['bytes=40-4000', { start: 40, end: 99 }],
    ['bytes=-10', { start: 90, end: 99 }],
    ['bytes=-1000', { start: 0, end: 99 }],
    ['bytes=99-99', { start: 99, end: 99 }],
  ])('is a span for %s', (range, span) => {
    expect(wantedOf({ range }, SHA256, 100)).toEqual({ kind: 'span', span });
  });

  it.each(['bytes=100-', 'bytes=4000-4001', 'bytes=-0'])('cannot be given for %s', (range) => {
    expect(wantedOf({ range }, SHA256, 100)).toEqual({ kind: 'unsatisfiable' });
  });

  it.each([undefined, '', 'bytes=', 'bytes=-', 'bytes=9-4', 'bytes=0-1,4-5', 'lines=1-2', 'bytes=a-b'])(
    'is the whole for %p',
    (range) => {
      expect(wantedOf({ range }, SHA256, 100)).toEqual({ kind: 'whole' });
    },
  );

  it('is the whole when it goes on with another file', () => {
    expect(wantedOf({ range: 'bytes=40-', ifRange: etagOf('cd'.repeat(32)) }, SHA256, 100)).toEqual({ kind: 'whole' });
    expect(wantedOf({ range: 'bytes=40-', ifRange: etagOf(SHA256) }, SHA256, 100)).toMatchObject({ kind: 'span' });
  });

  it('is nothing of an empty file', () => {
    expect(wantedOf({ range: 'bytes=0-' }, SHA256, 0)).toEqual({ kind: 'unsatisfiable' });
  });
});
