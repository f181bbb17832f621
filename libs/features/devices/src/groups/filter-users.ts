import { Injectable } from '@nestjs/common';
import type { Transaction } from '@corefleet/platform/database';
import { FilterError } from '../filter/filter-error';
import { groupsNamedIn } from '../filter/group-references';
import { parseFilter } from '../filter/parse-filter';

/** A filter that something will use again. */
export interface FilterInUse {
  /** What uses it, in words: `rollout "Base 14"`. */
  readonly user: string;
  readonly filter: string;
}

/** @returns filters in use that contain the text; others may be among them */
export type FindFilters = (tx: Transaction, text: string) => Promise<FilterInUse[]>;

/** Who keeps filters: each feature that does says so as it starts, so that no group goes while a filter names it. */
@Injectable()
export class FilterUsers {
  private readonly keepers: FindFilters[] = [];

  register(find: FindFilters): void {
    this.keepers.push(find);
  }

  /** @returns in words what uses a filter that names the group; undefined when nothing does */
  async whoNames(tx: Transaction, group: string): Promise<string | undefined> {
    for (const find of this.keepers) {
      const found = (await find(tx, group)).find(({ filter }) => names(filter, group));
      if (found) return found.user;
    }
    return undefined;
  }
}

/** A filter kept from an older version may be unreadable by now: then nobody can use it either. */
function names(filter: string, group: string): boolean {
  try {
    return groupsNamedIn(parseFilter(filter)).some(({ name }) => name === group);
  } catch (error) {
    if (error instanceof FilterError) return false;
    throw error;
  }
}
