export { ArtifactsModule } from './artifacts.module';
export { ArtifactFiles } from './artifact-files';
export { ArtifactsService } from './artifacts.service';
export type { ArtifactReader, Upload } from './artifacts.service';
export { DeviceArtifactsService } from './device-artifacts.service';
export type { DeviceFile, DeviceFileBounds, Fetchable } from './device-artifacts.service';
export { ArtifactsSweep } from './artifacts-sweep.service';
export type { Swept } from './artifacts-sweep.service';
export type { ArtifactPage, ArtifactView } from './artifact-view';
export { isArtifactName, type ContentAnswer } from './artifact-content';
export {
  ArtifactBytesMissingError,
  ArtifactStorageFullError,
  ArtifactTooLargeError,
  UploadCutError,
} from './artifacts.errors';
export { lockKept, neededArtifacts, neededDigests } from './needed-artifacts';
