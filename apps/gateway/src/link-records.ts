import { Injectable } from '@nestjs/common';
import type { HelloFrame } from '@corefleet/device-link';
import { storableText } from '@corefleet/features/changes';
import { Database } from '@corefleet/platform/database';
import { Batcher } from '@corefleet/platform/queue';
import { Bus } from '@corefleet/platform/redis';
import { Wheel } from './wheel';

/** What a link is recorded as. */
export interface LinkRecord {
  readonly enrolmentId: string;
  readonly hello: HelloFrame;
  readonly protocol: number;
  /** Written to stay visible; there is no link. */
  readonly refused: boolean;
}

export interface Recorded {
  readonly journalEpoch: number;
  /** Microseconds since 1970, above that of every earlier link of the enrolment: the higher one is the link that counts. */
  readonly stamp: number;
  /** Digests of the facts that are kept of it, by name. */
  readonly facts: Readonly<Record<string, string>>;
}

interface RecordedRow {
  readonly enrolment_id: string;
  readonly journal_epoch: number;
  readonly stamp: string;
  readonly facts: Record<string, string> | null;
}

interface Seen {
  readonly bootId: string | undefined;
  readonly snapdState: string;
}

const TOUCH_MS = 1_000;
/** Of an enrolment whose row was not there to write. */
const NOT_RECORDED: Recorded = { journalEpoch: 0, stamp: 0, facts: {} };
const MAX_INTEGER = 2 ** 31 - 1;

const RECORD = `
  INSERT INTO device_links AS kept (enrolment_id, journal_id, journal_epoch, agent_version, protocol, boot_id, snapd_state, connected_at, last_seen_at)
  SELECT enrolment_id, journal_id, 1, agent_version, protocol, boot_id, snapd_state, now(), now()
  FROM unnest($1::uuid[], $2::text[], $3::text[], $4::integer[], $5::text[], $6::text[])
    AS said (enrolment_id, journal_id, agent_version, protocol, boot_id, snapd_state)
  ON CONFLICT (enrolment_id) DO UPDATE SET
    journal_epoch = kept.journal_epoch + CASE WHEN kept.journal_id = excluded.journal_id THEN 0 ELSE 1 END,
    journal_id = excluded.journal_id, agent_version = excluded.agent_version, protocol = excluded.protocol,
    boot_id = excluded.boot_id, snapd_state = excluded.snapd_state, last_seen_at = excluded.last_seen_at,
    connected_at = greatest(excluded.connected_at, kept.connected_at + interval '1 microsecond')
  RETURNING enrolment_id, journal_epoch, (extract(epoch FROM connected_at) * 1000000)::bigint AS stamp,
    (SELECT jsonb_object_agg(name, digest) FROM device_facts AS fact WHERE fact.enrolment_id = kept.enrolment_id) AS facts`;

const TOUCH = `
  UPDATE device_links SET last_seen_at = now(), boot_id = said.boot_id, snapd_state = said.snapd_state
  FROM unnest($1::uuid[], $2::text[], $3::text[]) AS said (enrolment_id, boot_id, snapd_state)
  WHERE device_links.enrolment_id = said.enrolment_id`;

/** The one writer of device_links: hellos as they come, heartbeats once a second, both many at once. */
@Injectable()
export class LinkRecords {
  private readonly records: Batcher<LinkRecord, Recorded>;
  private touched = new Map<string, Seen>();
  private recording = 0;

  constructor(
    private readonly database: Database,
    private readonly bus: Bus,
    wheel: Wheel,
  ) {
    // One batch at a time: of two hellos of one enrolment the later one is recorded last.
    this.records = new Batcher((batch) => this.recordAll(batch), { maxItems: 500, parallel: 1 });
    wheel.every(TOUCH_MS, 'heartbeats', () => this.flush());
  }

  /** Hellos that are not written down yet. */
  get waiting(): number {
    return this.recording;
  }

  /** Says to the other gateways that the link counts now, once it is committed. @throws when the database is away */
  async record(record: LinkRecord): Promise<Recorded> {
    this.recording += 1;
    try {
      return await this.records.add(record);
    } finally {
      this.recording -= 1;
    }
  }

  /** Heard from just now; lost when this process dies within a second. */
  touch(enrolmentId: string, bootId: string | undefined, snapdState: string): void {
    this.touched.set(enrolmentId, { bootId, snapdState });
  }

  /** @throws when the database is away; what was not written is kept for the next time */
  async flush(): Promise<void> {
    if (this.touched.size === 0) return;
    const batch = this.touched;
    this.touched = new Map();
    const ids = [...batch.keys()].sort();
    const seen = ids.map((id) => batch.get(id));
    try {
      await this.database.rows('touch-links', TOUCH, [
        ids,
        seen.map((one) => (one?.bootId === undefined ? null : storableText(one.bootId))),
        seen.map((one) => one?.snapdState),
      ]);
    } catch (error) {
      this.touched = new Map([...batch, ...this.touched]);
      throw error;
    }
  }

  private async recordAll(batch: LinkRecord[]): Promise<Recorded[]> {
    const newest = new Map(batch.map((record) => [record.enrolmentId, record]));
    const records = [...newest.values()].sort((one, two) => (one.enrolmentId < two.enrolmentId ? -1 : 1));
    const rows = await this.database.rows<RecordedRow>('record-links', RECORD, [
      records.map(({ enrolmentId }) => enrolmentId),
      records.map(({ hello }) => hello.journalId),
      records.map(({ hello }) => storableText(hello.agentVersion)),
      records.map(({ protocol }) => Math.max(0, Math.min(protocol, MAX_INTEGER))),
      records.map(({ hello }) => (hello.bootId === undefined ? null : storableText(hello.bootId))),
      records.map(({ hello }) => hello.snapdState),
    ]);
    const recorded = new Map(
      rows.map((row) => [
        row.enrolment_id,
        { journalEpoch: row.journal_epoch, stamp: Number(row.stamp), facts: row.facts ?? {} },
      ]),
    );
    this.announce(records, recorded);
    return batch.map(({ enrolmentId }) => recorded.get(enrolmentId) ?? NOT_RECORDED);
  }

  private announce(records: readonly LinkRecord[], recorded: ReadonlyMap<string, Recorded>): void {
    const opened = records.filter(({ refused }) => !refused);
    this.bus.publishEvents(
      opened.map(({ enrolmentId: id }) => ({
        topic: 'link-opened',
        id,
        version: (recorded.get(id) ?? NOT_RECORDED).stamp,
      })),
    );
  }
}
