import { z } from 'zod';
import { remark, someText } from './common';

const most = z.number().int().min(1).max(1_000_000).nullable();

/** Bounds of all rollouts together; null: none. */
export const FleetLimits = z.object({
  /** Devices that have a command of a rollout at one time. */
  maxInFlight: most,
  startsPerMinute: most,
});
export type FleetLimits = z.infer<typeof FleetLimits>;

/** Bounds of all rollouts together at one site; null: none. */
export const SiteLimits = z.object({
  /** Devices of the site that have a command of a rollout at one time. */
  maxInFlight: most,
  /** Devices of the site between command and end of their download tasks. */
  maxDownloading: most,
});
export type SiteLimits = z.infer<typeof SiteLimits>;

/** Answer of `GET /v1/limits`: of the fleet, and of each site that has bounds of its own. */
export const LimitsView = z.object({
  fleet: FleetLimits,
  /** A site is the value of a device's label `site`. */
  sites: z.array(SiteLimits.extend({ site: z.string() })),
});
export type LimitsView = z.infer<typeof LimitsView>;

/** Body of `PUT /v1/limits`: replaces all of them; what is left out is unbounded. */
export const SetFleetLimitsRequest = z.strictObject({
  maxInFlight: most.default(null),
  startsPerMinute: most.default(null),
  remark: remark.optional(),
});
export type SetFleetLimitsRequest = z.infer<typeof SetFleetLimitsRequest>;

/** Body of `PUT /v1/limits/sites/{site}`: as that of the fleet. */
export const SetSiteLimitsRequest = z.strictObject({
  maxInFlight: most.default(null),
  maxDownloading: most.default(null),
  remark: remark.optional(),
});
export type SetSiteLimitsRequest = z.infer<typeof SetSiteLimitsRequest>;

export const SiteParams = z.strictObject({ site: someText(256) });
