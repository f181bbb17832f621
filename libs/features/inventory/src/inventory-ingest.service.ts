import { Injectable } from '@nestjs/common';
import type { Fact, FactDifference } from '@corefleet/contracts/device-protocol';
import { rowsOf, storeBatch, type Received, type Unstorable } from '@corefleet/features/changes';
import { Database } from '@corefleet/platform/database';
import { applyDifferences, slicesOfNewest } from './apply-differences';
import { factRow, STORE_FACTS } from './fact-row';

/** Keeps the newest answer of each read of a device, many devices in one statement. */
@Injectable()
export class InventoryIngest {
  constructor(private readonly database: Database) {}

  /**
   * May run twice with the same facts, in any order: the newer (journal epoch, number) wins.
   * @param differences of facts that are stored, or among the items
   * @returns what cannot be stored, with the reason; the others are committed
   * @throws when the database is away: nothing may be acknowledged then
   */
  async storeFacts(
    items: readonly Received<Fact>[],
    differences: readonly Received<FactDifference>[] = [],
  ): Promise<Unstorable[]> {
    const refused = await this.store(items);
    for (const slice of slicesOfNewest(differences)) {
      const applied = await applyDifferences(this.database, slice);
      refused.push(...applied.refused, ...(await this.store(applied.facts)));
    }
    return refused;
  }

  private async store(facts: readonly Received<Fact>[]): Promise<Unstorable[]> {
    const { storable, refused } = rowsOf(facts, factRow);
    return [...refused, ...(await storeBatch(this.database, STORE_FACTS, storable))];
  }
}
