import type { SnapdClient } from '@corefleet/snapd-client';
import * as z from 'zod/mini';
import { flag, text } from '../fields';
import { defineRead } from './read';

const headerValue = z.string().check(z.maxLength(1024));

const asked = {
  /** Asks the store; takes the whole primary key. */
  remote: flag,
  /** As JSON, without signatures. */
  json: flag,
};

export const readAssertionTypes = defineRead({
  name: 'read-assertion-types',
  path: '/v2/assertions',
  parameters: z.strictObject({}),
  read: async (client) => ({ types: await client.assertions.types() }),
});

const type = text(/^[a-z](?:-?[a-z0-9])*$/, 'invalid assert type: %q').check(
  z.refine(
    (name) => name !== 'system-user',
    'system-user assertions hold passwords: they are read by read-system-users',
  ),
);

/** Assertions as texts. Any other parameter is a header, and the value it must have. */
export const readAssertions = defineRead({
  name: 'read-assertions',
  path: '/v2/assertions/{type}',
  parameters: z.catchall(z.strictObject({ type, ...asked }), headerValue),
  read: (client, { type: of, ...query }) => assertionsOf(client, of, query),
});

/** Assertions that make users: with e-mail addresses and password hashes. */
export const readSystemUsers = defineRead({
  name: 'read-system-users',
  path: '/v2/assertions/system-user',
  sensitive: true,
  parameters: z.catchall(z.strictObject(asked), headerValue),
  read: (client, query) => assertionsOf(client, 'system-user', query),
});

type Query = Record<string, string | boolean | undefined> & {
  remote?: boolean | undefined;
  json?: boolean | undefined;
};

async function assertionsOf(client: SnapdClient, of: string, { remote, json, ...rest }: Query): Promise<unknown> {
  const headers = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, String(value)]));
  if (json) return client.assertions.listJson(of, { headers, remote });
  return (await client.assertions.list(of, { headers, remote })).texts;
}

const form = z.strictObject({ json: flag });

export const readModel = defineRead({
  name: 'read-model',
  path: '/v2/model',
  parameters: form,
  read: (client, { json }) => (json ? client.model.json() : client.model.assertion()),
});

export const readSerial = defineRead({
  name: 'read-serial',
  path: '/v2/model/serial',
  parameters: form,
  read: (client, { json }) => (json ? client.model.serialJson() : client.model.serial()),
});
