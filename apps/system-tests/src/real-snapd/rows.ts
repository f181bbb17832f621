import { Client } from 'pg';

/** A change as table `changes` keeps it, in snapd's words. */
export interface KeptChange {
  id: string;
  commandId: string | null;
  kind: string;
  summary: string;
  status: string;
  ready: boolean;
  err: string | null;
  'spawn-time': string;
  'ready-time': string | null;
  tasks: unknown;
  data: unknown;
}

export interface KeptCommand {
  status: string;
  operation: string;
  parameters: unknown;
  changeIds: string[];
  cause: string | null;
  message: string | null;
  snapdKind: string | null;
  result: unknown;
  signed: boolean;
  finished: boolean;
}

export interface KeptAuditEntry {
  actorKind: string;
  actorName: string;
  action: string;
  subjectKind: string;
  subjectId: string;
  outcome: string;
  remark: string | null;
  details: Record<string, unknown>;
}

/** Reads the tables as their owner, past every process of the server. */
export class Rows {
  private constructor(private readonly client: Client) {}

  static async connect(url: string): Promise<Rows> {
    const client = new Client({ connectionString: url });
    await client.connect();
    return new Rows(client);
  }

  close(): Promise<void> {
    return this.client.end();
  }

  /** All changes of an enrolment, by rising id. */
  changes(enrolmentId: string): Promise<KeptChange[]> {
    return this.rows(
      `SELECT change_id AS id, command_id AS "commandId", kind, summary, status, ready, err, spawn_time AS "spawn-time",
              ready_time AS "ready-time", tasks, data
         FROM changes WHERE enrolment_id = $1 ORDER BY change_id::bigint, spawn_time_ns`,
      [enrolmentId],
    );
  }

  /** All notices of an enrolment, in the order of their last repetition. */
  notices(enrolmentId: string): Promise<Record<string, unknown>[]> {
    return this.rows(
      `SELECT notice_id AS id, nullif(user_id, -1) AS "user-id", type, key, first_occurred AS "first-occurred",
              last_occurred AS "last-occurred", last_repeated AS "last-repeated", occurrences, last_data AS "last-data"
         FROM notices WHERE enrolment_id = $1 ORDER BY last_repeated_ns`,
      [enrolmentId],
    );
  }

  async command(id: string): Promise<KeptCommand | undefined> {
    const [row] = await this.rows<KeptCommand>(
      `SELECT status, operation, parameters, change_ids AS "changeIds", cause, message, snapd_kind AS "snapdKind", result,
              signature IS NOT NULL AND envelope IS NOT NULL AS signed, finished_at IS NOT NULL AS finished
         FROM commands WHERE id = $1`,
      [id],
    );
    return row;
  }

  /** The audit entry that a command names as the request it derives from. */
  async auditOfCommand(id: string): Promise<KeptAuditEntry | undefined> {
    const [row] = await this.rows<KeptAuditEntry>(
      `SELECT a.actor_kind AS "actorKind", a.actor_name AS "actorName", a.action, a.subject_kind AS "subjectKind",
              a.subject_id AS "subjectId", a.outcome, a.remark, a.details
         FROM commands c JOIN audit_entries a ON a.id = c.audit_id WHERE c.id = $1`,
      [id],
    );
    return row;
  }

  /** Items of reports that could not be kept. */
  async quarantined(enrolmentId: string): Promise<{ reason: string }[]> {
    return this.rows('SELECT reason FROM quarantined_items WHERE enrolment_id = $1', [enrolmentId]);
  }

  private async rows<T>(text: string, values: unknown[]): Promise<T[]> {
    return (await this.client.query(text, values)).rows as T[];
  }
}
