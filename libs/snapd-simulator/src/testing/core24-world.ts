import type { TestDevice } from './a-device';

type Act = (device: TestDevice) => void | Promise<void>;

const app = (version: string, sizeBytes = 4096) => ({ version, sizeBytes });
const NO_DISK = 'cannot identify disk for gadget asset update of volume pc';
const BROKEN_HOOK = [
  'run hook "post-refresh": ',
  '-----',
  '2026/11/20 14:17:29.254826 system_key.go:295: running from non-installed location /usr/lib/snapd/snapd: ignoring system-key',
  'post-refresh: broken on purpose',
  '-----',
].join('\n');

/** What changed in the world around the recorded device before a step: releases in its store, faults of its disks. */
export const BEFORE: Readonly<Record<string, Act>> = {
  'systems-create-validation-set-downloads': ({ store }) => store.release('pc-kernel', 2, [], app('6.2-lab')),
  'systems-create-test-boot-fails': ({ snapd }) => snapd.failNextBoot(),
  'refresh candidates': ({ store }) => {
    store.release('lab-app', 2, ['stable'], app('2'));
    store.release('lab-big', 2, ['stable'], app('2', 30_003_200));
  },
  'refresh-app-hook-fails-undone': ({ store, snapd }) => {
    store.release('lab-app', 3, ['stable'], app('3'));
    snapd.failTask('run-hook:post-refresh', 'lab-app', { error: BROKEN_HOOK });
  },
  'refresh-nothing': ({ store }) => store.release('lab-app', 2, ['stable']),
  'store answers 503: install': ({ store }) => {
    store.failure =
      'cannot query the store for updates: got unexpected HTTP status code 503 via POST to "http://store.lab/v2/snaps/refresh"';
  },
  'install-slow-download': ({ store, snapd }) => {
    store.failure = undefined;
    snapd.slowTask('download-snap', 4000, 'lab-dla');
    snapd.slowTask('download-snap', 4000, 'lab-dlb');
  },
  'refresh-snapd-restarts': ({ store }) =>
    store.release('snapd', 2, ['stable'], { ...app('0.2-lab'), newBootConfig: true }),
  'refresh-gadget': ({ store, snapd }) => {
    store.release('pc', 2, ['24/edge'], app('24.2-lab'));
    snapd.failTask('update-gadget-assets', 'pc', { error: NO_DISK });
  },
  'refresh-kernel-reboots': ({ store, snapd }) => {
    store.release('pc-kernel', 2, ['24/edge']);
    snapd.failTask('update-gadget-assets', 'pc-kernel', { error: NO_DISK });
  },
  'refresh-base-boot-fails': ({ store, snapd }) => {
    store.release('core24', 2, ['edge'], app('0.2-lab', 1_040_384));
    snapd.failNextBoot();
  },
  'remodel-r1': ({ snapd }) =>
    snapd.failModelSwitch(
      'cannot write new model file: open /run/mnt/ubuntu-boot/device/model.1128784077~: no such file or directory',
    ),
};

/** The new model of the remodel: the recording kept no text of it. */
export const NEW_MODEL = (model: string): string => model.replace('series: 16', 'revision: 1\nseries: 16');

/** When a step was aborted: after so many polls of its change. */
export const ABORTED_AT: Readonly<Record<string, number>> = { 'install-slow-download-aborted': 40 };
