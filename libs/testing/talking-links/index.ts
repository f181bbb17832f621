export { enrolTalkers } from './enrol-talkers';
export type { Talker } from './enrol-talkers';
export { LinkTeller } from './link-teller';
export type { ReportFrame } from './link-teller';
export { openTalkerLink } from './open-talker-link';
