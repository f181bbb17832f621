import { postAs } from './row';

const FORM = { access: 'A+p', contentType: 'multipart/form-data' };
const files = (body: string): number => body.match(/name="snap"; filename=/g)?.length ?? 0;

/** Snaps and components from files. */
export const sideloadRows = [
  postAs('/v2/snaps', 'sideload one', { ...FORM, fits: ({ body }) => files(body) === 1 && !body.includes('.comp"') }),
  postAs('/v2/snaps', 'sideload several', { ...FORM, fits: ({ body }) => files(body) > 1 }),
  postAs('/v2/snaps', 'sideload a component', {
    ...{ ...FORM, since: '2.63' },
    fits: ({ body }) => body.includes('.comp"'),
  }),
  postAs('/v2/snaps', 'try', {
    ...{ ...FORM, action: 'try', refusedInLab: true, refusedBySimulator: true },
    without: { operation: 'a folder of a developer, which no fleet has' },
  }),
] as const;
