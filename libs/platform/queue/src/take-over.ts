/**
 * Worker options: the jobs of a process that died go to another within ten seconds, not BullMQ's minute. Until then the
 * sweep cannot bring them back either, as the same job is not added twice. A living process renews its jobs by itself,
 * and every job may run twice.
 */
export const TAKE_OVER = { lockDuration: 5_000, stalledInterval: 2_500, maxStalledCount: 20 } as const;
