import type { Connection, Pool, Submittable } from 'pg';
import { STAGES, aRefresh } from './snapshots';

const COLUMNS = `enrolment_id, change_id, spawn_time_ns, command_id, kind, summary, status, ready, err, spawn_time, ready_time,
  tasks, data, journal_epoch, number, received_at`;
const CHUNK_BYTES = 64 * 1024;

interface CopyConnection extends Connection {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

/** COPY of prepared chunks, as the driver takes any statement. */
class CopyIn implements Submittable {
  readonly done: Promise<void>;
  private resolve: () => void = () => undefined;
  private reject: (error: Error) => void = () => undefined;

  constructor(
    private readonly text: string,
    private readonly chunks: readonly Buffer[],
  ) {
    this.done = new Promise((resolve, reject) => ([this.resolve, this.reject] = [resolve, reject]));
  }

  submit(connection: Connection): void {
    connection.query(this.text);
  }

  handleCopyInResponse(connection: CopyConnection): void {
    for (const chunk of this.chunks) connection.sendCopyFromChunk(chunk);
    connection.endCopyFrom();
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    this.resolve();
  }

  handleError(error: Error): void {
    this.reject(error);
  }
}

/**
 * Rows a second of one COPY into a table of the shape of `changes`, its indexes with it: the same rows that the measured
 * statement makes, prepared as text.
 */
export async function measureCopy(pool: Pool, enrolmentIds: readonly string[], rows: number): Promise<number> {
  await pool.query('DROP TABLE IF EXISTS copied');
  await pool.query('CREATE TABLE copied (LIKE changes INCLUDING ALL)');
  const chunks = chunksOf(lines(enrolmentIds, rows));
  const client = await pool.connect();
  try {
    const copy = new CopyIn(`COPY copied (${COLUMNS}) FROM STDIN`, chunks);
    const startedAt = performance.now();
    client.query(copy);
    await copy.done;
    const seconds = (performance.now() - startedAt) / 1000;
    const { rows: counted } = await client.query<{ count: number }>('SELECT count(*)::integer AS count FROM copied');
    if (counted[0]?.count !== rows) throw new Error(`cannot trust COPY: ${counted[0]?.count} rows of ${rows}`);
    return rows / seconds;
  } finally {
    client.release();
  }
}

function* lines(enrolmentIds: readonly string[], rows: number): Generator<string> {
  const now = new Date().toISOString();
  for (let row = 0; row < rows; row += 1) {
    const change = aRefresh(1 + Math.floor(row / enrolmentIds.length), STAGES[row % STAGES.length] ?? 1);
    yield [
      enrolmentIds[row % enrolmentIds.length],
      change.id,
      '1777802400123456789',
      '\\N',
      change.kind,
      change.summary,
      change.status,
      change.ready ? 't' : 'f',
      '\\N',
      change['spawn-time'],
      change['ready-time'] ?? '\\N',
      escaped(JSON.stringify(change.tasks)),
      escaped(JSON.stringify(change.data)),
      '1',
      String(row + 1),
      now,
    ].join('\t');
  }
}

const escaped = (text: string): string => text.replaceAll('\\', '\\\\');

function chunksOf(texts: Iterable<string>): Buffer[] {
  const chunks: Buffer[] = [];
  let text = '';
  for (const line of texts) {
    text += `${line}\n`;
    if (text.length < CHUNK_BYTES) continue;
    chunks.push(Buffer.from(text));
    text = '';
  }
  return [...chunks, Buffer.from(text)];
}
