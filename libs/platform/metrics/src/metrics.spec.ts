import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CATALOGUE, Metrics, type MetricSpec } from './index';

const docs = (name: string): string => readFileSync(path.join(__dirname, '../../../..', name), 'utf8');
const specs = Object.entries<MetricSpec>(CATALOGUE);

describe('the catalogue', () => {
  it.each(specs)('names %s as Prometheus has it', (name, { type, labels }) => {
    expect(name).toMatch(/^corefleet_[a-z_]+$/);
    if (type === 'counter') expect(name).toMatch(/_total$/);
    if (type === 'histogram') expect(name).toMatch(/_seconds$/);
    for (const label of labels) expect(label).not.toMatch(/id$|path|name|device|serial/);
  });

  it('is what the reference says, line for line', () => {
    const described = specs.map(([name, { type, labels, parts, help }]) => {
      const shown = [`\`${name}\``, type, labels.map((label) => `\`${label}\``).join(', '), parts.join(', '), help];
      return `| ${shown.join(' | ')} |`.replace(/\s+/g, ' ');
    });
    const page = docs('apps/docs/reference/metrics.md')
      .split('\n')
      .map((line) => line.replace(/\s+/g, ' '));
    expect(page.filter((line) => line.startsWith('| `corefleet_'))).toEqual(described);
  });

  it('has every metric that the dashboard asks for, with the labels it asks by', () => {
    const dashboard = JSON.parse(docs('deploy/grafana/corefleet.json')) as {
      panels: { targets?: { expr: string }[] }[];
    };
    const asked = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    expect(asked.length).toBeGreaterThan(20);
    const known = new Map<string, readonly string[]>(specs.map(([name, { labels }]) => [name, labels]));
    for (const expr of asked) {
      const names = [...expr.matchAll(/corefleet_[a-z_]+/g)].map(([name]) => name.replace(/_(bucket|count|sum)$/, ''));
      expect([expr, names.filter((name) => !known.has(name))]).toEqual([expr, []]);
      const labels = new Set([...names.flatMap((name) => known.get(name) ?? []), 'le', 'instance', 'job']);
      const used = [...expr.matchAll(/by \(([a-z_, ]+)\)|([a-z_]+)=~?"/g)].flatMap(([, by, one]) =>
        (by ?? one ?? '').split(', '),
      );
      expect([expr, used.filter((label) => !labels.has(label))]).toEqual([expr, []]);
    }
    const unasked = [...known.keys()].filter((name) => !asked.some((expr) => expr.includes(name)));
    expect(unasked).toEqual([]);
  });
});

describe('metrics', () => {
  const lines = async (metrics: Metrics): Promise<string[]> =>
    (await metrics.text()).body.split('\n').filter((line) => line.startsWith('corefleet_') && !line.endsWith(' 0'));

  it('count, time, and show both', async () => {
    const metrics = new Metrics();
    metrics.count('corefleet_admissions_total', { outcome: 'busy' });
    metrics.count('corefleet_admissions_total', { outcome: 'busy' }, 2);
    metrics.observe('corefleet_sign_seconds', 0.3);
    const shown = await lines(metrics);
    expect(shown).toContain('corefleet_admissions_total{outcome="busy"} 3');
    expect(shown).toContain('corefleet_sign_seconds_bucket{le="0.5"} 1');
    expect(shown).not.toContain('corefleet_sign_seconds_bucket{le="0.25"} 1');
  });

  it('read gauges when somebody asks, add up their sources, and leave out what nobody reads', async () => {
    const metrics = new Metrics();
    let open = 3;
    metrics.addSource(() => ({ corefleet_links: [{ value: open }] }));
    const remove = metrics.addSource(() => Promise.resolve({ corefleet_links: [{ value: 10 }] }));
    const [one, other] = await Promise.all([lines(metrics), lines(metrics)]);
    expect(one).toEqual(['corefleet_links 13']);
    expect(other).toEqual(one);
    open = 1;
    remove();
    expect(await lines(metrics)).toEqual(['corefleet_links 1']);
    expect((await metrics.text()).body).not.toMatch(/^corefleet_live_streams /m);
  });

  it('show the others when a source fails, and that it did', async () => {
    const metrics = new Metrics();
    metrics.addSource(() => Promise.reject(new Error('away')));
    metrics.addSource(() => ({ corefleet_links: [{ value: 2 }] }));
    expect(await lines(metrics)).toEqual(['corefleet_links 2', 'corefleet_scrape_failures_total 1']);
  });

  it('show what the process takes once they are asked to', async () => {
    const metrics = new Metrics();
    expect((await metrics.text()).body).not.toContain('nodejs_eventloop_lag_seconds');
    metrics.includeProcess();
    metrics.includeProcess();
    expect((await metrics.text()).body).toContain('nodejs_eventloop_lag_seconds');
  });
});
