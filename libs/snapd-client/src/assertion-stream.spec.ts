import { AssertionSplitter, AssertionStreamError, splitAssertions } from './assertion-stream';

const model = 'type: model\nseries: 16\ntimestamp: 2017-07-27T00:00:00.0Z\n\nAcLBXAQAAQoA\nBgUCWYuXiAAK\n';
const body = 'blank lines\n\nin the bödy\n\n';
const serial = `type: serial\nbody-length: ${Buffer.byteLength(body)}\nsign-key-sha3-384: k\n\n${body}\n\nAcLBXAQAAQoC\n`;

describe('a stream of assertions', () => {
  it.each<[string, string, string[]]>([
    ['nothing', '', []],
    ['nothing but line breaks', '\n\n', []],
    ['one', model, [model]],
    ['one without a line break at its end', model.trimEnd(), [model]],
    ['two', `${model}\n${serial}`, [model, serial]],
    ['two with more room than needed between them', `${serial}\n\n\n${model}\n\n`, [serial, model]],
    [
      'one whose body-length is 0',
      model.replace('\n\n', '\nbody-length: 0\n\n'),
      [model.replace('\n\n', '\nbody-length: 0\n\n')],
    ],
  ])('of %s', (_what, text, assertions) => {
    expect(splitAssertions(text)).toEqual(assertions);
  });

  it('is taken apart wherever it is cut', () => {
    const bytes = Buffer.from(`${serial}\n${model}\n${serial}`);
    for (const size of [1, 2, 3, 7, 50]) {
      const splitter = new AssertionSplitter();
      const texts: string[] = [];
      for (let at = 0; at < bytes.length; at += size) texts.push(...splitter.push(bytes.subarray(at, at + size)));
      expect([...texts, ...splitter.end()]).toEqual([serial, model, serial]);
    }
  });

  it('gives an assertion away as soon as the next one begins', () => {
    const splitter = new AssertionSplitter();
    expect(splitter.push(Buffer.from(model))).toEqual([]);
    expect(splitter.push(Buffer.from('\ntype: ser'))).toEqual([model]);
  });

  it.each<[string, string, RegExp]>([
    ['that ends in the headers', 'type: model\nseries: 16', /ends within one/],
    ['that ends before the signature', 'type: model\n\n', /ends within one/],
    ['that ends in the body', serial.slice(0, serial.indexOf('bödy')), /ends within one/],
    ['with a body longer than it says', serial.replace(/body-length: \d+/, 'body-length: 5'), /no blank line after/],
    ['with a body-length that is none', 'type: a\nbody-length: many\n\nx\n\ny\n', /"many" is no number/],
    ['with a body that snapd would not take', 'type: a\nbody-length: 9999999\n\n', /body of one exceed 2097152 bytes/],
    ['of something else', '<html>\n\n</html>\n', /no header type/],
    ['without a signature', 'type: model\n\n\n\ntype: model\n\nx\n', /no signature/],
    ['with endless headers', 'x'.repeat(200_000), /headers of one exceed 131072 bytes/],
    ['with an endless signature', `type: model\n\n${'x'.repeat(200_000)}`, /signature of one exceed 131072 bytes/],
  ])('%s is refused', (_what, text, why) => {
    expect(() => splitAssertions(text)).toThrow(AssertionStreamError);
    expect(() => splitAssertions(text)).toThrow(why);
  });
});
