import { get, post } from './row';

const ONE = '/v2/validation-sets/{account}/{name}';

/** Validation sets: which snaps, at which revisions. */
export const validationSetsRows = [
  get('/v2/validation-sets', { access: 'A', since: '2.49' }),
  get(ONE, { access: 'A', since: '2.49', refusedInLab: true }),
  post(ONE, 'apply', { access: 'A', since: '2.49', refusedInLab: true }),
  post(ONE, 'forget', { access: 'A', since: '2.49', refusedInLab: true }),
] as const;
