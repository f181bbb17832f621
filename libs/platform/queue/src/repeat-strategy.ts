import type { AdvancedRepeatOptions } from 'bullmq';
import { isZone, nextOccurrence, validateCron } from '@corefleet/time-rules';

/**
 * When a job scheduler comes next: by the same rules as everything else, where BullMQ's own differ on days on which clocks are
 * changed. What lies in Redis is hostile: a pattern or a zone that does not exist ends the scheduler.
 */
export const repeatStrategy: AdvancedRepeatOptions['repeatStrategy'] = (millis, { pattern = '', tz = 'UTC' }) =>
  validateCron(pattern).length === 0 && isZone(tz)
    ? nextOccurrence(pattern, tz, new Date(millis)).getTime()
    : undefined;
