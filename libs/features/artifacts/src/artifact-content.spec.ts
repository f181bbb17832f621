import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contentAnswer } from './artifact-content';
import { ArtifactFiles } from './artifact-files';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'artifact-content-'));
});

afterEach(() => rmSync(directory, { recursive: true }));

it.each([
  ['app_1.snap', 'app_1.snap'],
  [`ann's (old) *.snap`, 'ann%27s%20%28old%29%20%2A.snap'],
  ['zürich;"€".snap', 'z%C3%BCrich%3B%22%E2%82%AC%22.snap'],
])('names %j as RFC 8187 has it', async (name, encoded) => {
  const kept = { sha256: 'a'.repeat(64), sizeBytes: 3, name };
  const { headers } = await contentAnswer(new ArtifactFiles(directory), kept, { range: 'bytes=9-' });
  expect(headers['content-disposition']).toBe(`attachment; filename*=UTF-8''${encoded}`);
});
