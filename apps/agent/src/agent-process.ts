import { readFile } from 'node:fs/promises';
import { SnapdClient, unixSocketTransport, type SnapdTransport } from '@corefleet/snapd-client';
import { Agent } from './agent';
import { systemClock } from './clock';
import type { AgentConfig } from './config/agent-config';
import { enrolUntilDone } from './enrolment/enrol-until-done';
import { StateFiles, type KeptEnrolment } from './enrolment/state-files';
import { readDeviceIdentity, type DeviceIdentity } from './identity/device-identity';
import { identityOf, type Identity } from './identity/identity';
import { fileJournalStore } from './journal/file-journal-store';
import { backOffMs } from './link/back-off';
import { messageOf, type AgentLogger } from './logger';
import { readHost } from './observer/read-host';
import { DEFAULT_TIMINGS } from './timings';

/**
 * The agent as a process of its own: enrols once, then runs until `signal` is aborted.
 * @throws when the state directory cannot be used
 */
export async function runAgentProcess(config: AgentConfig, logger: AgentLogger, signal: AbortSignal): Promise<void> {
  const files = new StateFiles(config.stateDirectory);
  const { privateKey, inventedSerial } = await files.identity();
  const identity = identityOf(privateKey);
  const snapd = unixSocketTransport(config.snapdSocket);
  const enrolment =
    (await files.enrolment()) ??
    (await enrolDevice(config, { files, identity, inventedSerial, snapd, logger, signal }));
  if (!enrolment || signal.aborted) return snapd.close();
  const agent = new Agent({
    enrolment: enrolment.answer,
    device: enrolment.device,
    identity,
    snapd,
    journal: fileJournalStore(files.journal, logger),
    artifactsDirectory: files.artifacts,
    readBootId: () => readBootId(config.bootIdFile, logger),
    readHost: () => readHost(config.stateDirectory),
    policy: config.policy,
    timings: { requestTimeoutMs: config.requestTimeoutMs },
    logger,
  });
  signal.addEventListener('abort', () => agent.stop());
  await agent.run();
}

interface EnrolmentNeeds {
  readonly files: StateFiles;
  readonly identity: Identity;
  readonly inventedSerial: string;
  readonly snapd: SnapdTransport;
  readonly logger: AgentLogger;
  readonly signal: AbortSignal;
}

async function enrolDevice(config: AgentConfig, needs: EnrolmentNeeds): Promise<KeptEnrolment | undefined> {
  const { files, identity, logger, signal } = needs;
  const { server, enrolmentToken: token } = config;
  if (!token) throw new Error('cannot enrol: COREFLEET_ENROLMENT_TOKEN is not set');
  const device = await askForIdentity(config, needs);
  if (!device) return undefined;
  const answer = await enrolUntilDone({
    server,
    token,
    identity,
    device,
    timings: DEFAULT_TIMINGS,
    clock: systemClock,
    random: Math.random,
    logger,
    signal,
  });
  if (!answer) return undefined;
  const enrolment = { answer, device };
  await files.keepEnrolment(enrolment);
  logger.info('Enrolled', { deviceId: answer.deviceId, ...device });
  return enrolment;
}

/** snapd may be starting: asks until it answers. */
async function askForIdentity(config: AgentConfig, needs: EnrolmentNeeds): Promise<DeviceIdentity | undefined> {
  const { snapd, inventedSerial, logger, signal } = needs;
  const client = new SnapdClient(snapd);
  for (let failures = 1; !signal.aborted; failures += 1) {
    try {
      return await readDeviceIdentity(client, config, inventedSerial);
    } catch (error) {
      logger.warn('Cannot learn from snapd which device this is', { error: messageOf(error) });
      await systemClock.sleep(backOffMs(failures, DEFAULT_TIMINGS.linkBackOff, Math.random()), signal);
    }
  }
  return undefined;
}

async function readBootId(path: string, logger: AgentLogger): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim() || undefined;
  } catch (error) {
    logger.warn('Cannot read the boot id', { path, error: messageOf(error) });
    return undefined;
  }
}
