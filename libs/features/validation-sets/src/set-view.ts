import type { SnapConstraint } from '@corefleet/validation-set-rules';

/** What people say of a sequence that is never to be installed. */
export interface BadMark {
  readonly at: Date;
  readonly by: string;
  readonly reason: string;
}

/** A set with all its sequences. */
export interface SetSummary {
  readonly accountId: string;
  readonly name: string;
  /** The newest. */
  readonly sequence: number;
  /** The newest that is not marked bad; null when all are. */
  readonly usable: number | null;
  readonly sequences: number;
  readonly bad: number;
}

/** One sequence, without what it says of snaps. */
export interface SequenceSummary {
  readonly accountId: string;
  readonly name: string;
  readonly sequence: number;
  /** Of the assertion. */
  readonly revision: number;
  /** When its account issued it. */
  readonly timestamp: Date;
  readonly snapCount: number;
  readonly bad: BadMark | null;
  readonly importedBy: string;
  readonly importedAt: Date;
  readonly source: 'upload' | 'device';
  /** The device it was read back from. */
  readonly deviceId: string | null;
  /** Of the assertion's text. */
  readonly sha256: string;
}

export interface SequenceView extends SequenceSummary {
  readonly snaps: SnapConstraint[];
}

export interface Page<T> {
  readonly items: T[];
  readonly next?: string;
}

/** Which set is meant. */
export interface SetKey {
  readonly accountId: string;
  readonly name: string;
}

export interface SequenceKey extends SetKey {
  readonly sequence: number;
}

/** `account/name`. */
export const nameOfSet = ({ accountId, name }: SetKey): string => `${accountId}/${name}`;

/** `account/name=sequence`, as operations name it. */
export const nameOfSequence = (key: SequenceKey): string => `${nameOfSet(key)}=${key.sequence}`;
