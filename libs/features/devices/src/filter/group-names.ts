import { FilterError } from './filter-error';
import { groupsNamedIn } from './group-references';
import { parseFilter } from './parse-filter';

/** Names of the groups that a text names, if it is a filter; not those that these name in turn. */
export function groupNamesIn(text: string): string[] {
  try {
    return groupsNamedIn(parseFilter(text)).map(({ name }) => name);
  } catch (error) {
    if (error instanceof FilterError) return [];
    throw error;
  }
}
