import { z } from 'zod';
import { id, page, pageQuery, remark, text, time } from './common';
import { filter } from './devices';

/** How a filter writes it: `group=<name>`. */
const groupName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'must be 1 to 63 letters, digits, dots, dashes or underscores');
const description = text(2000);
const DEVICES_MOST = 1000;
const deviceIds = z.array(id).max(DEVICES_MOST);

/** Body of `POST /v1/groups`: with a filter, or with a list of devices. */
export const CreateGroupRequest = z
  .strictObject({
    name: groupName,
    description: description.default(''),
    filter: filter.optional(),
    deviceIds: deviceIds.optional(),
    remark: remark.optional(),
  })
  .refine((group) => group.filter === undefined || group.deviceIds === undefined, {
    path: ['deviceIds'],
    message: 'must be absent when there is a filter',
  });
export type CreateGroupRequest = z.infer<typeof CreateGroupRequest>;

/** Body of `PATCH /v1/groups/{id}`. A name stays, for filters name it. */
export const ChangeGroupRequest = z.strictObject({
  description: description.optional(),
  /** Of a group with a filter only. */
  filter: filter.optional(),
  remark: remark.optional(),
});
export type ChangeGroupRequest = z.infer<typeof ChangeGroupRequest>;

/** Body of `POST /v1/groups/{id}/add-devices` and `.../remove-devices`. */
export const GroupDevicesRequest = z.strictObject({ deviceIds: deviceIds.min(1), remark: remark.optional() });
export type GroupDevicesRequest = z.infer<typeof GroupDevicesRequest>;

export const GroupsQuery = z.strictObject({ ...pageQuery, name: groupName.optional() });
export type GroupsQuery = z.infer<typeof GroupsQuery>;

export const GroupView = z.object({
  id,
  name: z.string(),
  description: z.string(),
  /** null: a list of devices. */
  filter: z.string().nullable(),
  /** How many are listed; null of a group with a filter, whose preview tells. */
  deviceCount: z.number().int().nullable(),
  createdBy: z.string(),
  createdAt: time,
  /** Rises with each change of the group. */
  version: z.number().int(),
});
export type GroupView = z.infer<typeof GroupView>;

export const GroupPage = page(GroupView);
export type GroupPage = z.infer<typeof GroupPage>;
