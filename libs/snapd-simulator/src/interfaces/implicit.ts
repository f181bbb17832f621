import type { Device } from '../device/device';
import { isBefore } from '../device/version';

const words = (text: string): string[] => text.trim().split(/\s+/);

/** Slots that the snapd snap offers wherever it runs. */
const EVERYWHERE = words(`
  account-control acrn-support adb-support allegro-vcu alsa auditd-support autopilot-introspection block-devices
  bluetooth-control broadcom-asic-control browser-support camera can-bus checkbox-support cifs-mount classic-support
  confdb core-support cpu-control daemon-notify dcdbas-control device-buttons display-control dm-crypt docker-support
  dvb firewall-control fpga framebuffer fuse-support gpg-keys gpg-public-keys gpio-control gpio-memory-control
  greengrass-support hardware-observe hardware-random-control hardware-random-observe home hostname-control
  hugepages-control intel-mei intel-qat io-ports-control ion-memory-control joystick kernel-crypto-api
  kernel-firmware-control kernel-module-control kernel-module-load kernel-module-observe kubernetes-support kvm
  log-observe login-session-control login-session-observe lxd-support media-control microceph-support
  microstack-support mount-control mount-observe multipass-support netlink-audit netlink-connector network
  network-bind network-control network-observe network-setup-control network-setup-observe network-status nfs-mount
  nomad-support nvidia-drivers-support opengl openvswitch-support personal-files physical-memory-control
  physical-memory-observe power-control ppp process-control ptp qualcomm-ipc-router raw-input raw-usb remoteproc
  removable-media scsi-generic sd-control shared-memory shutdown snap-interfaces-requests-control
  snap-refresh-control snap-refresh-observe snap-themes-control snapd-control ssh-keys ssh-public-keys system-backup
  system-files system-observe system-source-code system-trace tee time-control timeserver-control timezone-control tpm
  u2f-devices uhid uinput userns vcio xilinx-dma`);

const SINCE_2_69 = words(`
  accel apparmor-observe devlxd firmware-updater-support kerberos-tickets kernel-sched-ext-control mediatek-accel
  ros-snapd-support snap-fde-control vsock-guest xdg-portal-permission-store`);

/** Slots it offers on classic systems only. */
const CLASSIC = words(`
  accounts-service appstream-metadata audio-playback audio-record avahi-control avahi-observe bluez calendar-service
  contacts-service cups-control desktop desktop-launch desktop-legacy fwupd gconf gsettings jack1
  juju-client-observe libvirt locale-control modem-manager network-manager network-manager-observe ofono openvswitch
  optical-drive packagekit-control password-manager-service pcscd pipewire polkit pulseaudio ros-opt-data
  screen-inhibit-control screencast-legacy steam-support system-packages-doc udisks2 unity7 upower-observe wayland
  x11`);

const CLASSIC_SINCE_2_69 = words('dm-multipath docker iscsi-initiator nvme-control podman ubuntu-pro-control');

/** Slots it offers on Core only. */
const CORE = words('polkit-agent usb-gadget');

const DRIVER_PLUGS = words(`
  cuda-driver-libs egl-driver-libs gbm-driver-libs opengl-driver-libs opengles-driver-libs vulkan-driver-libs`);

/** Interfaces whose plugs connect to the system by themselves (base declaration). */
const BY_THEMSELVES: ReadonlySet<string> = new Set(
  words(`
    audio-playback browser-support desktop desktop-legacy gsettings network network-bind network-status opengl
    optical-drive screen-inhibit-control unity7 upower-observe wayland x11`),
);

const memory = new Map<string, string[]>();

/** Names of the slots the system offers, each of the interface of that name; sorted and shared between devices. */
export function implicitSlots(device: Device): readonly string[] {
  const key = `${device.classic ? 'classic' : 'core'} ${isBefore(device, '2.69') ? 'old' : 'new'}`;
  const known = memory.get(key);
  if (known) return known;
  const old = isBefore(device, '2.69');
  const own = device.classic ? [...CLASSIC, ...(old ? [] : CLASSIC_SINCE_2_69)] : CORE;
  const slots = [...EVERYWHERE, ...own, ...(old ? [] : SINCE_2_69)].sort();
  memory.set(key, slots);
  return slots;
}

/** Names of the plugs the system has. */
export function implicitPlugs(device: Device): readonly string[] {
  if (isBefore(device, '2.69')) return [];
  return device.classic ? [...DRIVER_PLUGS, 'nvidia-video-driver-libs'].sort() : DRIVER_PLUGS;
}

/** Whether a plug of the interface connects to the system's slot without being told; `home` does on classic only. */
export const connectsByItself = (device: Device, name: string): boolean =>
  BY_THEMSELVES.has(name) || (name === 'home' && device.classic);

/** What snapd says about an interface; those not told of here have no summary. */
export const SUMMARIES: Readonly<Record<string, string>> = {
  content: 'allows sharing code and data with other snaps',
  'firewall-control': 'allows control over network firewall',
  'hardware-observe': 'allows reading information about system hardware',
  home: 'allows access to non-hidden files in the home directory',
  'log-observe': 'allows read access to system logs',
  'mount-observe': 'allows reading mount table and quota information',
  network: 'allows access to the network',
  'network-bind': 'allows operating as a network service',
  'network-control': 'allows configuring networking and network namespaces',
  'network-observe': 'allows querying network status',
  'removable-media': 'allows access to mounted removable storage',
  shutdown: 'allows shutting down or rebooting the system',
  'snap-refresh-control': 'allows extended control via snapctl over refreshes involving the snap',
  'snap-refresh-observe': 'allows read access to track snap refreshes and inhibited snaps',
  'snapd-control': 'allows communicating with snapd',
  'system-observe': 'allows observing all processes and drivers',
};
