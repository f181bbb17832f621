import { compareChangeIds } from '@corefleet/snapd-client';

/** The later of two change ids: decimal strings that snapd counts up. */
export const higherChangeId = (one: string, other: string): string => (compareChangeIds(one, other) > 0 ? one : other);
