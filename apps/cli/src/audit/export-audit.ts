import { readFile } from 'node:fs/promises';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { knownTo } from './kept-files';

export interface ExportArguments {
  readonly server: string;
  readonly tokenFile: string;
  readonly against?: readonly string[];
  readonly action?: string;
  readonly subject?: string;
  readonly actor?: string;
  readonly since?: string;
  readonly until?: string;
}

/**
 * Writes an export as it comes.
 * @throws what the API says when it refuses, or that the export has broken off: then what was written is no whole one
 */
export async function exportAudit(options: ExportArguments, out: Writable): Promise<void> {
  const token = (await readFile(options.tokenFile, 'utf8')).trim();
  const url = new URL('/v1/audit/export', options.server);
  for (const [name, value] of await queryOf(options)) url.searchParams.set(name, value);
  const answer = await ask(url, token);
  if (!answer.ok || !answer.body) throw new Error(await refusalOf(answer));
  await pipeline(Readable.fromWeb(answer.body as ReadableStream), out, { end: false });
}

async function ask(url: URL, token: string): Promise<Response> {
  try {
    return await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new Error(`cannot reach ${url.origin}: ${String(cause)}`, { cause: error });
  }
}

async function queryOf({
  against,
  action,
  subject,
  actor,
  since,
  until,
}: ExportArguments): Promise<[string, string][]> {
  const to = against ? String(await knownTo(against)) : undefined;
  if (to === '0') throw new Error('cannot export what the checkpoints know: they know nothing');
  const given = { to, action, subjectId: subject, actorId: actor, since, until };
  return Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
}

async function refusalOf(answer: Response): Promise<string> {
  const text = await answer.text();
  try {
    const { detail } = JSON.parse(text) as { detail?: unknown };
    if (typeof detail === 'string') return detail;
  } catch {
    // a proxy's own page, not a problem of the API
  }
  return `cannot export the audit: the server answered ${answer.status}`;
}
