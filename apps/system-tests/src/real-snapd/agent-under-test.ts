import path from 'node:path';
import { spawnProcess, type SpawnedProcess } from '@corefleet/testing/processes';

/** The agent as it is shipped, one bundled file, which may be killed and started again over the same state. */
export class AgentUnderTest {
  private current: SpawnedProcess | undefined;

  constructor(private readonly env: Readonly<Record<string, string>>) {}

  get isRunning(): boolean {
    return this.current?.isRunning() ?? false;
  }

  /** What the running one, or the last, has logged. */
  get log(): string {
    return this.current?.output() ?? '';
  }

  /** Returns once it is linked to a gateway. */
  async start(): Promise<void> {
    this.current = spawnProcess(path.resolve('dist/agent.cjs'), { env: this.env });
    await this.current.ready('"message":"Linked"');
  }

  /** Ends it on the spot, as a power cut does. */
  async kill(): Promise<void> {
    await this.current?.kill('SIGKILL');
  }

  /** Ends it politely. Safe to call again. */
  async stop(): Promise<void> {
    await this.current?.kill('SIGTERM');
  }
}
