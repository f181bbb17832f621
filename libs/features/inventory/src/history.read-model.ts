import { Injectable } from '@nestjs/common';
import type { FactName } from '@corefleet/contracts/device-protocol';
import { Clock } from '@corefleet/platform/clock';
import { Database, Prisma } from '@corefleet/platform/database';
import { InvalidRequestError } from '@corefleet/platform/errors';
import { enrolmentsAsOf } from './as-of';
import { differencesOf, type Difference } from './fact-differences';
import type { FactView } from './inventory.read-model';

/** One value of a fact, with how it differs from the one before. */
export interface FactHistoryEntry {
  readonly enrolmentId: string;
  readonly digest: string;
  readonly since: Date;
  /** null: it holds still. */
  readonly until: Date | null;
  /** null: nothing is known from before, as with the first value of an enrolment. */
  readonly differences: Difference[] | null;
}

interface HistoryRow extends Omit<FactHistoryEntry, 'differences'> {
  readonly value: unknown;
  /** Microseconds since 1970: the place in the list, with the enrolment. */
  readonly place: string;
}

export interface ListHistory {
  readonly deviceId: string;
  readonly name: FactName;
  /** `place.enrolmentId` of the last entry of the page before. */
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** After every other place. */
const BEGINNING = '999999999999999999.ffffffff-ffff-ffff-ffff-ffffffffffff';

/** What devices showed at a moment, and how it became so. */
@Injectable()
export class HistoryReadModel {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** @throws InvalidRequestError naming `asOf`, when it is to come or before what is kept */
  async checkAsOf(asOf: Date): Promise<void> {
    if (asOf > this.clock.now()) throw cannotTell('is in the future');
    const [kept] = await this.database.rows<{ since: Date | null }>(
      'history-horizon',
      `SELECT history_horizon('device_facts_past', 'device_snaps_past', 'device_sets_past') AS since`,
      [],
    );
    if (kept?.since && asOf < kept.since) {
      throw cannotTell(`is before what is kept, which begins at ${kept.since.toISOString()}`);
    }
  }

  /**
   * The facts of the enrolment the device had then, by name.
   * @returns with `note`, in words, why there are none
   * @throws InvalidRequestError as `checkAsOf`
   */
  async factsAsOf(deviceId: string, asOf: Date): Promise<{ items: FactView[]; asOf: Date; note?: string }> {
    await this.checkAsOf(asOf);
    const items = await this.database.query<FactView>(Prisma.sql`
      SELECT name, digest, value, since AS "receivedAt"
      FROM ${enrolmentsAsOf(asOf)} AS e JOIN (
        SELECT enrolment_id, name, digest, value, received_at AS since, NULL AS until FROM device_facts
        UNION ALL SELECT enrolment_id, name, digest, value, since, until FROM device_facts_past) AS f USING (enrolment_id)
      WHERE e.device_id = ${deviceId}::uuid AND since <= ${asOf}::timestamptz
        AND (until IS NULL OR until > ${asOf}::timestamptz)
      ORDER BY name`);
    if (items.length > 0) return { items, asOf };
    return { items, asOf, note: await this.whyNone(deviceId, asOf) };
  }

  /** Newest first, of all the device's enrolments. An entry's difference is against the value before it of the same enrolment. */
  async history(request: ListHistory): Promise<{ items: FactHistoryEntry[]; next?: string }> {
    const [place = '', enrolmentId = ''] = (request.cursor ?? BEGINNING).split('.');
    const rows = await this.database.rows<HistoryRow>('history-of-fact', HISTORY, [
      ...[request.deviceId, request.name, place, enrolmentId, request.limit + 1],
    ]);
    const items = rows.slice(0, request.limit).map((row, index) => {
      const former = rows[index + 1];
      const { value, place: _place, ...entry } = row;
      const known = former?.enrolmentId === row.enrolmentId && former.until?.getTime() === row.since.getTime();
      return { ...entry, differences: known ? differencesOf(request.name, former.value, value) : null };
    });
    const last = rows[request.limit - 1];
    if (!last || rows.length <= request.limit) return { items };
    return { items, next: `${last.place}.${last.enrolmentId}` };
  }

  private async whyNone(deviceId: string, asOf: Date): Promise<string> {
    const [known] = await this.database.rows<{ joined: Date | null; enrolled: boolean | null }>(
      'enrolments-of-device',
      `SELECT min(created_at) AS joined, bool_or(created_at <= $2 AND (ended_at IS NULL OR ended_at > $2)) AS enrolled
       FROM enrolments WHERE device_id = $1`,
      [deviceId, asOf],
    );
    if (known?.enrolled) return 'the device was enrolled and had told nothing yet';
    if (known?.joined && known.joined > asOf) {
      return `the device was not enrolled yet: it joined at ${known.joined.toISOString()}`;
    }
    return 'the device was not enrolled then';
  }
}

function cannotTell(message: string): InvalidRequestError {
  return new InvalidRequestError(`cannot tell what was then: "asOf" ${message}`, [{ field: 'asOf', message }]);
}

/** Enrolments first, so that each is looked up in the primary keys. */
const HISTORY = `
  SELECT e.id AS "enrolmentId", f.digest, f.value, f.since, f.until,
    (extract(epoch FROM f.since) * 1000000)::bigint::text AS place
  FROM enrolments AS e CROSS JOIN LATERAL (
    SELECT digest, value, received_at AS since, NULL::timestamptz AS until FROM device_facts
    WHERE enrolment_id = e.id AND name = $2
    UNION ALL SELECT digest, value, since, until FROM device_facts_past WHERE enrolment_id = e.id AND name = $2) AS f
  WHERE e.device_id = $1
    AND (f.since, e.id) < ('epoch'::timestamptz + $3::bigint * interval '1 microsecond', $4::uuid)
  ORDER BY f.since DESC, e.id DESC LIMIT $5`;
