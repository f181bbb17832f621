import { SnapdError } from '@corefleet/snapd-client';

/** Whether snapd refused for that reason: where it gives no kind, only its words tell. */
export const isRefusal = (error: unknown, words: string): boolean =>
  error instanceof SnapdError && error.status < 500 && error.message.includes(words);

/** Whether snapd refused with that kind. */
export const isRefusalOf = (error: unknown, kind: string): boolean =>
  error instanceof SnapdError && error.kind === kind;
