import { itCalls } from './testing/call-table';

const prompt = { id: '000000000000000B', snap: 'firefox', constraints: { path: '/home/a/x' } };
const rule = { id: '0000000000000003', user: 1000, snap: 'firefox', interface: 'home' };
const allowed = { read: { outcome: 'allow', lifespan: 'timespan', duration: '5m' } } as const;

describe('prompts', () => {
  itCalls([
    {
      call: (c) => c.prompting.ask({ interface: 'audio-record', pid: 42 }),
      sends: 'POST /v2/interfaces/requests',
      json: { action: 'ask', interface: 'audio-record', pid: 42 },
      gets: { outcome: 'deny' },
      returns: 'deny',
    },
    { call: (c) => c.prompting.prompts(), sends: 'GET /v2/interfaces/requests/prompts', gets: [prompt] },
    {
      call: (c) => c.prompting.prompts({ userId: 1000 }),
      sends: 'GET /v2/interfaces/requests/prompts?user-id=1000',
      gets: [],
    },
    {
      call: (c) => c.prompting.prompt('000000000000000B', { userId: 0 }),
      sends: 'GET /v2/interfaces/requests/prompts/000000000000000B?user-id=0',
      gets: prompt,
    },
    {
      call: (c) =>
        c.prompting.reply('000000000000000B', {
          action: 'allow',
          lifespan: 'timespan',
          duration: '10m',
          constraints: { 'path-pattern': '/home/a/**', permissions: ['read'] },
        }),
      sends: 'POST /v2/interfaces/requests/prompts/000000000000000B',
      json: {
        action: 'allow',
        lifespan: 'timespan',
        duration: '10m',
        constraints: { 'path-pattern': '/home/a/**', permissions: ['read'] },
      },
      gets: ['000000000000000C'],
    },
  ]);
});

describe('rules', () => {
  itCalls([
    {
      call: (c) => c.prompting.rules({ snap: 'firefox', interface: 'home', userId: 1000 }),
      sends: 'GET /v2/interfaces/requests/rules?snap=firefox&interface=home&user-id=1000',
      gets: [rule],
    },
    {
      call: (c) => c.prompting.rule('0000000000000003'),
      sends: 'GET /v2/interfaces/requests/rules/0000000000000003',
      gets: rule,
    },
    {
      call: (c) =>
        c.prompting.addRule({
          snap: 'firefox',
          interface: 'home',
          constraints: { 'path-pattern': '/home/a/**', permissions: allowed },
        }),
      sends: 'POST /v2/interfaces/requests/rules',
      json: {
        action: 'add',
        rule: {
          snap: 'firefox',
          interface: 'home',
          constraints: { 'path-pattern': '/home/a/**', permissions: allowed },
        },
      },
      gets: rule,
    },
    {
      call: (c) => c.prompting.removeRules({ snap: 'firefox' }, { userId: 1000 }),
      sends: 'POST /v2/interfaces/requests/rules?user-id=1000',
      json: { action: 'remove', selector: { snap: 'firefox' } },
      gets: [rule],
    },
    {
      call: (c) => c.prompting.patchRule('0000000000000003', { constraints: { permissions: { read: null } } }),
      sends: 'POST /v2/interfaces/requests/rules/0000000000000003',
      json: { action: 'patch', rule: { constraints: { permissions: { read: null } } } },
      gets: rule,
    },
    {
      call: (c) => c.prompting.removeRule('0000000000000003'),
      sends: 'POST /v2/interfaces/requests/rules/0000000000000003',
      json: { action: 'remove' },
      gets: rule,
    },
  ]);
});
