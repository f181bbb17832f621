import { randomUUID } from 'node:crypto';
import { Clock } from '@corefleet/platform/clock';
import { Database } from '@corefleet/platform/database';
import { createTestDatabase } from '@corefleet/testing/postgres';
import { testRedis } from '@corefleet/testing/redis';
import { TestApi, type Answer } from './test-api';

/** A clock that can be put forward. */
class ForwardClock extends Clock {
  private aheadMs = 0;

  override now(): Date {
    return new Date(Date.now() + this.aheadMs);
  }

  forward(seconds: number): void {
    this.aheadMs += seconds * 1000;
  }
}

const REFRESH = { steps: [{ operation: 'refresh', parameters: { snaps: ['core22'] } }] };

/** The API with some people and devices, and the words in which specs of rollouts ask it. Nobody works rollouts off. */
export class RolloutsStand {
  private constructor(
    readonly api: TestApi,
    readonly clock: ForwardClock,
    readonly owner: Database,
    /** Sessions, by name: root is an admin, ann, ben and cem are operators, vera is a viewer. */
    readonly tokens: Readonly<Record<'root' | 'ann' | 'ben' | 'cem' | 'vera', string>>,
  ) {}

  static async open(): Promise<RolloutsStand> {
    const clock = new ForwardClock();
    const api = await TestApi.start(await createTestDatabase(), testRedis(), {}, clock);
    await api.publishSigningKey();
    const owner = new Database({ url: api.files.url(), connections: 1, onIdleError: () => undefined });
    const session = (name: string): Promise<string> => api.session(name, 'operator');
    return new RolloutsStand(api, clock, owner, {
      ...{ root: await api.session('root', 'admin'), vera: await api.session('vera', 'viewer') },
      ...{ ann: await session('ann'), ben: await session('ben'), cem: await session('cem') },
    });
  }

  async close(): Promise<void> {
    await this.owner.close();
    await this.api.stop();
  }

  /** What enrolment makes; the API takes only so many of one source in a minute. @returns the device's id */
  async enrol(serial: string, labels: Record<string, string>, facts: Record<string, object> = {}): Promise<string> {
    const [id, enrolmentId] = [randomUUID(), randomUUID()];
    await this.owner.prisma.device.create({ data: { id, brandId: 'acme', model: 'pc', serial, labels, enrolmentId } });
    const enrolment = { id: enrolmentId, deviceId: id, publicKey: serial, status: 'active', tokenId: randomUUID() };
    await this.owner.prisma.enrolment.create({ data: enrolment });
    for (const [name, value] of Object.entries(facts)) {
      const at = { digest: 'd', journalEpoch: 1, number: 1n, receivedAt: new Date() };
      await this.owner.prisma.deviceFact.create({ data: { enrolmentId, name, value, ...at } });
    }
    return id;
  }

  /** A request for all devices in one wave, in which this is different. */
  aRequest(over: object = {}): object {
    return { name: 'all', does: REFRESH, waves: [{ percent: 100 }], ...over };
  }

  create(over: object = {}, headers = {}): Promise<Answer> {
    return this.api.call('POST', '/v1/rollouts', { token: this.tokens.ann, body: this.aRequest(over), headers });
  }

  act(id: unknown, name: string, body: object = {}, token = this.tokens.ann): Promise<Answer> {
    return this.api.call('POST', `/v1/rollouts/${String(id)}/${name}`, { token, body });
  }

  async get(path: string): Promise<Answer['body']> {
    return (await this.api.call('GET', path, { token: this.tokens.vera })).body;
  }

  rollout(id: unknown, more = ''): Promise<Answer['body']> {
    return this.get(`/v1/rollouts/${String(id)}${more}`);
  }

  /** Audit entries of the subject, newest first. */
  async audited(id: unknown): Promise<Record<string, unknown>[]> {
    return (await this.get(`/v1/audit?subjectId=${encodeURIComponent(String(id))}`))['items'] as never;
  }
}
