import { Inject, Injectable } from '@nestjs/common';
import { AccessService } from '@corefleet/features/access';
import { FleetError } from '@corefleet/platform/errors';
import type { Logger } from '@corefleet/platform/logger';
import { LOGGER } from '../providers';

/** Whether who opened a stream may keep it. */
@Injectable()
export class StreamCredentials {
  constructor(
    private readonly access: AccessService,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** A database that is away ends no stream: only a credential that is refused does. Never throws. */
  async mayStay(bearer: string): Promise<boolean> {
    try {
      await this.access.authenticate(bearer);
      return true;
    } catch (error) {
      if (error instanceof FleetError) return false;
      this.logger.warn({ error }, 'Credential of a stream not checked');
      return true;
    }
  }
}
