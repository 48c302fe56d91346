/** The domain: which datasets, which version, where they are put, and how a new version comes to be. */
export { changesSince, type VersionChanges } from './changes.ts'
export {
  defaultPlace,
  type LocatedInput,
  locateInput,
  type Place,
  type Probed,
  placeOfOutput,
  probeInput,
  probeOutput,
  tryReadingDatasets,
  tryWriting,
} from './check.ts'
export {
  type InputDataset,
  type OutputDataset,
  parseInputDatasets,
  parseOutputDatasets,
  type UseMounting,
} from './config.ts'
export type { DatasetContext } from './context.ts'
export { type EarlyPlace, type EnsuredInput, type Extent, ensureInput, labelOf } from './ensure.ts'
export { combineFingerprints, type FingerprintBasis } from './fingerprint.ts'
export {
  checkOutput,
  type IfNoFilesFound,
  type Publication,
  type PublishedOutput,
  type PublishRequest,
  publishOutput,
} from './publish.ts'
export {
  downloadInputs,
  openOutputFolder,
  type Placed,
  reportMounted,
  reportResolved,
  requireMountable,
  type Staged,
  type StagedInput,
  stageLocalFolder,
} from './stage.ts'
export { checkTags, type Provenance } from './tags.ts'
export { refuseOverlaps, requireEmpty, requireOursOrEmpty, resolveTargetFolder } from './target-folder.ts'
export {
  chooseMountedFolder,
  chooseWrittenFolder,
  type ExpectedFile,
  type MountedFolder,
  publishMounted,
  publishWritten,
  removeWritten,
  type WrittenFolder,
} from './written.ts'
export { parseYaml, type YamlValue } from './yaml.ts'
