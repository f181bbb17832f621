import { get, postAs } from './row';

const DESKTOP = { since: '2.56', access: 'I' };

/** Themes of the desktop. */
export const accessoriesRows = [
  get('/v2/accessories/themes', DESKTOP),
  postAs('/v2/accessories/themes', 'install', {
    ...{ ...DESKTOP, access: 'I+A+p', contentType: 'application/json', refusedInLab: true, refusedBySimulator: true },
  }),
  get('/v2/accessories/changes/{id}', { ...DESKTOP, refusedInLab: true, refusedBySimulator: true }),
] as const;
