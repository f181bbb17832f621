import type { AsyncAnswer } from '@corefleet/snapd-client';
import type { Started } from './operation';

/** A change that snapd has started. */
export const changeOf = ({ changeId }: AsyncAnswer): Started => ({ kind: 'change', changeId });

/** Nothing to follow: what was asked for is done, or was so already. */
export const nothingToFollow: Started = { kind: 'sync', result: null };
