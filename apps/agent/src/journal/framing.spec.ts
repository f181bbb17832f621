import { frameRecord, readFrames } from './framing';

const frames = [frameRecord(1, { a: 1 }), frameRecord(2, { b: 'ü' }), frameRecord(3, { c: [] })] as const;
const file = Buffer.concat(frames);
const whole = [
  { n: 1, a: 1 },
  { n: 2, b: 'ü' },
  { n: 3, c: [] },
];
const [, second] = [0, frames[0].length];

function flipped(at: number): Buffer {
  const copy = Buffer.from(file);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

describe('frames', () => {
  it('are read back', () => {
    expect(readFrames(file)).toEqual({ records: whole, goodBytes: file.length, tail: 'none' });
  });

  it('cut short at any byte leave the whole ones', () => {
    const last = file.length - frames[2].length;
    for (let length = last + 1; length < file.length; length += 1)
      expect(readFrames(file.subarray(0, length))).toEqual({
        records: whole.slice(0, 2),
        goodBytes: last,
        tail: 'cut-short',
      });
  });

  it('are found again behind a flipped bit, wherever it is', () => {
    for (let at = second; at < second + frames[1].length; at += 1) {
      const { records, goodBytes, tail } = readFrames(flipped(at));
      expect({ at, records, goodBytes, tail }).toEqual({
        ...{ at, goodBytes: second, tail: 'none' },
        records: [whole[0], whole[2]],
      });
    }
  });

  it('are not taken for cut short when a bit of the last one is flipped, wherever it is', () => {
    for (let at = file.length - frames[2].length; at < file.length; at += 1)
      expect([at, readFrames(flipped(at)).tail]).toEqual([at, 'damaged']);
  });

  it.each([
    ['zeroes', Buffer.alloc(64)],
    ['four zeroes', Buffer.alloc(4)],
    ['text', Buffer.from('hello there')],
  ])('are not taken for cut short when %s follow', (_what, rest) => {
    expect(readFrames(Buffer.concat([file, rest]))).toEqual({
      ...{ records: whole, goodBytes: file.length, tail: 'damaged' },
    });
  });
});
