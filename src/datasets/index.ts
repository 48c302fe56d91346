/** The domain: which datasets, which version, where they are put, and how a new version comes to be. */
export {
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
export { type EnsuredInput, ensureInput, labelOf } from './ensure.ts'
export { combineFingerprints, type FingerprintBasis } from './fingerprint.ts'
export {
  checkOutput,
  type IfNoFilesFound,
  type PublishedOutput,
  type PublishRequest,
  publishOutput,
} from './publish.ts'
export {
  downloadInputs,
  openOutputFolder,
  type Placed,
  reportResolved,
  type Staged,
  type StagedInput,
  stageLocalFolder,
} from './stage.ts'
export { checkTags, type Provenance } from './tags.ts'
export { refuseOverlaps, requireEmpty, requireOursOrEmpty, resolveTargetFolder } from './target-folder.ts'
