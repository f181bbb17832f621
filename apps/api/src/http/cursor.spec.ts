import { InvalidRequestError } from '@corefleet/platform/errors';
import { listPage, sealCursor } from './cursor';

const ID = '0198c0de-0000-7000-8000-0123456789ab';

describe('listPage', () => {
  it('goes on where the page before ended, and hides how', async () => {
    const asked: unknown[] = [];
    const list = (query: { limit: number; cursor?: string }) => {
      asked.push(query);
      return Promise.resolve({ items: [1], next: ID });
    };
    const first = await listPage({ limit: 1 }, 'uuid', list);
    expect(first.next).not.toContain(ID);
    await listPage({ limit: 1, cursor: first.next }, 'uuid', list);
    expect(asked).toEqual([{ limit: 1 }, { limit: 1, cursor: ID }]);
  });

  it('has no next on the last page', async () => {
    expect(await listPage({}, 'number', () => Promise.resolve({ items: [] }))).toEqual({ items: [] });
  });

  it.each([
    ['x', 'uuid'],
    [sealCursor('17'), 'uuid'],
    [sealCursor(ID), 'number'],
    [sealCursor('9'.repeat(19)), 'number'],
    [`${sealCursor('17')}=`, 'number'],
  ] as const)('refuses cursor %j in a list of %s ids', async (cursor, form) => {
    const page = listPage({ cursor }, form, () => Promise.reject(new Error('asked')));
    await expect(page).rejects.toThrow(InvalidRequestError);
  });
});
