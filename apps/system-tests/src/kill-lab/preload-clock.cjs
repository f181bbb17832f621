// Loaded into a process with `node --require`: its clock on the wall is off, its monotonic one is not.
// CLOCK_OFF_MS    by so much, forth or back
// CLOCK_OFF_FROM  a signal from which on it is, to which it says `clock set`; from the start when absent
'use strict';
const fs = require('node:fs');

const { CLOCK_OFF_MS, CLOCK_OFF_FROM } = process.env;
const RealDate = Date;
let offMs = CLOCK_OFF_FROM === undefined ? Number(CLOCK_OFF_MS) : 0;

globalThis.Date = class extends RealDate {
  constructor(...args) {
    super(...(args.length === 0 ? [RealDate.now() + offMs] : args));
  }

  static now() {
    return RealDate.now() + offMs;
  }
};
if (CLOCK_OFF_FROM) {
  process.on(CLOCK_OFF_FROM, () => {
    offMs = Number(CLOCK_OFF_MS);
    fs.writeSync(1, 'clock set\n');
  });
}
