import type { Task } from '../changes/change';
import type { TaskHandler } from '../changes/runner';
import type { Device } from '../device/device';

/** snapd keeps what a snap or recovery system uses and five files more; this is as many as that ever comes to here. */
const KEPT = 25;

/** What a download task is about. */
export interface DownloadSetup {
  plan: { name: string; revision: number };
}

/** The files of the last downloads: one that is still there shows no progress, since nothing is fetched. */
export class Downloads {
  private kept: string[] = [];

  has(name: string, revision: number): boolean {
    return this.kept.includes(`${name}_${revision}`);
  }

  keep(name: string, revision: number): void {
    const file = `${name}_${revision}`;
    this.kept = [...this.kept.filter((other) => other !== file), file].slice(-KEPT);
  }
}

/** download-snap: aborting cuts it short. */
export const downloadHandler: TaskHandler<Device> = {
  do(device, task) {
    const { name, revision } = (task.setup as DownloadSetup).plan;
    device.downloads.keep(name, revision);
    return 'done';
  },
  undo: 'nothing',
  cancelled: (_task: Task) => 'the download has been cancelled: context canceled',
};
