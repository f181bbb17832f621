// Loaded into a process with `node --require`: it dies on the spot at one certain call.
// DEATH_AT        journal: an append or a sync of the journal; state: of any file the agent keeps;
//                 server, snapd: a write to a socket of that kind; socket: a write to any, also one that was accepted
// DEATH_CALL      which call, from 1
// DEATH_WHEN      before: nothing of it leaves (of a file's write one half); after: all of it has left
// DEATH_CONTAINS  counts only calls with that text in their data
// DEATH_ARMED_BY  counts only after that signal, to which it says `armed`
'use strict';
const fs = require('node:fs');
const fsPromises = require('node:fs/promises');
const net = require('node:net');

const { DEATH_AT, DEATH_CALL, DEATH_WHEN, DEATH_CONTAINS = '', DEATH_ARMED_BY } = process.env;
let calls = 0;
let armed = DEATH_ARMED_BY === undefined;

const die = () => process.kill(process.pid, 'SIGKILL');

/** Whether this call is the one to die at. */
function isLast(data = '') {
  if (!armed || !Buffer.from(data).includes(DEATH_CONTAINS)) return false;
  calls += 1;
  return calls === Number(DEATH_CALL);
}

function dieInFiles(isMeant) {
  const { open } = fsPromises;
  fsPromises.open = async (path, flags, ...more) => {
    const handle = await open(path, flags, ...more);
    if (flags === 'r' || !isMeant(String(path))) return handle;
    for (const name of ['appendFile', 'writeFile']) {
      const write = handle[name].bind(handle);
      handle[name] = (data) => (isLast(data) ? dieHalfWritten(handle, Buffer.from(data)) : write(data));
    }
    for (const name of ['datasync', 'sync']) {
      const sync = handle[name].bind(handle);
      handle[name] = () => (isLast() ? die() : sync());
    }
    return handle;
  };
}

function dieHalfWritten(handle, data) {
  fs.writeSync(handle.fd, data, 0, Math.floor(data.length / 2));
  die();
}

function dieOnSocket(wanted) {
  const { connect, write } = net.Socket.prototype;
  const kind = Symbol('kind');
  net.Socket.prototype.connect = function (...args) {
    const [first] = args;
    const options = Array.isArray(first) ? first[0] : first;
    this[kind] = options?.path ? 'snapd' : 'server';
    return connect.apply(this, args);
  };
  net.Socket.prototype.write = function (data, ...more) {
    if ((wanted !== 'socket' && this[kind] !== wanted) || !isLast(data)) return write.call(this, data, ...more);
    if (DEATH_WHEN === 'before') return die();
    // the kernel has it once the write calls back, also where http and ws hold it under a cork for a moment
    return write.call(this, data, typeof more[0] === 'string' ? more[0] : undefined, die);
  };
}

const places = {
  journal: () => dieInFiles((path) => /\/journal(\.next)?$/.test(path)),
  state: () => dieInFiles((path) => path.startsWith(process.env.COREFLEET_STATE_DIR)),
  server: () => dieOnSocket('server'),
  snapd: () => dieOnSocket('snapd'),
  socket: () => dieOnSocket('socket'),
};
places[DEATH_AT]();
if (DEATH_ARMED_BY) {
  process.on(DEATH_ARMED_BY, () => {
    armed = true;
    fs.writeSync(1, 'armed\n');
  });
}
