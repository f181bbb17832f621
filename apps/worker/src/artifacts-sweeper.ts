import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { ArtifactsSweep } from '@corefleet/features/artifacts';
import { Coalesced } from '@corefleet/platform/queue';

/** Nothing waits for a file to be gone: often enough that a disk does not fill with what is over. */
const EVERY_MS = 60_000;

/** Removes files whose time is over, and what dead processes left of others. Every worker does; twice at once is safe. */
@Injectable()
export class ArtifactsSweeper implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(ArtifactsSweeper.name);
  private readonly sweeping = new Coalesced(
    () => this.sweep(),
    (error) => this.logger.warn(`Files not swept, the next sweep follows: ${String(error)}`),
  );
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly artifacts: ArtifactsSweep) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.sweeping.ask(), EVERY_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.sweeping.idle();
  }

  private async sweep(): Promise<void> {
    const { expired, orphans, temporary } = await this.artifacts.sweep();
    if (expired + orphans + temporary > 0)
      this.logger.log(`Removed files: ${expired} expired, ${orphans} that no row names, ${temporary} half received`);
  }
}
