import path from 'node:path';

/** Snap files of the lab, kept with the recordings that were made with them; their README tells what their hooks do. */
export type LabFile =
  | 'snapd.snap'
  | 'core24.snap'
  | 'lab-hello_1.snap'
  | 'lab-hello_2.snap'
  | 'lab-broken_1.snap'
  | 'lab-slow_1.snap'
  | 'lab-noop_1.snap'
  | 'lab-custodian_1.snap'
  | 'lab-parts_1.snap'
  | 'lab-parts+extra_1.comp';

/** What every device of the suite has from the start, in this order. */
export const INSTALLED: readonly LabFile[] = ['snapd.snap', 'core24.snap', 'lab-hello_1.snap'];

/** A snap file to send, under the name it was sideloaded with. */
export const labFile = (name: LabFile): { path: string; filename: string } => ({
  path: path.join(__dirname, '../../snapd-recordings/snaps', name.replace(/\.(snap|comp)$/, '.squashfs')),
  filename: name,
});
