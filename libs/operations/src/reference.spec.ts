import { readFileSync } from 'node:fs';
import path from 'node:path';
import { aboutOf, operations, secretPaths, type Operation } from './index';

const page = readFileSync(path.join(__dirname, '../../../apps/docs/reference/operations.md'), 'utf8');

const code = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');

function rowOf(operation: Operation): string[] {
  const { name, risk, since, requires, undoneBy, parameters, read } = operation;
  const { title, final = 'it changes nothing' } = aboutOf(operation);
  if (read) return [code([name]), title, code([read.path]), read.sensitive ? 'admin' : 'viewer'];
  const device = [...(since === undefined ? [] : [`snapd ${since}`]), ...requires].join(', ');
  return [
    code([name]),
    title,
    risk,
    device,
    code(secretPaths(parameters)),
    undoneBy.length > 0 ? code(undoneBy) : final,
  ];
}

const cells = (line: string): string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

it('describes every operation and read as the catalogue has it', () => {
  const rows = page
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map(cells);
  const wanted = [...operations.filter(({ read }) => !read), ...operations.filter(({ read }) => read)].map(rowOf);
  expect(rows).toEqual(wanted);
});
