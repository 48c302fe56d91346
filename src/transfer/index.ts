/** Whole snapshots between a container and this machine: download, upload, and what has to hold before. */
export { freeSpace, requireFreeSpace } from './disk.ts'
export { type DownloadResult, download } from './download.ts'
export { type BegunDownload, beginDownload, type EarlyDownload } from './early.ts'
export { type LinksOut, type LocalFile, listLocalFiles, md5OfFile } from './local-files.ts'
export { isHiddenName } from './manifest.ts'
export { inParallel } from './parallel.ts'
export {
  type DownloadPlan,
  type DownloadRequest,
  isOursAndFilled,
  isOursOrEmpty,
  planDownload,
  requireReadable,
} from './plan.ts'
export { tellListing } from './progress.ts'
export { runThread } from './thread-side.ts'
export { type UploadedFiles, type UploadRequest, uploadFiles } from './upload.ts'
export { openWriters, type Writers } from './writers.ts'
