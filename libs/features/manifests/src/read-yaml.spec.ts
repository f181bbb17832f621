import { InvalidRequestError } from '@corefleet/platform/errors';
import { readYaml } from './read-yaml';

describe('readYaml', () => {
  it.each<[string, string, unknown[]]>([
    ['one document', 'kind: Group\nname: pilots\n', [{ kind: 'Group', name: 'pilots' }]],
    ['a stream of them, the empty ones left out', '---\na: 1\n---\n---\nb: [x, y]\n', [{ a: 1 }, { b: ['x', 'y'] }]],
    ['JSON', '{"a": {"b": [1, true, null]}}', [{ a: { b: [1, true, null] } }]],
    ['anchors', 'a: &w {percent: 10}\nb: *w\n', [{ a: { percent: 10 }, b: { percent: 10 } }]],
    ['merges', 'a: &w {percent: 10}\nb: {<<: *w, gate: 1}\n', [{ a: { percent: 10 }, b: { percent: 10, gate: 1 } }]],
    ['nothing', '\n# only words\n', []],
  ])('reads %s', (_what, text, documents) => expect(readYaml(text)).toEqual(documents));

  it.each<[string, string, RegExp]>([
    ['a key twice, with its place', 'a: 1\na: 2\n', /^cannot read the manifest: line 2, column 1: .*unique/],
    ['what is no YAML, with its place', 'a: [1\nb: 2', /^cannot read the manifest: line 2, column/],
    ['an anchor nobody made', 'a: *nobody\n', /document 1: Unresolved alias/],
    ['a bomb of aliases', bomb(), /document 1: Excessive alias count/],
    ['too many documents', '---\na: 1\n'.repeat(201), /more than 200 documents/],
    ['tags of its own', 'a: !!js/function "x"\n', /line 1, column 4/],
  ])('refuses %s', (_what, text, message) => {
    expect(() => readYaml(text)).toThrow(InvalidRequestError);
    expect(() => readYaml(text)).toThrow(message);
  });
});

function bomb(): string {
  const levels = [...'abcdefghi'];
  return levels.map((name, at) => `${name}: &${name} [${at === 0 ? 'x' : `*${levels[at - 1]},`.repeat(9)}]`).join('\n');
}
