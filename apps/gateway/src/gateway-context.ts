import type { LinkPolicy } from '@corefleet/device-link';
import type { Logger } from '@corefleet/platform/logger';
import type { GatewayConfig } from './config';

/** What every part of one gateway knows: its settings, its logger, and the id under which it is nudged. */
export class GatewayContext {
  constructor(
    /** Random for each process: a gateway that comes back is another one. */
    readonly gatewayId: string,
    readonly config: GatewayConfig,
    readonly policy: LinkPolicy,
    readonly logger: Logger,
  ) {}
}
