import { itCalls } from './testing/call-table';

const sends = 'POST /v2/debug';
const done = { gets: true, returns: undefined };

describe('a look inside snapd', () => {
  itCalls([
    { call: (c) => c.debug.aspect('features'), sends: 'GET /v2/debug?aspect=features', gets: { changes: ['seed'] } },
    { call: (c) => c.debug.disks(), sends: 'GET /v2/debug?aspect=disks', gets: [{ device: '/dev/vda' }] },
    {
      call: (c) => c.debug.timings({ changeId: '7' }),
      sends: 'GET /v2/debug?aspect=change-timings&change-id=7',
      gets: [{ 'change-id': '7' }],
    },
    {
      call: (c) => c.debug.timings({ ensure: 'seed', all: true }),
      sends: 'GET /v2/debug?aspect=change-timings&ensure=seed&all=true',
      gets: [],
    },
    { call: (c) => c.debug.addWarning('hot'), sends, json: { action: 'add-warning', message: 'hot' }, ...done },
    { call: (c) => c.debug.unshowWarnings(), sends, json: { action: 'unshow-warnings' }, ...done },
    { call: (c) => c.debug.ensureStateSoon(), sends, json: { action: 'ensure-state-soon' }, ...done },
    { call: (c) => c.debug.prune(), sends, json: { action: 'prune' }, ...done },
    { call: (c) => c.debug.canManageRefreshes(), sends, json: { action: 'can-manage-refreshes' }, gets: false },
    { call: (c) => c.debug.stacktraces(), sends, json: { action: 'stacktraces' }, gets: 'goroutine 1 [running]:' },
    {
      call: (c) => c.debug.createRecoverySystem('l'),
      sends,
      json: { action: 'create-recovery-system', params: { 'recovery-system-label': 'l' } },
    },
    { call: (c) => c.debug.migrateHome(['x']), sends, json: { action: 'migrate-home', snaps: ['x'] } },
  ]);
});
