import { z } from 'zod';
import { id, page, Role, someText, time } from './common';

const username = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'must be 1 to 64 lowercase letters, digits, dots, dashes or underscores');
/** The policy for new passwords is the server's; this bounds what is read at all. */
const password = z.string().min(1).max(1024);

/** Body of `POST /v1/login`. */
export const LoginRequest = z.strictObject({ username, password });
export type LoginRequest = z.infer<typeof LoginRequest>;

/** A session: send `Authorization: Bearer <token>` until it expires. */
export const LoginAnswer = z.object({ token: z.string(), expiresAt: time, username: z.string(), role: Role });
export type LoginAnswer = z.infer<typeof LoginAnswer>;

/** Body of `POST /v1/setup`: the one-time link's token makes the first admin. */
export const SetupRequest = z.strictObject({ token: z.string().max(128), username, password });
export type SetupRequest = z.infer<typeof SetupRequest>;

/** Answer of `GET /v1/me`: whose credential this is. */
export const Me = z.object({ username: z.string(), role: Role, credential: z.enum(['session', 'api']) });
export type Me = z.infer<typeof Me>;

const DAY_SECONDS = 86_400;

/** Body of `POST /v1/tokens`. An API token may do what the person who makes it may. */
export const CreateTokenRequest = z.strictObject({
  name: someText(128),
  /** From a minute to a year; 90 days when absent. */
  expiresInSeconds: z
    .number()
    .int()
    .min(60)
    .max(366 * DAY_SECONDS)
    .default(90 * DAY_SECONDS),
});
export type CreateTokenRequest = z.infer<typeof CreateTokenRequest>;

/** The secret is shown this once. */
export const CreatedToken = z.object({ id, name: z.string(), token: z.string(), expiresAt: time });
export type CreatedToken = z.infer<typeof CreatedToken>;

export const TokenView = z.object({
  id,
  kind: z.enum(['session', 'api']),
  name: z.string(),
  username: z.string(),
  createdAt: time,
  expiresAt: time.nullable(),
  /** Exact to a minute. */
  lastUsedAt: time.nullable(),
  revokedAt: time.nullable(),
});
export type TokenView = z.infer<typeof TokenView>;

export const TokenPage = page(TokenView);
export type TokenPage = z.infer<typeof TokenPage>;
