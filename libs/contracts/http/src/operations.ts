import { z } from 'zod';

/** An operation of the catalogue. */
export const OperationView = z.object({
  name: z.string(),
  title: z.string(),
  /** read | reversible | disruptive | destructive */
  risk: z.string(),
  /** JSON Schema (draft 2020-12) of `parameters`. */
  parameters: z.record(z.string(), z.unknown()),
});
export type OperationView = z.infer<typeof OperationView>;

export const OperationList = z.object({ items: z.array(OperationView) });
export type OperationList = z.infer<typeof OperationList>;
