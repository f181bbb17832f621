import { Injectable } from '@nestjs/common';
import { Database } from '@corefleet/platform/database';
import { Batcher } from '@corefleet/platform/queue';

/** An enrolment that may hold a link. */
export interface ActiveEnrolment {
  readonly enrolmentId: string;
  readonly deviceId: string;
  /** Ed25519, raw 32 bytes in base64url */
  readonly publicKey: string;
}

/** How a link stands in Postgres. */
export interface LinkStanding {
  readonly enrolmentId: string;
  readonly active: boolean;
  /** Microseconds since 1970 of the newest recorded link, on any gateway; null for none. */
  readonly stamp: number | null;
}

const SWEPT_AT_ONCE = 1_000;

/** Reads of enrolments, many at once. */
@Injectable()
export class EnrolmentsRepository {
  private readonly loads: Batcher<string, ActiveEnrolment | undefined>;

  constructor(private readonly database: Database) {
    this.loads = new Batcher((ids) => this.loadActive(ids), { maxItems: 500, parallel: 1 });
  }

  /** @returns undefined for an enrolment that is unknown, retired or revoked */
  active(enrolmentId: string): Promise<ActiveEnrolment | undefined> {
    return this.loads.add(enrolmentId);
  }

  /** How each of these stands; unknown ones are left out. */
  async standings(enrolmentIds: readonly string[]): Promise<LinkStanding[]> {
    const standings: LinkStanding[] = [];
    for (let at = 0; at < enrolmentIds.length; at += SWEPT_AT_ONCE) {
      const found = await this.database.rows<{ id: string; active: boolean; stamp: string | null }>(
        'link-standings',
        `SELECT id, status = 'active' AS active, (extract(epoch FROM connected_at) * 1000000)::bigint AS stamp
         FROM enrolments LEFT JOIN device_links ON device_links.enrolment_id = enrolments.id
         WHERE id = ANY ($1::uuid[])`,
        [enrolmentIds.slice(at, at + SWEPT_AT_ONCE)],
      );
      standings.push(
        ...found.map(({ id, active, stamp }) => ({
          enrolmentId: id,
          active,
          stamp: stamp === null ? null : Number(stamp),
        })),
      );
    }
    return standings;
  }

  private async loadActive(ids: string[]): Promise<(ActiveEnrolment | undefined)[]> {
    const found = await this.database.rows<ActiveEnrolment>(
      'active-enrolments',
      `SELECT id AS "enrolmentId", device_id AS "deviceId", public_key AS "publicKey"
       FROM enrolments WHERE id = ANY ($1::uuid[]) AND status = 'active'`,
      [ids],
    );
    const byId = new Map(found.map((enrolment) => [enrolment.enrolmentId, enrolment]));
    return ids.map((id) => byId.get(id));
  }
}
