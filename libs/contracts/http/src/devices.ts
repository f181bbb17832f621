import { z } from 'zod';
import { id, Labels, page, pageQuery, text, time } from './common';

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
  createdAt: time,
});
export type DeviceView = z.infer<typeof DeviceView>;

export const DevicePage = page(DeviceView);
export type DevicePage = z.infer<typeof DevicePage>;

/** Body of `PATCH /v1/devices/{id}`: replaces all labels. */
export const PatchDeviceRequest = z.strictObject({ labels: Labels });
export type PatchDeviceRequest = z.infer<typeof PatchDeviceRequest>;
