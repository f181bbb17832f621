export { CURRENT_PROTOCOL, LIMITS, SPOKEN_PROTOCOLS, STANDING_PULL } from './limits';
export { canonicalJson } from './canonical-json';
export { differenceOf, printOf, withDifference } from './difference';
export type { Print } from './difference';
export { EnrolAnswer, EnrolRequest } from './enrol';
export {
  linkAuthorization,
  linkProofText,
  ChallengeAnswer,
  ChallengeRequest,
  parseLinkAuthorization,
} from './link-proof';
export type { LinkProof } from './link-proof';
export { DEVICE_ARTIFACTS_PATH, requestProofText } from './request-proof';
export { commandSigningText, Envelope, SignedCommand, SignedTime, timeSigningText, TimeStatement } from './envelope';
export {
  CommandReport,
  CommandReportState,
  ChangeSnapshot,
  Fact,
  FactDifference,
  FactName,
  Host,
  NoticeSnapshot,
  ReportItem,
  TaskSnapshot,
} from './report';
export { AgentFrame, ServerFrame } from './frames';
