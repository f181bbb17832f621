import type { Database } from '@corefleet/platform/database';
import { isSensitive } from './sensitive';

/** How a command ended. */
export interface CommandAnswer {
  readonly status: string;
  readonly cause: string | null;
  readonly message: string | null;
  readonly snapdKind: string | null;
  readonly snapdValue: unknown;
  readonly snapdStatus: number | null;
  readonly result: unknown;
}

const COLUMNS = `status, cause, message, snapd_kind AS "snapdKind", snapd_value AS "snapdValue",
  snapd_status AS "snapdStatus", result`;

const READ = `SELECT ${COLUMNS} FROM commands WHERE id = $1 AND finished_at IS NOT NULL`;

const TAKE = `
WITH ended AS (SELECT id, ${COLUMNS} FROM commands WHERE id = $1 AND finished_at IS NOT NULL FOR UPDATE),
     cleared AS (UPDATE commands SET result = NULL, snapd_value = NULL FROM ended WHERE commands.id = ended.id)
SELECT * FROM ended`;

/**
 * The end of a command, for who asked. What is sensitive is taken out of the row: a second call does not find it.
 * @returns undefined while the command has not ended
 */
export async function takeAnswer(
  database: Database,
  command: { readonly id: string; readonly operation: string },
): Promise<CommandAnswer | undefined> {
  const [name, text] = isSensitive(command.operation) ? ['take-answer', TAKE] : ['read-answer', READ];
  const [answer] = await database.rows<CommandAnswer>(name, text, [command.id]);
  return answer;
}
