import { z } from 'zod';
import { id, Labels, page, someText, time } from './common';

const DAY_SECONDS = 86_400;

/** Body of `POST /v1/enrolment-tokens`. */
export const CreateEnrolmentTokenRequest = z.strictObject({
  name: someText(128),
  /** Given to each device that enrols with the token. */
  labels: Labels.default({}),
  maxUses: z.number().int().min(1).max(1_000_000).default(1),
  expiresInSeconds: z
    .number()
    .int()
    .min(60)
    .max(366 * DAY_SECONDS)
    .default(DAY_SECONDS),
});
export type CreateEnrolmentTokenRequest = z.infer<typeof CreateEnrolmentTokenRequest>;

export const EnrolmentTokenView = z.object({
  id,
  name: z.string(),
  labels: Labels,
  maxUses: z.number().int(),
  uses: z.number().int(),
  createdBy: z.string(),
  createdAt: time,
  expiresAt: time,
  revokedAt: time.nullable(),
});
export type EnrolmentTokenView = z.infer<typeof EnrolmentTokenView>;

/** The secret is shown this once. */
export const CreatedEnrolmentToken = EnrolmentTokenView.extend({ token: z.string() });
export type CreatedEnrolmentToken = z.infer<typeof CreatedEnrolmentToken>;

export const EnrolmentTokenPage = page(EnrolmentTokenView);
export type EnrolmentTokenPage = z.infer<typeof EnrolmentTokenPage>;
