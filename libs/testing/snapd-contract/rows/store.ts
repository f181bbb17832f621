import { get, post, postAs } from './row';

const NO_STORE = { refusedInLab: true };
const DEAD = {
  ...NO_STORE,
  refusedBySimulator: true,
  access: 'A',
  without: { client: 'dead: nothing is sold', read: 'dead', operation: 'dead' },
};
const JSON_BODY = { contentType: 'application/json' };

/** What needs the store. */
export const storeRows = [
  get('/v2/find', { access: 'O' }),
  get('/v2/sections', { ...NO_STORE, access: 'O' }),
  get('/v2/categories', { ...NO_STORE, access: 'O' }),
  postAs('/v2/download', 'a snap', {
    ...NO_STORE,
    ...JSON_BODY,
    access: 'A+p',
    without: { operation: 'changes nothing: a read of the catalogue', read: undefined },
  }),
  post('/v2/cohorts', 'create', { ...NO_STORE, access: 'A' }),
  postAs('/v2/login', 'to the store', { ...NO_STORE, refusedBySimulator: true, ...JSON_BODY, access: 'A+p' }),
  postAs('/v2/logout', 'of the store', { ...NO_STORE, refusedBySimulator: true, access: 'A+p' }),
  postAs('/v2/buy', 'a snap', { ...DEAD, ...JSON_BODY }),
  get('/v2/buy/ready', DEAD),
] as const;
