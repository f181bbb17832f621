import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { metrics } from '@corefleet/platform/metrics';
import { LinkRegistry } from './link-registry';
import { ReportLanes } from './report-lanes';

/** Shows what this gateway holds. */
@Injectable()
export class GatewayMetrics implements OnApplicationShutdown {
  private readonly remove: () => void;

  constructor(registry: LinkRegistry, lanes: ReportLanes) {
    this.remove = metrics.addSource(() => ({
      corefleet_links: [{ value: registry.size }],
      corefleet_report_pending_bytes: [{ value: lanes.bytes }],
    }));
  }

  onApplicationShutdown(): void {
    this.remove();
  }
}
