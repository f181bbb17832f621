import * as z from 'zod/mini';
import { changeId } from '../fields';
import { defineRead } from './read';

const names = z.optional(z.array(z.string().check(z.minLength(1), z.maxLength(128))).check(z.maxLength(50)));

export const readThemes = defineRead({
  name: 'read-themes',
  path: '/v2/accessories/themes',
  parameters: z.strictObject({ 'gtk-theme': names, 'icon-theme': names, 'sound-theme': names }),
  read: (client, of) =>
    client.themes.status({ gtk: of['gtk-theme'], icon: of['icon-theme'], sound: of['sound-theme'] }),
});

export const readThemesChange = defineRead({
  name: 'read-themes-change',
  path: '/v2/accessories/changes/{id}',
  parameters: z.strictObject({ id: changeId }),
  read: (client, { id }) => client.themes.change(id),
});
