import { readFileSync } from 'node:fs';
import path from 'node:path';
import { DEVICE_FIELDS, OTHER_FIELDS, PRESENCE, SET_ATTRIBUTES, SNAP_ATTRIBUTES } from './fields';

it('are all in the reference', () => {
  const page = readFileSync(path.join(__dirname, '../../../../../apps/docs/reference/filters.md'), 'utf8');
  const fields = [
    ...[...Object.keys(DEVICE_FIELDS), ...Object.keys(OTHER_FIELDS), 'label.<key>'],
    ...[...Object.keys(PRESENCE.snap), ...Object.keys(SNAP_ATTRIBUTES)].map((name) => `snap.<name>.${name}`),
    ...[...Object.keys(PRESENCE.set), ...Object.keys(SET_ATTRIBUTES)].map((name) => `set.<account>/<name>.${name}`),
  ];
  expect(fields.filter((field) => !page.includes(`\`${field}\``))).toEqual([]);
});
