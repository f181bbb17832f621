import { Injectable } from '@nestjs/common';
import type { ChangeSnapshot, NoticeSnapshot } from '@corefleet/contracts/device-protocol';
import { Database } from '@corefleet/platform/database';
import { changeRow, STORE_CHANGES } from './change-row';
import { noticeRow, STORE_NOTICES } from './notice-row';
import { quarantineRow, STORE_QUARANTINED } from './quarantine-row';
import type { Received, Unstorable } from './received';
import { rowsOf, storeBatch } from './store-batch';

/**
 * Keeps what devices say of their changes and notices, many devices in one statement.
 * Every method may run twice with the same items, in any order: the newer (journal epoch, number) wins.
 * When a method resolves, its items are committed, or returned as unstorable; when it throws, the database is away
 * and nothing may be acknowledged.
 */
@Injectable()
export class ChangesIngest {
  constructor(private readonly database: Database) {}

  async storeChanges(items: readonly Received<ChangeSnapshot>[]): Promise<Unstorable[]> {
    const { storable, refused } = rowsOf(items, changeRow);
    return [...refused, ...(await storeBatch(this.database, STORE_CHANGES, storable))];
  }

  async storeNotices(items: readonly Received<NoticeSnapshot>[]): Promise<Unstorable[]> {
    const { storable, refused } = rowsOf(items, noticeRow);
    return [...refused, ...(await storeBatch(this.database, STORE_NOTICES, storable))];
  }

  /** Keeps what cannot be kept as what it claims to be. What even this cannot hold is kept as its reason alone. */
  async storeQuarantined(refused: readonly Unstorable[]): Promise<void> {
    const storable = refused.map((item) => ({ received: { ...item, body: item.item }, row: quarantineRow(item) }));
    const hopeless = await storeBatch(this.database, STORE_QUARANTINED, storable);
    const bare = hopeless.map((item) => ({
      received: { ...item, body: null },
      row: quarantineRow({ ...item, item: null }),
    }));
    const lost = await storeBatch(this.database, STORE_QUARANTINED, bare);
    if (lost[0])
      throw new Error(
        `cannot quarantine item ${lost[0].number} of enrolment ${lost[0].enrolmentId}: ${lost[0].reason}`,
      );
  }
}
