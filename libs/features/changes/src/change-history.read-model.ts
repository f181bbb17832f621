import { Injectable } from '@nestjs/common';
import { Database } from '@corefleet/platform/database';
import type { ChangeMoment, QuarantinedView } from './change-view';
import { readCursor, SaidPlace, writeCursor } from './cursor';

/** The largest place there is, in the year 5138: a first page begins before it. */
const BEGINNING: SaidPlace = [
  '99999999999999999',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  2 ** 31 - 1,
  '9223372036854775807',
];

/** The page's first row comes before ($2, $3, $4, $5), and there is one row more than is asked for. */
const BEFORE = `(received_at, enrolment_id, journal_epoch, number)
  < (timestamptz 'epoch' + $2::bigint * interval '1 microsecond', $3::uuid, $4::integer, $5::bigint)`;
const PLACE = `json_build_array((extract(epoch FROM received_at) * 1000000)::bigint::text, enrolment_id, journal_epoch, number::text) AS place`;
const NEWEST_FIRST = 'ORDER BY received_at DESC, enrolment_id DESC, journal_epoch DESC, number DESC';

interface Placed {
  readonly place: SaidPlace;
}

export interface ListHistory {
  readonly deviceId: string;
  /** Of the server's time; from it on, and before it. */
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
  /** Only of changes with this id, of any enrolment. */
  readonly changeId?: string | undefined;
  readonly cursor?: string | undefined;
  /** 1 to 500 */
  readonly limit: number;
}

/** What became of a device's changes, of all its enrolments, and what could not be kept of what it said. */
@Injectable()
export class ChangeHistory {
  constructor(private readonly database: Database) {}

  /**
   * Newest first, by the time at which the server learnt it; also of changes that are kept no more.
   * @throws InvalidRequestError for a cursor that no page ended with
   */
  async list(request: ListHistory): Promise<{ items: ChangeMoment[]; next?: string }> {
    const { deviceId, since, until, changeId } = request;
    const found = await this.database.rows<ChangeMoment & Placed>(
      'change-history',
      `SELECT $1::uuid AS "deviceId", enrolment_id AS "enrolmentId", change_id AS "changeId", command_id AS "commandId", kind, summary,
         status, ready, err, spawn_time AS "spawnTime", ready_time AS "readyTime", tasks, data, received_at AS "receivedAt", ${PLACE}
       FROM change_history
       WHERE enrolment_id IN (SELECT id FROM enrolments WHERE device_id = $1) AND ${BEFORE}
         AND received_at >= coalesce($6::timestamptz, '-infinity') AND received_at < coalesce($7::timestamptz, 'infinity')
         AND ($8::text IS NULL OR change_id = $8)
       ${NEWEST_FIRST} LIMIT $9`,
      [deviceId, ...placeOf(request.cursor), since ?? null, until ?? null, changeId ?? null, request.limit + 1],
    );
    return pageOf(found, request.limit);
  }

  /**
   * What the device said and nobody could read, newest first; of each of its enrolments the newest 1,000 are kept.
   * @throws InvalidRequestError for a cursor that no page ended with
   */
  async quarantined(
    request: Pick<ListHistory, 'deviceId' | 'cursor' | 'limit'>,
  ): Promise<{ items: QuarantinedView[]; next?: string }> {
    const found = await this.database.rows<QuarantinedView & Placed>(
      'quarantined-items',
      `SELECT enrolment_id AS "enrolmentId", journal_epoch AS "journalEpoch", number::float8 AS number, reason, item,
         received_at AS "receivedAt", ${PLACE}
       FROM quarantined_items
       WHERE enrolment_id IN (SELECT id FROM enrolments WHERE device_id = $1) AND ${BEFORE}
       ${NEWEST_FIRST} LIMIT $6`,
      [request.deviceId, ...placeOf(request.cursor), request.limit + 1],
    );
    return pageOf(found, request.limit);
  }
}

const placeOf = (cursor: string | undefined): SaidPlace =>
  cursor === undefined ? BEGINNING : readCursor(cursor, SaidPlace);

function pageOf<Item extends object>(
  found: readonly (Item & Placed)[],
  limit: number,
): { items: Item[]; next?: string } {
  const page = found.slice(0, limit);
  const items = page.map((row): Item => {
    const { place: _place, ...item } = row;
    return item as unknown as Item;
  });
  const last = page.at(-1);
  return last && found.length > limit ? { items, next: writeCursor(last.place) } : { items };
}
