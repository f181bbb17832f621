export { askSnapd, sideloadForm, type Question, type SnapdAnswer } from './ask-snapd';
export { copyLab } from './copy-lab';
export { codeOf, SnapdLabError, SnapdUnavailableError } from './errors';
export { labProcesses } from './lab-processes';
export { startRecordingProxy, type RecordedRequest, type RecordingProxy } from './recording-proxy';
export { buildLargeSnap, buildSnaps, sleepingFile, type LabSnaps } from './snaps';
export { findNamespace, type Namespace } from './namespace';
export { findSquashfs, type Squashfs } from './squashfs';
export { startSnapd, type SnapdLab, type SnapdSuite, type StartSnapdOptions } from './start-snapd';
