export { ManifestsService } from './manifests.service';
export type { ManifestChange, ManifestDocument } from './manifests.service';
export { MANIFEST_KINDS } from './manifest-kind';
export type { Existing, ManifestKind } from './manifest-kind';
export type { Difference } from './differences';
export { readYaml } from './read-yaml';
