import { describeContract } from '../contract';
import type { PromptReply } from '@corefleet/snapd-client';
import { proveRefused, type Refused } from './refused';

const words = 'AppArmor Prompting is not running';
const ID = '0000000000000001';
const reply = (action: 'allow' | 'deny'): PromptReply => ({
  ...{ action, lifespan: 'single', constraints: { 'path-pattern': '/home/**', permissions: ['read'] } },
});
const permissions = { read: { outcome: 'allow', lifespan: 'forever' } } as const;
const rule = { snap: 'lab-hello', interface: 'home', constraints: { 'path-pattern': '/home/**', permissions } };

const refused: readonly Omit<Refused, 'words'>[] = [
  {
    ...{ row: 'POST /v2/interfaces/requests ask', old: 'not found' },
    ask: (client) => client.prompting.ask({ interface: 'camera', pid: 1 }),
  },
  {
    row: 'GET /v2/interfaces/requests/prompts',
    read: '/v2/interfaces/requests/prompts',
    ask: (client) => client.prompting.prompts(),
  },
  {
    row: 'GET /v2/interfaces/requests/prompts/{id}',
    read: `/v2/interfaces/requests/prompts/${ID}`,
    ask: (client) => client.prompting.prompt(ID),
  },
  {
    row: 'POST /v2/interfaces/requests/prompts/{id} allow',
    operation: ['answer-prompt', { id: ID, ...reply('allow') }],
    ask: (client) => client.prompting.reply(ID, reply('allow')),
  },
  {
    row: 'POST /v2/interfaces/requests/prompts/{id} deny',
    operation: ['answer-prompt', { id: ID, ...reply('deny') }],
    ask: (client) => client.prompting.reply(ID, reply('deny')),
  },
  {
    row: 'GET /v2/interfaces/requests/rules',
    read: '/v2/interfaces/requests/rules',
    ask: (client) => client.prompting.rules(),
  },
  {
    row: 'GET /v2/interfaces/requests/rules/{id}',
    read: `/v2/interfaces/requests/rules/${ID}`,
    ask: (client) => client.prompting.rule(ID),
  },
  {
    row: 'POST /v2/interfaces/requests/rules add',
    operation: ['add-prompting-rule', rule],
    ask: (client) => client.prompting.addRule(rule),
  },
  {
    row: 'POST /v2/interfaces/requests/rules remove',
    operation: ['remove-prompting-rule', { snap: 'lab-hello' }],
    ask: (client) => client.prompting.removeRules({ snap: 'lab-hello' }),
  },
  {
    row: 'POST /v2/interfaces/requests/rules/{id} patch',
    operation: ['patch-prompting-rule', { id: ID, constraints: { permissions } }],
    ask: (client) => client.prompting.patchRule(ID, { constraints: { permissions } }),
  },
  {
    row: 'POST /v2/interfaces/requests/rules/{id} remove',
    operation: ['remove-prompting-rule', { id: ID }],
    ask: (client) => client.prompting.removeRule(ID),
  },
];

describeContract('prompting', (contract) => {
  proveRefused(
    contract,
    refused.map((one) => ({ ...one, words })),
  );

  contract.shows('names the reason by its kind', async (subject) => {
    expect(await subject.refusal('GET', '/v2/interfaces/requests/rules')).toEqual({
      ...{ status: 500, message: words, kind: 'apparmor-prompting-not-running' },
    });
  });
});
