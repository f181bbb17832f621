import { Aliases } from './aliases';
import { Apps } from './apps';
import { Assertions } from './assertions';
import { SnapdCaller, type CallerOptions } from './caller';
import { Changes } from './changes';
import { Cohorts } from './cohorts';
import { Conf } from './conf';
import { Confdb } from './confdb';
import { Connections } from './connections';
import { ConsoleConf } from './console-conf';
import { Debug } from './debug';
import { Downloads } from './downloads';
import { Icons } from './icons';
import { Interfaces } from './interfaces';
import { Login } from './login';
import { Logs } from './logs';
import { Model } from './model';
import { Notices } from './notices';
import { Prompting } from './prompting';
import { Quotas } from './quotas';
import { RecoveryKeys } from './recovery-keys';
import { Sideload } from './sideload';
import { Snaps } from './snaps';
import { Snapshots } from './snapshots';
import { Store } from './store';
import { SystemEncryption } from './system-encryption';
import { SystemInfos } from './system-info';
import { SystemInstall } from './system-install';
import { SystemSecureBoot } from './system-secureboot';
import { SystemVolumes } from './system-volumes';
import { Systems } from './systems';
import { Themes } from './themes';
import type { SnapdTransport } from './transport';
import { Users } from './users';
import { ValidationSets } from './validation-sets';
import { Warnings } from './warnings';

/** snapd's API, one property per resource. Needs no clean-up but `close`. */
export class SnapdClient {
  readonly aliases: Aliases;
  readonly apps: Apps;
  readonly assertions: Assertions;
  readonly changes: Changes;
  readonly cohorts: Cohorts;
  readonly conf: Conf;
  readonly confdb: Confdb;
  readonly connections: Connections;
  readonly consoleConf: ConsoleConf;
  readonly debug: Debug;
  readonly downloads: Downloads;
  readonly icons: Icons;
  readonly interfaces: Interfaces;
  readonly login: Login;
  readonly logs: Logs;
  readonly model: Model;
  readonly notices: Notices;
  readonly prompting: Prompting;
  readonly quotas: Quotas;
  readonly recoveryKeys: RecoveryKeys;
  readonly sideload: Sideload;
  readonly snaps: Snaps;
  readonly snapshots: Snapshots;
  readonly store: Store;
  readonly systemEncryption: SystemEncryption;
  readonly systemInfo: SystemInfos;
  readonly systemInstall: SystemInstall;
  readonly systems: Systems;
  readonly systemSecureBoot: SystemSecureBoot;
  readonly systemVolumes: SystemVolumes;
  readonly themes: Themes;
  readonly users: Users;
  readonly validationSets: ValidationSets;
  readonly warnings: Warnings;
  private readonly caller: SnapdCaller;

  constructor(transport: SnapdTransport, options?: CallerOptions) {
    const caller = new SnapdCaller(transport, options);
    this.caller = caller;
    this.aliases = new Aliases(caller);
    this.apps = new Apps(caller);
    this.assertions = new Assertions(caller);
    this.changes = new Changes(caller);
    this.cohorts = new Cohorts(caller);
    this.conf = new Conf(caller);
    this.confdb = new Confdb(caller);
    this.connections = new Connections(caller);
    this.consoleConf = new ConsoleConf(caller);
    this.debug = new Debug(caller);
    this.downloads = new Downloads(caller);
    this.icons = new Icons(caller);
    this.interfaces = new Interfaces(caller);
    this.login = new Login(caller);
    this.logs = new Logs(caller);
    this.model = new Model(caller);
    this.notices = new Notices(caller);
    this.prompting = new Prompting(caller);
    this.quotas = new Quotas(caller);
    this.recoveryKeys = new RecoveryKeys(caller);
    this.sideload = new Sideload(caller);
    this.snaps = new Snaps(caller);
    this.snapshots = new Snapshots(caller);
    this.store = new Store(caller);
    this.systemEncryption = new SystemEncryption(caller);
    this.systemInfo = new SystemInfos(caller);
    this.systemInstall = new SystemInstall(caller);
    this.systems = new Systems(caller);
    this.systemSecureBoot = new SystemSecureBoot(caller);
    this.systemVolumes = new SystemVolumes(caller);
    this.themes = new Themes(caller);
    this.users = new Users(caller);
    this.validationSets = new ValidationSets(caller);
    this.warnings = new Warnings(caller);
  }

  /** Closes the transport; requests in flight are rejected with SnapdUnreachableError, reason `closed`. */
  close(): void {
    this.caller.close();
  }
}
