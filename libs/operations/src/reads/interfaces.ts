import * as z from 'zod/mini';
import { flag, interfaceName, promptingId, snapName, userId } from '../fields';
import { defineRead } from './read';

/** Without `select` every plug and slot, in the form snapd had first. */
export const readInterfaces = defineRead({
  name: 'read-interfaces',
  path: '/v2/interfaces',
  parameters: z.strictObject({
    select: z.optional(z.enum(['all', 'connected'], 'unsupported select qualifier')),
    names: z.optional(z.array(interfaceName).check(z.maxLength(100))),
    doc: flag,
    plugs: flag,
    slots: flag,
  }),
  read: (client, filter) => (filter.select ? client.interfaces.list(filter) : client.interfaces.legacy()),
});

export const readConnections = defineRead({
  name: 'read-connections',
  path: '/v2/connections',
  parameters: z.strictObject({
    /** Also what is not connected. */
    select: z.optional(z.enum(['all'], 'unsupported select qualifier')),
    snap: z.optional(snapName),
    interface: z.optional(interfaceName),
  }),
  read: (client, filter) => client.connections.list(filter),
});

/** Number of the user it is about; root when absent. */
const whose = { 'user-id': z.optional(userId) };

export const readPrompts = defineRead({
  name: 'read-prompts',
  path: '/v2/interfaces/requests/prompts',
  parameters: z.strictObject(whose),
  read: (client, of) => client.prompting.prompts({ userId: of['user-id'] }),
});

export const readPrompt = defineRead({
  name: 'read-prompt',
  path: '/v2/interfaces/requests/prompts/{id}',
  parameters: z.strictObject({ id: promptingId, ...whose }),
  read: (client, { id, 'user-id': user }) => client.prompting.prompt(id, { userId: user }),
});

export const readPromptingRules = defineRead({
  name: 'read-prompting-rules',
  path: '/v2/interfaces/requests/rules',
  parameters: z.strictObject({
    ...whose,
    snap: z.optional(snapName),
    interface: z.optional(interfaceName),
  }),
  read: (client, { 'user-id': user, ...filter }) => client.prompting.rules({ ...filter, userId: user }),
});

export const readPromptingRule = defineRead({
  name: 'read-prompting-rule',
  path: '/v2/interfaces/requests/rules/{id}',
  parameters: z.strictObject({ id: promptingId, ...whose }),
  read: (client, { id, 'user-id': user }) => client.prompting.rule(id, { userId: user }),
});
