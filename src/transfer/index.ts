/** Whole snapshots between a container and this machine: download, upload, and what has to hold before. */
export { freeSpace, requireFreeSpace } from './disk.ts'
export { type DownloadResult, download } from './download.ts'
export { type LinksOut, type LocalFile, listLocalFiles, md5OfFile } from './local-files.ts'
export { isHiddenName } from './manifest.ts'
export { inParallel } from './parallel.ts'
export { type DownloadPlan, type DownloadRequest, isOursOrEmpty, planDownload } from './plan.ts'
export { tellListing } from './progress.ts'
export { type UploadedFile, type UploadRequest, uploadFiles } from './upload.ts'
