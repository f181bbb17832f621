import { z } from 'zod';
import { id, Labels, page, pageQuery, someText, text, time } from './common';

/** `model=pc and label.site=berlin`; empty means every device. */
export const filter = text(4000);

export const DevicesQuery = z.strictObject({ ...pageQuery, filter: filter.optional() });
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
  createdAt: time,
});
export type DeviceView = z.infer<typeof DeviceView>;

export const DevicePage = page(DeviceView);
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
