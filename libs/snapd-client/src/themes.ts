import { toChange, type Change } from './changes';
import type { CallOptions, SnapdCaller } from './caller';
import type { AsyncAnswer } from './envelope';
import { snapdPath, withQuery } from './path';
import { toRow } from './rows';

/** Names of themes of the desktop, by their sort. */
export interface ThemeNames {
  gtk?: readonly string[];
  icon?: readonly string[];
  sound?: readonly string[];
}

/** available: a snap of the store has it. */
export type ThemeStatus = 'installed' | 'available' | 'unavailable';

/** What was asked about, by name. */
export interface ThemeStatuses {
  'gtk-themes': Record<string, ThemeStatus>;
  'icon-themes': Record<string, ThemeStatus>;
  'sound-themes': Record<string, ThemeStatus>;
}

/** The accessories of a desktop: themes that come as snaps. */
export class Themes {
  constructor(private readonly caller: SnapdCaller) {}

  /** Asks the store about those that are not installed; answers nothing about nothing. */
  async status(names: ThemeNames, options?: CallOptions): Promise<ThemeStatuses> {
    const path = withQuery(
      '/v2/accessories/themes',
      {},
      { 'gtk-theme': names.gtk, 'icon-theme': names.icon, 'sound-theme': names.sound },
    );
    return toRow<ThemeStatuses>(await this.caller.get(path, options), {}, { method: 'GET', path });
  }

  /**
   * Installs the snaps of those that are available (change kind `install-themes`).
   * @throws SnapdError status 400 `no snaps to install`, or 500 when the store cannot be reached
   */
  install(names: ThemeNames, options?: CallOptions): Promise<AsyncAnswer> {
    const json = { 'gtk-themes': names.gtk, 'icon-themes': names.icon, 'sound-themes': names.sound };
    return this.caller.start({ method: 'POST', path: '/v2/accessories/themes', json }, options);
  }

  /**
   * A change that `install` started, for those who may not read changes.
   * @throws SnapdError status 404 without kind for any other
   */
  async change(id: string, options?: CallOptions): Promise<Change> {
    const path = snapdPath('accessories', 'changes', id);
    return toChange(await this.caller.get(path, options), path);
  }
}
