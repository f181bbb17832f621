import { z } from 'zod';

/** An operation of the catalogue. */
export const OperationView = z.object({
  name: z.string(),
  title: z.string(),
  /** read | reversible | disruptive | destructive */
  risk: z.string(),
  /** First release of snapd that can do it; absent when every one that is in use can. */
  since: z.string().optional(),
  /** What the device must be: system-users, recovery-systems, serial. */
  requires: z.array(z.string()),
  /** Of an operation that is one GET of snapd's API: `GET /v1/devices/{id}/snapd` and this path. */
  read: z.object({ path: z.string(), sensitive: z.boolean() }).optional(),
  /** The operations that take it back, or why none does. */
  undo: z.union([z.object({ by: z.array(z.string()) }), z.object({ none: z.string() })]),
  /** Parameters that are shown to nobody, as `password` or `discharges.*`. */
  secrets: z.array(z.string()),
  /** JSON Schema (draft 2020-12) of `parameters`. */
  parameters: z.record(z.string(), z.unknown()),
});
export type OperationView = z.infer<typeof OperationView>;

export const OperationList = z.object({ items: z.array(OperationView) });
export type OperationList = z.infer<typeof OperationList>;
