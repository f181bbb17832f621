import { readFacts, type Facts } from './read-facts';

const read = (facts: Partial<Facts>) =>
  readFacts({ snaps: null, sets: null, systemInfo: null, model: null, host: null, ...facts });

const snap = (revision: string, but: object = {}) => ({ name: 'hello', revision, status: 'installed', ...but });

describe('facts of a device', () => {
  it('that were not told, or are none, are not known', () => {
    const nothing = { snaps: null, sets: null, system: null, model: null, freeBytes: null };
    expect(read({})).toEqual(nothing);
    expect(read({ snaps: { kind: 'error' }, sets: 'no', systemInfo: [], model: 7, host: { disk: 'big' } })).toEqual(
      nothing,
    );
  });

  it('tell of each snap the active revision, of a disabled one what was installed last', () => {
    const revisions = (snaps: object[]) => read({ snaps }).snaps?.map(({ revision }) => revision);
    expect(revisions([snap('7'), snap('5', { status: 'active' }), snap('9')])).toEqual(['5']);
    const times = ['2026-01-02T00:00:00Z', '2026-01-01T00:00:00Z'].map((time) => ({ 'install-date': time }));
    expect(revisions([snap('7', times[0]), snap('8', times[1])])).toEqual(['7']);
    expect(revisions([{ name: 'x' }, { revision: '1' }, 'junk', snap('x1')] as object[])).toEqual(['x1']);
  });

  it('tell only the components that are there', () => {
    const components = [{ name: 'a', revision: '3' }, { name: 'b', revision: 'unset' }, { name: 'c' }];
    expect(read({ snaps: [snap('1', { components })] }).snaps?.[0]?.components).toEqual({ a: '3' });
  });

  it('pass over a set whose mode or sequence is none', () => {
    const set = { 'account-id': 'acme', name: 'base', mode: 'enforce', sequence: 3, valid: true };
    expect(read({ sets: [set, { ...set, mode: 'x' }, { ...set, sequence: '3' }, null] }).sets).toEqual([
      { key: 'acme/base', mode: 'enforce', sequence: 3, pinnedAt: undefined, valid: true },
    ]);
  });

  it('tell what the model requires, in the form of Core 20 and of Core 16', () => {
    const sets = [
      { name: 'base', sequence: '4', mode: 'enforce' },
      { 'account-id': 'other', name: 'x', mode: 'prefer-enforce' },
    ];
    const snaps = [{ name: 'pc' }, { name: 'opt', presence: 'optional' }];
    const headers = { 'brand-id': 'acme', base: 'core24', snaps, 'validation-sets': sets };
    expect(read({ model: { headers } }).model).toEqual({
      requiredSnaps: ['core24', 'pc'],
      sets: [
        { key: 'acme/base', sequence: 4, mode: 'enforce' },
        { key: 'other/x', sequence: undefined, mode: 'prefer-enforce' },
      ],
    });
    const old = { 'brand-id': 'acme', kernel: 'pi-kernel=18', gadget: 'pi', 'required-snaps': ['tool'] };
    expect(read({ model: { headers: old } }).model?.requiredSnaps).toEqual(['pi-kernel', 'pi', 'tool']);
  });

  it('tell version, timer, hold, features and free bytes', () => {
    const features = { 'seed-refresh': { enabled: true }, hotplug: { enabled: false } };
    const systemInfo = { version: '2.77', refresh: { timer: 'fri', hold: 'forever' }, features };
    const { system, freeBytes } = read({ systemInfo, host: { disk: { free: 5, total: 9 } } });
    expect(system).toEqual({
      snapdVersion: '2.77',
      refreshTimer: 'fri',
      refreshHold: 'forever',
      features: ['seed-refresh'],
    });
    expect(freeBytes).toBe(5);
  });
});
