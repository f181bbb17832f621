// Runs the JavaScript Redis as a process of its own. Reads redis.conf lines from stdin; knows `port` and `requirepass`.
import { text } from 'node:stream/consumers';
import { createRedisServer } from 'js-redis-server';

const settings = new Map((await text(process.stdin)).split('\n').map((line) => line.split(' ', 2)));
const server = await createRedisServer({ port: Number(settings.get('port')) });
server.state.requirepass = settings.get('requirepass');
process.once('SIGTERM', async () => {
  await server.close();
  process.exit(0);
});
