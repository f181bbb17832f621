import { get, post } from './row';

/** In the lab there is no AppArmor, and the simulator asks nobody. */
const PROMPTS = { access: 'I', since: '2.65', refusedInLab: true, refusedBySimulator: true };
const path = '/v2/interfaces/requests';

/** Prompting: apps that ask for access while they run. */
export const promptingRows = [
  post(path, 'ask', {
    ...PROMPTS,
    access: 'O',
    since: '2.75',
    without: { operation: 'a question, which changes nothing' },
  }),
  get('/v2/interfaces/requests/prompts', PROMPTS),
  get('/v2/interfaces/requests/prompts/{id}', PROMPTS),
  post('/v2/interfaces/requests/prompts/{id}', 'allow', PROMPTS),
  post('/v2/interfaces/requests/prompts/{id}', 'deny', PROMPTS),
  get('/v2/interfaces/requests/rules', PROMPTS),
  get('/v2/interfaces/requests/rules/{id}', PROMPTS),
  post('/v2/interfaces/requests/rules', 'add', PROMPTS),
  post('/v2/interfaces/requests/rules', 'remove', PROMPTS),
  post('/v2/interfaces/requests/rules/{id}', 'patch', PROMPTS),
  post('/v2/interfaces/requests/rules/{id}', 'remove', PROMPTS),
] as const;
