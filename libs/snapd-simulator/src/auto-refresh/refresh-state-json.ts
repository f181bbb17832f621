import { formatTime } from '../go-time';
import type { InstalledSnap } from '../snaps/installed';
import { proceedNs } from './running-apps';

/** What holds a snap's refresh up, as GET /v2/snaps shows it (§8.2). */
export function refreshStateJson({ inhibitedNs, failures }: InstalledSnap): Record<string, unknown> {
  return {
    ...(inhibitedNs !== undefined && { 'refresh-inhibit': { 'proceed-time': formatTime(proceedNs(inhibitedNs)) } }),
    ...(failures && {
      'refresh-failures': {
        revision: String(failures.revision),
        'failure-count': failures.count,
        'last-failure-time': formatTime(failures.lastNs),
      },
    }),
  };
}
