import { z } from 'zod';
import { remark, someText } from './common';

const most = z.number().int().min(1).max(1_000_000).nullable();

/** Bounds over all rollouts together; null: none. */
export const CommonLimits = z.object({
  /** Devices that have a command of a rollout at one time. */
  maxInFlight: most,
  startsPerMinute: most,
  /** Devices between command and end of their download tasks. */
  maxDownloading: most,
});
export type CommonLimits = z.infer<typeof CommonLimits>;

/** Answer of `GET /v1/limits`: of the fleet, and of each site that has bounds of its own. */
export const LimitsView = z.object({
  fleet: CommonLimits,
  /** A site is the value of a device's label `site`. */
  sites: z.array(CommonLimits.extend({ site: z.string() })),
});
export type LimitsView = z.infer<typeof LimitsView>;

/** Body of `PUT /v1/limits` and of `PUT /v1/limits/sites/{site}`: replaces all of them; what is left out is unbounded. */
export const SetLimitsRequest = z.strictObject({
  maxInFlight: most.default(null),
  startsPerMinute: most.default(null),
  maxDownloading: most.default(null),
  remark: remark.optional(),
});
export type SetLimitsRequest = z.infer<typeof SetLimitsRequest>;

export const SiteParams = z.strictObject({ site: someText(256) });
