import type { ValidationSet } from '@corefleet/validation-set-rules';

/** What shall become of a set on every device. */
export interface SetWish {
  /** `account/name`. */
  readonly key: string;
  readonly mode: 'enforce' | 'monitor' | 'forget';
  /** The sequence, resolved; absent when the set is forgotten. */
  readonly set: ValidationSet | undefined;
  /** Consent to the removal of what the set calls invalid. */
  readonly allowRemovals: boolean;
  /** Saves the data of what is removed, for the way back. */
  readonly saveSnapshots: boolean;
  /** Leaves the set unpinned. */
  readonly followLatest: boolean;
}

/** `account/name=sequence`, or without `=sequence` where it is not pinned. */
export const referenceOf = (key: string, sequence: number | undefined): string =>
  sequence === undefined ? key : `${key}=${sequence}`;
