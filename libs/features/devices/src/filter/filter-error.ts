import { FleetError } from '@corefleet/platform/errors';

/** A filter that cannot be read, and where. */
export class FilterError extends FleetError {
  readonly code = 'bad-filter';

  constructor(
    /** What is wrong, without the position. */
    readonly what: string,
    /** Offset into the filter, in characters, from 0. */
    readonly position: number,
  ) {
    super(`cannot read filter: ${what} at position ${position}`);
  }
}
