import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient, Member } from '@corefleet/testing/fleet';
import { eventually } from '@corefleet/testing/processes';
import { deathAt, untilOneSurvives, type Place } from './deaths';
import type { Order } from './orders';
import { orderAt, type Road } from './road';
import type { RoadDevice } from './road-device';

/** One death of a server process, and what became of the command that was under way. */
export interface ServerTurn {
  readonly call: number;
  readonly status: string;
  /** Requests that reached snapd. */
  readonly sent: number;
  readonly done: boolean;
}

export interface ServerSeries {
  readonly part: Member['part'];
  readonly place: Place;
  readonly order: Order;
  /** Number of the order's first turn: every command of a device is another one. */
  readonly firstTurn: number;
}

const ARM = 'SIGUSR2';
const END_WITHIN_MS = 25_000;
/** A death is seen this long after it: what the process wrote last may have ended the command before. */
const DEATH_MS = 1_000;

/** Lets the only process of that part die at call 1, 2, 3 ... after it was ready, each time with a command on its way. */
export async function dieWhileServing(road: Road, device: RoadDevice, series: ServerSeries): Promise<ServerTurn[]> {
  const { id } = await road.online(device.serial);
  return untilOneSurvives((call) => dieAtCall(road, device, { ...series, deviceId: id, call }));
}

interface Way extends ServerSeries {
  readonly deviceId: string;
  readonly call: number;
}

async function dieAtCall(road: Road, device: RoadDevice, way: Way): Promise<ServerTurn | undefined> {
  const { part, place, order, deviceId, call } = way;
  const turn = way.firstTurn + call;
  const member = await startDoomed(road, part, { place, call });
  await road.online(device.serial);
  process.kill(member.process.pid, ARM);
  await member.process.ready('armed');
  const asked = { deviceIds: [deviceId], operation: order.operation, parameters: order.parameters(turn) };
  const url = (): string => (part === 'api' ? member : road.fleet.members.api[1])?.url ?? '';
  const ended = orderUntilTaken(() => road.fleet.api.at(url()), asked).then((commandId) => endOf(road, commandId));
  const died = await Promise.race([member.process.exited.then(() => true), ended.then(() => sleep(DEATH_MS, false))]);
  await road.fleet.replace(member);
  const status = await ended;
  const sent = device.sent((request) => request.forwarded && order.isRequest(request, turn)).length;
  return died ? { call, status, sent, done: await order.isDone(device, turn) } : undefined;
}

async function startDoomed(road: Road, part: Member['part'], at: { place: Place; call: number }): Promise<Member> {
  const [member] = road.fleet.members[part];
  if (!member) throw new Error(`cannot kill ${part}: there is none`);
  const { nodeArgs, env } = deathAt(at.place, at.call);
  await road.fleet.replace(member, { nodeArgs, env: { ...env, DEATH_ARMED_BY: ARM } });
  return member;
}

/** As a careful program does: the same request again, under the same key, until an API has answered. */
function orderUntilTaken(api: () => ApiClient, asked: object): Promise<string> {
  const headers = { 'idempotency-key': JSON.stringify(asked).replace(/[^a-z0-9]/g, '') };
  return eventually(() => orderAt(api(), asked, headers), {
    timeoutMs: END_WITHIN_MS,
    what: 'an API to take the order',
  });
}

async function endOf(road: Road, commandId: string): Promise<string> {
  const look = async (): Promise<string | undefined> => {
    const sql = 'SELECT status FROM commands WHERE id = $1 AND finished_at IS NOT NULL';
    return (await road.rows<{ status: string }>(sql, [commandId]))[0]?.status;
  };
  return eventually(look, { timeoutMs: END_WITHIN_MS, what: `command ${commandId} to end` });
}
