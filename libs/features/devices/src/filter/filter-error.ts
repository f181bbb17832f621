import { InvalidRequestError } from '@corefleet/platform/errors';

/** A filter that cannot be read, and where. */
export class FilterError extends InvalidRequestError {
  override readonly code = 'bad-filter';

  constructor(
    /** What is wrong, without the position. */
    readonly what: string,
    /** Offset into the filter, in characters, from 0. */
    readonly position: number,
    /** Dotted path to the filter in the request, e.g. `waves.0.filter`. */
    field = 'filter',
  ) {
    super(`cannot read ${field}: ${what} at position ${position}`, [{ field, message: what }]);
  }

  /** The same, of a filter in this field of the request. */
  of(field: string): FilterError {
    return new FilterError(this.what, this.position, field);
  }
}
