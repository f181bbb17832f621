import { Injectable } from '@nestjs/common';
import { Database } from '@corefleet/platform/database';
import type { ChangeView, NoticeView } from './change-view';
import { ChangePlace, readCursor, writeCursor } from './cursor';

const CHANGE_COLUMNS = `enrolments.device_id AS "deviceId", changes.enrolment_id AS "enrolmentId", change_id AS "changeId",
  command_id AS "commandId", kind, summary, changes.status, ready, err, spawn_time AS "spawnTime", ready_time AS "readyTime",
  tasks, data, received_at AS "receivedAt"`;

/** The largest place there is: a first page begins before it. */
const BEGINNING = ['9223372036854775807', 'ffffffff-ffff-ffff-ffff-ffffffffffff', ''] as const;
const MOST_NOTICES = 500;
/** A command makes a handful; an agent may say what it likes. */
const CHANGES_OF_A_COMMAND = 100;

export interface ListChanges {
  readonly deviceId: string;
  readonly ready?: boolean | undefined;
  readonly cursor?: string | undefined;
  /** 1 to 500 */
  readonly limit: number;
}

/** Changes and notices of devices, of all their enrolments, for reading. */
@Injectable()
export class ChangesReadModel {
  constructor(private readonly database: Database) {}

  /**
   * Newest spawn time first.
   * @throws InvalidRequestError for a cursor that no page ended with
   */
  async list(request: ListChanges): Promise<{ items: ChangeView[]; next?: string }> {
    const [spawnTimeNs, enrolmentId, changeId] =
      request.cursor === undefined ? BEGINNING : readCursor(request.cursor, ChangePlace);
    const found = await this.database.rows<ChangeView & { place: string }>(
      'list-changes',
      `SELECT ${CHANGE_COLUMNS}, spawn_time_ns::text AS place
       FROM enrolments JOIN changes ON changes.enrolment_id = enrolments.id
       WHERE enrolments.device_id = $1 AND ($2::boolean IS NULL OR ready = $2)
         AND (spawn_time_ns, changes.enrolment_id, change_id) < ($3::bigint, $4::uuid, $5::text)
       ORDER BY spawn_time_ns DESC, changes.enrolment_id DESC, change_id DESC
       LIMIT $6`,
      [request.deviceId, request.ready ?? null, spawnTimeNs, enrolmentId, changeId, request.limit + 1],
    );
    const page = found.slice(0, request.limit);
    const items = page.map(({ place: _place, ...view }) => view);
    const last = page.at(-1);
    if (!last || found.length === page.length) return { items };
    return { items, next: writeCursor([last.place, last.enrolmentId, last.changeId]) };
  }

  /** The newest change of the device with this id: ids start again at 1 after a factory reset. */
  async get(deviceId: string, changeId: string): Promise<ChangeView | undefined> {
    const [change] = await this.database.rows<ChangeView>(
      'get-change',
      `SELECT ${CHANGE_COLUMNS}
       FROM enrolments JOIN changes ON changes.enrolment_id = enrolments.id
       WHERE enrolments.device_id = $1 AND change_id = $2
       ORDER BY spawn_time_ns DESC, changes.received_at DESC
       LIMIT 1`,
      [deviceId, changeId],
    );
    return change;
  }

  /** Changes a command became, in the order snapd made them; what another device claims of it is not believed. */
  async forCommand(commandId: string): Promise<ChangeView[]> {
    return this.database.rows<ChangeView>(
      'changes-of-command',
      `SELECT ${CHANGE_COLUMNS}
       FROM changes JOIN enrolments ON enrolments.id = changes.enrolment_id
       WHERE command_id = $1 AND changes.enrolment_id = (SELECT commands.enrolment_id FROM commands WHERE commands.id = $1)
       ORDER BY spawn_time_ns, change_id LIMIT $2`,
      [commandId, CHANGES_OF_A_COMMAND],
    );
  }

  /** The notices of the device's active enrolment, last repeated first, at most 500. */
  async notices(deviceId: string): Promise<NoticeView[]> {
    return this.database.rows<NoticeView>(
      'notices-of-device',
      `SELECT notices.enrolment_id AS "enrolmentId", notice_id AS "noticeId", type, key, nullif(user_id, -1) AS "userId",
         first_occurred AS "firstOccurred", last_occurred AS "lastOccurred", last_repeated AS "lastRepeated", occurrences,
         last_data AS "lastData", received_at AS "receivedAt"
       FROM devices JOIN notices ON notices.enrolment_id = devices.enrolment_id
       WHERE devices.id = $1
       ORDER BY last_repeated_ns DESC, type, key
       LIMIT ${MOST_NOTICES}`,
      [deviceId],
    );
  }
}
