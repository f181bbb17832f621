import type { SnapdRequest } from '@corefleet/snapd-client';
import { VirtualClock } from '../clock';
import type { SimulatedSnapdOptions } from '../options';
import { SimulatedSnapd, type Peer } from '../simulated-snapd';
import { SimulatedStore } from '../snaps/store';
import { multipart } from './multipart';

/** A model with a kernel and a base. */
export const A_MODEL = `type: model
authority-id: acme
series: 16
brand-id: acme
model: acme-box
architecture: amd64
base: core24
display-name: Acme box
grade: signed
serial-authority:
  - generic
  - acme
snaps:
  -
    default-channel: 24/stable
    id: pYVQrBcKmBa0mZ4CCN7ExT6jH8rY1hza
    name: pc-kernel
    type: kernel
  -
    name: core24
    type: base
timestamp: 2024-01-01T00:00:00Z
sign-key-sha3-384: t5HuSAQgr38hhy96TMUsFLYKqRy05WDsnlP4j0IRlULRqpSGTojjWfpFlUvR-Nf7

AcLBcwQAAQoAHRYhBJ==
`;

/** A serial of that model. */
export const A_SERIAL = `type: serial
authority-id: acme
brand-id: acme
model: acme-box
serial: 0001
device-key:
    AcbBTQRWhcGAARAA
    dmbeR25hdGgJuxBU
timestamp: 2024-01-02T00:00:00Z
sign-key-sha3-384: t5HuSAQgr38hhy96TMUsFLYKqRy05WDsnlP4j0IRlULRqpSGTojjWfpFlUvR-Nf7

AcLBcwQAAQoAHRYhBK==
`;

/** A store with kernel, base, snapd and the apps `hello` (a service, revisions 1 to 3), `other` and `fresh`. */
export function aStore(): SimulatedStore {
  const store = new SimulatedStore();
  const revisions = [{ revision: 1 }, { revision: 2 }];
  store.addSnap({ name: 'pc-kernel', type: 'kernel', revisions, channels: { stable: 1 } });
  store.addSnap({ name: 'core24', type: 'base', revisions, channels: { stable: 1 } });
  store.addSnap({ name: 'snapd', type: 'snapd', revisions, channels: { stable: 1 } });
  store.addSnap({
    name: 'hello',
    base: 'core24',
    services: [{ name: 'daemon' }],
    revisions: [...revisions, { revision: 3, sizeBytes: 9_437_184 }],
    channels: { stable: 1, edge: 3 },
  });
  store.addSnap({ name: 'other', base: 'core24', configureHook: false, revisions, channels: { stable: 1 } });
  store.addSnap({ name: 'fresh', base: 'core24', revisions, channels: { stable: 2 } });
  return store;
}

/** A change as it is read back; only what tests look at. */
export interface ShownChange {
  id: string;
  kind: string;
  summary: string;
  status: string;
  ready: boolean;
  err?: string;
  data?: Record<string, unknown>;
  'ready-time'?: string;
  tasks?: {
    kind: string;
    summary: string;
    status: string;
    log?: string[];
    progress: { label: string; done: number; total: number };
    data?: Record<string, unknown>;
  }[];
}

/** An answer with its body decoded. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  text: string;
  body: { result: unknown; change?: string } & Record<string, unknown>;
}

/** A simulated device in a test, with the calls a test makes on it. */
export class TestDevice {
  constructor(
    readonly snapd: SimulatedSnapd,
    readonly store: SimulatedStore,
    readonly clock: VirtualClock,
  ) {}

  call(method: 'GET' | 'PUT' | 'POST' | 'DELETE', path: string, json?: unknown, uid = 0): Promise<Answer> {
    const headers = { 'Content-Type': 'application/json' };
    return this.send({ method, path, headers, body: json === undefined ? undefined : JSON.stringify(json) }, { uid });
  }

  /** Any request, from any peer. */
  async send(request: SnapdRequest, peer: Peer = {}): Promise<Answer> {
    const transport = this.snapd.transport(peer);
    try {
      const response = await transport.request(request);
      const text = await response.text();
      const isJson = response.headers['content-type'] === 'application/json';
      return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : {} };
    } finally {
      transport.close();
    }
  }

  /** Uploads files as `snap` of a form, with texts beside them. */
  upload(
    files: readonly (readonly [fileName: string, content: Uint8Array])[],
    fields: readonly (readonly [string, string])[] = [['dangerous', 'true']],
  ): Promise<Answer> {
    const form = multipart(
      fields,
      files.map(([fileName, content]) => ['snap', fileName, content] as const),
    );
    return this.send({ method: 'POST', path: '/v2/snaps', ...form });
  }

  get(path: string): Promise<Answer> {
    return this.call('GET', path);
  }

  post(path: string, json: unknown): Promise<Answer> {
    return this.call('POST', path, json);
  }

  /** `result` of a GET. */
  async read<Result = Record<string, unknown>>(path: string): Promise<Result> {
    return (await this.get(path)).body.result as Result;
  }

  change(id: string | undefined): Promise<ShownChange> {
    return this.read<ShownChange>(`/v2/changes/${id}`);
  }

  /** Posts, lets the given time pass and reads the change that was made. */
  async run(path: string, json: unknown, ms = 0): Promise<ShownChange> {
    const { body } = await this.post(path, json);
    if (body.change === undefined) throw new Error(`cannot run ${path}: ${JSON.stringify(body)}`);
    await this.clock.advance(ms);
    return this.change(body.change);
  }

  /** Installed revisions by snap. */
  async revisions(): Promise<Record<string, string>> {
    const snaps = await this.read<{ name: string; revision: string }[]>('/v2/snaps');
    return Object.fromEntries(snaps.map((snap) => [snap.name, snap.revision]));
  }
}

/** A device on virtual time with kernel, base, snapd, `hello` and `other` installed at revision 1. */
export function aDevice(options: Partial<SimulatedSnapdOptions> = {}): TestDevice {
  const clock = new VirtualClock();
  const store = options.store ?? aStore();
  const snaps = ['pc-kernel', 'core24', 'snapd', 'hello', 'other'].map((name) => ({ name }));
  const base = { store, clock, model: A_MODEL, serial: A_SERIAL, snaps };
  return new TestDevice(new SimulatedSnapd({ ...base, ...options }), store, clock);
}
