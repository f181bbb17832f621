import { z } from 'zod';
import { id } from './common';

export const EVENT_TOPICS = [
  'devices',
  'commands',
  'rollouts',
  'schedules',
  'recovery-policies',
  'report-schedules',
  'changes',
  'facts',
  'groups',
  'limits',
] as const;
export const EventTopic = z.enum(EVENT_TOPICS);
export type EventTopic = z.infer<typeof EventTopic>;

/** Query of `GET /v1/events`: which topics, separated by commas (all when absent), and of which one thing. */
export const EventsQuery = z.strictObject({
  topics: z
    .string()
    .max(256)
    .default(EVENT_TOPICS.join(','))
    .transform((value) => value.split(','))
    .pipe(z.array(EventTopic).min(1)),
  /** Id of the device for devices, changes and facts; of the command, rollout, schedule, policy or group otherwise. Limits have none. */
  id: id.optional(),
});
export type EventsQuery = z.infer<typeof EventsQuery>;

/** One item of a message's `data`: this thing changed, read it again. */
export const FleetEvent = z.object({ topic: EventTopic, id: z.string(), version: z.number() });
export type FleetEvent = z.infer<typeof FleetEvent>;
