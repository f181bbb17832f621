import type { Device } from '../device/device';
import { isBefore } from '../device/version';
import { quote } from '../go-text';
import { ApiError, badRequest, notFound, sync, type Reply } from '../http/envelope';
import { decodeObjectStrictly, stringField, stringListField, type ApiRequest } from '../http/request';
import type { RouteTable } from '../http/routes';
import type { AppInfo } from '../snap-files/snap-info';
import { storeInfo } from '../snaps/local-snaps';
import { planRefresh } from '../snaps/plan';
import { channelRevision, type StoreSnap } from '../snaps/store';
import { lookupFailure, storeError, storeFailure } from './store-errors';

/** What is asked of the store and only passed on. */
export const FIND_ROUTES: RouteTable = [
  ['/v2/find', { read: 'open', write: 'open', GET: getFind }],
  ['/v2/sections', { read: 'open', write: 'open', GET: getSections }],
  ['/v2/categories', { read: 'open', write: 'open', GET: getCategories }],
  ['/v2/cohorts', { read: 'authenticated', write: 'authenticated', POST: postCohorts }],
  ['/v2/buy', { read: 'authenticated', write: 'authenticated', POST: sellNothing }],
  ['/v2/buy/ready', { read: 'authenticated', write: 'authenticated', GET: noLogin }],
];

/** Fields snapd asks the store for about one snap. */
const INFO_FIELDS =
  'architectures,base,confinement,links,contact,created-at,description,download,epoch,license,name,prices,private,' +
  'publisher,revision,snap-id,summary,title,type,version,website,store-url,resources,media,common-ids,categories';

/** GET /v2/find: by words, by exact name, or what could be refreshed. */
function getFind(device: Device, request: ApiRequest): Reply {
  const [words, name] = [request.query.get('q') ?? '', request.query.get('name') ?? ''];
  if (request.query.get('select') === 'refresh') {
    if (name !== '') throw badRequest("cannot use 'name' with 'select=refresh'");
    if (words !== '') throw badRequest("cannot use 'q' with 'select=refresh'");
    return sync(updates(device));
  }
  if (words !== '' && name !== '') throw badRequest("cannot use 'q' and 'name' together");
  if (name !== '') return findOne(device, name);
  if (device.store.unreachable) throw badRequest(lookupFailure(device), 'dns-failure');
  return fromStore(device.store.search(words).map((snap) => storeSnapJson(device, snap)));
}

function findOne(device: Device, name: string): Reply {
  if (device.store.unreachable) {
    const query = `architecture=amd64&fields=${encodeURIComponent(INFO_FIELDS)}`;
    throw new ApiError(500, storeError(device, 'Get', `snaps/info/${name}?${query}`));
  }
  const snap = device.store.snap(name);
  if (!snap) throw notFound('snap not found', 'snap-not-found', name);
  return fromStore([{ ...(storeSnapJson(device, snap) as object), ...channelMap(snap) }]);
}

const fromStore = (snaps: readonly unknown[]): Reply =>
  sync(snaps, { sources: ['store'], 'suggested-currency': 'USD' });

function updates(device: Device): unknown[] {
  if (device.store.unreachable) return [];
  return [...device.snaps.values()].flatMap((installed) => {
    const snap = installed.revision > 0 ? device.store.snap(installed.name) : undefined;
    const plan = snap && planRefresh(device, installed, { unnamed: true });
    return snap && plan?.action === 'refresh' ? [storeSnapJson(device, snap, plan.revision)] : [];
  });
}

/** The whole channel map, which the store gives for a snap asked for by its name. */
function channelMap(snap: StoreSnap): Record<string, unknown> {
  return {
    channels: Object.fromEntries(
      [...snap.channels].map(([channel, at]) => [
        channel,
        { revision: String(at), confinement: 'strict', version: storeInfo(snap, at).version, channel, epoch: EPOCH },
      ]),
    ),
    tracks: [...new Set([...snap.channels.keys()].map((channel) => channel.split('/')[0]))],
  };
}

function storeSnapJson(device: Device, snap: StoreSnap, revision = channelRevision(snap, 'stable')): unknown {
  const info = storeInfo(snap, revision ?? 0);
  const publisher = device.store.account(snap.publisher);
  return {
    id: snap.id,
    summary: info.summary,
    description: info.description,
    'download-size': info.sizeBytes,
    name: snap.name,
    publisher: {
      id: publisher.id,
      username: publisher.username,
      'display-name': publisher.displayName,
      validation: publisher.validation,
    },
    developer: publisher.username,
    status: 'available',
    type: info.type,
    ...(info.base !== undefined && { base: info.base }),
    version: info.version,
    channel: 'stable',
    'ignore-validation': false,
    revision: String(revision ?? 0),
    confinement: info.confinement,
    grade: info.grade,
    private: false,
    devmode: false,
    jailmode: false,
    ...(info.apps.length > 0 && { apps: info.apps.map((app) => appOf(snap, app)) }),
    ...(isBefore(device, '2.75') && { links: null }),
    contact: '',
  };
}

/** An app of a snap that is not installed: without whether it runs. */
const appOf = (snap: StoreSnap, { name, daemon, daemonScope }: AppInfo): Record<string, unknown> => ({
  snap: snap.name,
  name,
  ...(daemon !== undefined && { daemon, 'daemon-scope': daemonScope ?? 'system' }),
});

const EPOCH = { read: [0], write: [0] };

/** GET /v2/sections */
function getSections(device: Device): Reply {
  if (device.store.unreachable) throw new ApiError(500, storeFailure(device, 'Get', 'api/v1/snaps/sections'));
  return sync([]);
}

/** GET /v2/categories */
function getCategories(device: Device): Reply {
  if (device.store.unreachable) throw new ApiError(500, storeError(device, 'Get', 'snaps/categories'));
  return sync([]);
}

/** POST /v2/cohorts: a key per snap. */
function postCohorts(device: Device, request: ApiRequest): Reply {
  const { value: body, trailing } = decodeObjectStrictly(request, 'cohort instruction');
  if (trailing) throw badRequest('spurious content after cohort instruction');
  const action = stringField(body, 'action');
  if (action !== 'create') throw badRequest(`unknown cohort action ${quote(action)}`);
  const snaps = stringListField(body, 'snaps');
  if (snaps.length === 0) return sync({});
  if (device.store.unreachable) throw new ApiError(500, storeError(device, 'Post', 'cohorts'));
  return sync(Object.fromEntries(snaps.map((snap) => [snap, device.store.createCohort(snap)])));
}

/** POST /v2/buy: whoever asks names no price. */
function sellNothing(): Reply {
  throw new ApiError(500, 'cannot buy snap: invalid expected price');
}

/** GET /v2/buy/ready: nobody is logged in to a store that sells. */
function noLogin(): Reply {
  throw badRequest('you need to log in first', 'login-required');
}
