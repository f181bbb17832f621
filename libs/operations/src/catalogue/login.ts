import * as z from 'zod/mini';
import { emailAddress } from '../fields';
import { defineOperation, notVerified, verified } from '../operation';
import { isRefusal } from '../refusals';
import { secret } from '../secrets';
import { nothingToFollow } from '../starting';

const token = secret(z.string().check(z.minLength(1), z.maxLength(64 * 1024)));

const LogIn = z.strictObject({
  email: emailAddress,
  password: secret(z.string().check(z.minLength(1), z.maxLength(1024))),
  /** The one-time password of an account that wants one. */
  otp: z.optional(secret(z.string().check(z.maxLength(64)))),
});

/** Logs an account of the store in on the device. The tokens that act as it there are given to nobody. */
export const logIn = defineOperation<z.infer<typeof LogIn>>({
  name: 'log-in',
  risk: 'reversible',
  parameters: LogIn,
  idempotent: false,
  expects: 'sync',
  start: async (client, credentials) => {
    const { id, username } = await client.login.login(credentials);
    return { kind: 'sync', result: { id, username } };
  },
  verify: async (client, { email }, { started }) => {
    const isKnown = (await client.users.list()).some((user) => user.email === email);
    if (!isKnown) return notVerified('the account is not logged in', null);
    return verified(started.kind === 'sync' ? started.result : null);
  },
});

const LogOut = z.strictObject({ macaroon: token, discharges: z.optional(z.array(token).check(z.maxLength(16))) });

/** Logs the user of these tokens out. Tokens that snapd does not know are of nobody who is logged in. */
export const logOut = defineOperation<z.infer<typeof LogOut>>({
  name: 'log-out',
  risk: 'reversible',
  parameters: LogOut,
  idempotent: true,
  expects: 'sync',
  start: async (client, tokens) => {
    try {
      await client.login.logout(tokens);
    } catch (error) {
      if (!isRefusal(error, 'not logged in')) throw error;
    }
    return nothingToFollow;
  },
  // snapd shows no tokens: that it no longer takes these is all there is.
  verify: () => Promise.resolve(verified(null)),
});
