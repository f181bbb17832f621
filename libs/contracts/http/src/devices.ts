import { z } from 'zod';
import { id, Labels, page, PAGE_LIMIT, pageQuery, someText, text, time } from './common';

/** `model=pc and label.site=berlin`; empty means every device. */
export const filter = text(4000);

export const DevicesQuery = z.strictObject({
  ...pageQuery,
  filter: filter.optional(),
  /** Whether the answer says how many devices the filter means. */
  total: z
    .enum(['true', 'false'])
    .transform((said) => said === 'true')
    .default(false),
});
export type DevicesQuery = z.infer<typeof DevicesQuery>;

export const DeviceView = z.object({
  id,
  brandId: z.string(),
  model: z.string(),
  serial: z.string(),
  labels: z.record(z.string(), z.string()),
  /** A gateway holds its link now. */
  online: z.boolean(),
  /** null once revoked. */
  enrolmentId: id.nullable(),
  agentVersion: z.string().nullable(),
  protocol: z.number().int().nullable(),
  bootId: z.string().nullable(),
  /** How the agent finds the snapd beside it: reachable, unreachable or garbage. */
  snapdState: z.string().nullable(),
  lastSeenAt: time.nullable(),
  /** Until then a person allows it to come with another key. */
  reEnrolUntil: time.nullable(),
  /** When another key that nobody expects last asked to be this device, and was refused. */
  claimedAt: time.nullable(),
  /** It failed so often in a row, of any rollout, and gets no command of one until then; null after a success. */
  penalty: z.object({ failures: z.number().int(), until: time }).nullable(),
  createdAt: time,
});
export type DeviceView = z.infer<typeof DeviceView>;

/** Body of `POST /v1/devices/preview`. */
export const PreviewDevicesRequest = z.strictObject({
  filter: filter.default(''),
  /** How many devices are named. */
  limit: z.number().int().min(1).max(PAGE_LIMIT.most).default(PAGE_LIMIT.default),
});
export type PreviewDevicesRequest = z.infer<typeof PreviewDevicesRequest>;

/** Whom a filter means now. */
export const DevicesPreview = z.object({
  count: z.number().int(),
  /** Of them, those a command can be given to. */
  enrolled: z.number().int(),
  /** Of them, those heard of within 90 seconds. */
  online: z.number().int(),
  /** The models with most devices first, at most 100. */
  models: z.array(z.object({ brandId: z.string(), model: z.string(), count: z.number().int() })),
  /** The sites with most devices first, at most 100; null: devices without the label. */
  sites: z.array(z.object({ site: z.string().nullable(), count: z.number().int() })),
  /** The first devices. */
  deviceIds: z.array(id),
  /** Where `GET /v1/devices` with the same filter goes on; absent when all are named. */
  next: z.string().optional(),
});
export type DevicesPreview = z.infer<typeof DevicesPreview>;

export const DevicePage = page(DeviceView).extend({
  /** When it was asked for. Counted up to 10,000: where there are more, `exact` is false. */
  total: z.object({ devices: z.number().int(), exact: z.boolean() }).optional(),
});
export type DevicePage = z.infer<typeof DevicePage>;

/** Body of `PATCH /v1/devices/{id}`: replaces all labels. */
export const PatchDeviceRequest = z.strictObject({ labels: Labels });
export type PatchDeviceRequest = z.infer<typeof PatchDeviceRequest>;

const DAY_SECONDS = 86_400;

/** Body of `POST /v1/devices/{id}/allow-re-enrolment`: the device may come with another key once, for so long. */
export const AllowReEnrolmentRequest = z.strictObject({
  remark: someText(2000),
  forSeconds: z
    .number()
    .int()
    .min(60)
    .max(30 * DAY_SECONDS)
    .default(DAY_SECONDS),
});
export type AllowReEnrolmentRequest = z.infer<typeof AllowReEnrolmentRequest>;
