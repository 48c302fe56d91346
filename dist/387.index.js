export const id = 387;
export const ids = [387];
export const modules = {

/***/ 6387:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  beginDownload: () => (/* reexport */ beginDownload),
  download: () => (/* reexport */ download),
  freeSpace: () => (/* reexport */ freeSpace),
  inParallel: () => (/* reexport */ inParallel),
  isHiddenName: () => (/* reexport */ isHiddenName),
  isOursAndFilled: () => (/* reexport */ isOursAndFilled),
  isOursOrEmpty: () => (/* reexport */ isOursOrEmpty),
  listLocalFiles: () => (/* reexport */ listLocalFiles),
  md5OfFile: () => (/* reexport */ md5OfFile),
  planDownload: () => (/* reexport */ planDownload),
  requireFreeSpace: () => (/* reexport */ requireFreeSpace),
  requireReadable: () => (/* reexport */ requireReadable),
  runThread: () => (/* reexport */ runThread),
  tellListing: () => (/* reexport */ tellListing),
  uploadFiles: () => (/* reexport */ uploadFiles)
});

// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(51455);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(76760);
// EXTERNAL MODULE: ./build/report/index.js + 3 modules
var report = __webpack_require__(92036);
;// CONCATENATED MODULE: ./build/transfer/disk.js



/**
 * Makes sure, before the first byte is fetched, that the disks have room for all of the plans together.
 * @throws UserError that says how much is needed and how much there is
 */
async function requireFreeSpace(plans) {
    const needs = new Map();
    for (const { request, missing } of plans) {
        const place = await existingPlace(request.folder);
        const [{ dev }, { bsize }] = await Promise.all([(0,promises_.stat)(place), (0,promises_.statfs)(place)]);
        // Every file costs up to a block more than its bytes.
        const still = missing.bytes - (request.begun?.arrived ?? 0);
        const needed = still + missing.length * bsize + (needs.get(dev)?.needed ?? 0);
        needs.set(dev, { place, needed });
    }
    for (const { place, needed } of needs.values())
        await requireOn(place, needed);
}
/** Room for a folder, in bytes: that of the nearest place above it that exists. */
async function freeSpace(folder) {
    const place = await existingPlace(folder);
    const { bavail, bsize } = await (0,promises_.statfs)(place);
    return { place, free: bavail * bsize };
}
async function requireOn(place, needed) {
    const { free } = await freeSpace(place);
    if (needed <= free)
        return;
    throw new report/* UserError */.yo('disk-too-small', `The datasets need ${(0,report/* formatBytes */.z3)(needed)}, and the disk of ${place} has ${(0,report/* formatBytes */.z3)(free)} free. ` +
        'Stage a part ("include", "exclude", "sample"), choose a place on a larger disk ("target-folder"), or use a larger runner.');
}
/** The folder itself, or the nearest above it that exists. */
async function existingPlace(folder) {
    for (let place = folder; place !== (0,external_node_path_.dirname)(place); place = (0,external_node_path_.dirname)(place)) {
        const exists = await (0,promises_.stat)(place).then(() => true, () => false);
        if (exists)
            return place;
    }
    return (0,external_node_path_.dirname)(folder);
}

// EXTERNAL MODULE: ./build/blobs/index.js + 16 modules
var blobs = __webpack_require__(79688);
// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(77598);
// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(73024);
// EXTERNAL MODULE: ./node_modules/p-map/index.js
var p_map = __webpack_require__(606);
;// CONCATENATED MODULE: ./build/transfer/parallel.js

/**
 * Does work on many items, so many at a time, and gives the results in order. When one fails, or the signal says so, the others are told
 * to stop and waited for: afterwards nothing of it runs any more, and what they made can be tidied up.
 */
async function inParallel(items, concurrency, signal, work) {
    const failure = new AbortController();
    const either = AbortSignal.any([signal, failure.signal]);
    const running = new Set();
    const tracked = (item) => {
        const task = work(item, either).finally(() => running.delete(task));
        running.add(task);
        return task;
    };
    try {
        return await (0,p_map/* default */.Ay)(items, tracked, { concurrency, signal });
    }
    catch (error) {
        failure.abort(error);
        await Promise.allSettled(running);
        throw signal.aborted ? signal.reason : error;
    }
}

;// CONCATENATED MODULE: ./build/transfer/fetch-file.js




/** Something lies where the file or its folder belongs, or its content is not what the listing said. */
class FetchFailure extends Error {
    fault;
    /** The file, or what lies in the way, below the root. */
    path;
    constructor(fault, path) {
        super(`${path}: ${fault}`);
        this.fault = fault;
        this.path = path;
    }
}
/** Larger files are read in stretches of so many bytes, several at a time. */
const stretchBytes = 8 * 1024 * 1024;
/** Stretches of one file in flight. They end in about the order in which they began, so that the MD5, which needs that order, is not far behind. */
const stretchesAtOnce = 8;
/**
 * Fetches one file. Bytes go from the connection's own buffer into the file with synchronous writes: no copy, no queue, and a full disk is
 * told by the write itself.
 * @throws FetchFailure, BlobError, and what the file system says
 */
async function fetchFile(work, file, signal) {
    const descriptor = create(work, file.path);
    try {
        if (file.size > stretchBytes)
            await fetchStretches(work, file, descriptor, signal);
        else
            await fetchWhole(work, file, descriptor, signal);
        (0,external_node_fs_.futimesSync)(descriptor, file.lastModified / 1000, file.lastModified / 1000);
    }
    finally {
        (0,external_node_fs_.closeSync)(descriptor);
    }
}
/** Exclusive: whatever lies there now is not ours, and is not followed if it is a link. */
function create({ root, folders }, path) {
    const place = (0,external_node_path_.join)(root, path);
    makeFolder(root, (0,external_node_path_.dirname)(place), folders);
    try {
        return (0,external_node_fs_.openSync)(place, 'wx+');
    }
    catch (error) {
        throw isIn(error, 'EEXIST', 'EISDIR') ? new FetchFailure('in the way', path) : error;
    }
}
/** Makes a folder below the root, each once, and makes sure that no link leads out of the root on the way. */
function makeFolder(root, folder, made) {
    if (made.has(folder) || folder.length <= root.length)
        return;
    makeFolder(root, (0,external_node_path_.dirname)(folder), made);
    try {
        (0,external_node_fs_.mkdirSync)(folder);
    }
    catch (error) {
        if (!isIn(error, 'EEXIST'))
            throw error;
    }
    if (!(0,external_node_fs_.lstatSync)(folder).isDirectory())
        throw new FetchFailure('in the way', folder.slice(root.length + 1));
    made.add(folder);
}
async function fetchWhole(work, file, descriptor, signal) {
    if (file.size === 0)
        return;
    const hash = file.md5 === undefined ? undefined : (0,external_node_crypto_.createHash)('md5');
    await read(work, file, 0, file.size, descriptor, signal, hash);
    checkMd5(file, hash);
}
async function fetchStretches(work, file, descriptor, signal) {
    const hash = file.md5 === undefined ? undefined : (0,external_node_crypto_.createHash)('md5');
    const done = new Set();
    let hashed = 0;
    const offsets = Array.from({ length: Math.ceil(file.size / stretchBytes) }, (_, index) => index * stretchBytes);
    await inParallel(offsets, stretchesAtOnce, signal, async (offset, either) => {
        await read(work, file, offset, Math.min(stretchBytes, file.size - offset), descriptor, either);
        done.add(offset);
        for (; hash && done.delete(hashed); hashed += stretchBytes)
            hashFile(hash, descriptor, hashed, Math.min(stretchBytes, file.size - hashed));
    });
    checkMd5(file, hash);
}
async function read({ container, requests, onBytes }, { name, etag, path }, offset, length, descriptor, signal, hash) {
    await requests.enter(1, signal);
    let position = offset;
    try {
        await container.read({
            name,
            etag,
            offset,
            length,
            signal,
            onBytes: (bytes) => {
                hash?.update(bytes);
                for (let done = 0; done < bytes.byteLength;)
                    done += (0,external_node_fs_.writeSync)(descriptor, bytes, done, bytes.byteLength - done, position + done);
                position += bytes.byteLength;
                onBytes(bytes.byteLength);
            },
        });
    }
    finally {
        requests.leave(1);
    }
    if (position !== offset + length)
        throw new FetchFailure('incomplete', path);
}
let hashBuffer;
/** Hashes what was just written, which is still in the page cache: the stretches came in another order than MD5 needs. */
function hashFile(hash, descriptor, offset, length) {
    hashBuffer ??= Buffer.allocUnsafeSlow(256 * 1024);
    for (let done = 0; done < length;) {
        const count = (0,external_node_fs_.readSync)(descriptor, hashBuffer, 0, Math.min(hashBuffer.byteLength, length - done), offset + done);
        if (count === 0)
            throw new Error('the file became shorter while it was written');
        hash.update(hashBuffer.subarray(0, count));
        done += count;
    }
}
function checkMd5({ path, md5 }, hash) {
    if (hash && hash.digest('base64') !== md5)
        throw new FetchFailure('wrong MD5', path);
}
function isIn(error, ...codes) {
    return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __webpack_require__(48161);
;// CONCATENATED MODULE: ./build/transfer/feeder.js
/** A lane has so much work ahead that it never runs dry between two messages, and no more, so that all lanes end at about the same time. */
const ahead = { files: 256, bytes: 32 * 1024 * 1024 };
function createFeeder(lanes) {
    const iterators = [];
    /** Bytes of the files that are handed out and not done, by their index. */
    const sizes = new Map();
    const loads = Array.from({ length: lanes }, () => ({ files: 0, bytes: 0 }));
    const next = () => {
        for (let [first] = iterators; first; [first] = iterators) {
            const { value, done } = first.next();
            if (!done)
                return value;
            iterators.shift();
        }
        return undefined;
    };
    const loadOf = (lane) => loads[lane] ?? { files: 0, bytes: 0 };
    return {
        add: (files) => void iterators.push(files[Symbol.iterator]()),
        take: (lane) => {
            const load = loadOf(lane);
            const files = [];
            while (load.files < ahead.files && (load.bytes < ahead.bytes || load.files < 2)) {
                const file = next();
                if (!file)
                    break;
                files.push(file);
                sizes.set(file.index, file.size);
                load.files += 1;
                load.bytes += file.size;
            }
            return files;
        },
        done: (lane, index) => {
            const load = loadOf(lane);
            load.files -= 1;
            load.bytes -= sizes.get(index) ?? 0;
            sizes.delete(index);
            return load.files < ahead.files / 2;
        },
        get isEmpty() {
            return sizes.size === 0 && iterators.length === 0;
        },
    };
}

// EXTERNAL MODULE: external "node:util"
var external_node_util_ = __webpack_require__(57975);
;// CONCATENATED MODULE: ./build/transfer/store-file.js






/** The file is not any more what it was when its folder was read. */
class FileChanged extends Error {
}
const mebibyte = 1024 * 1024;
/** Files up to this size go in one request. */
const blockBytes = 8 * mebibyte;
/** Put Block List takes so many blocks at the most. */
const mostBlocks = 50_000;
/** Blocks of one file in flight. */
const blocksAtOnce = 8;
const store_file_read = (0,external_node_util_.promisify)(external_node_fs_.read);
/**
 * Uploads one file, with an MD5 in every request, which the service checks.
 * @returns the MD5 of its content, in base64
 * @throws FileChanged, BlobError, and what the file system says
 */
async function storeFile(work, file, signal) {
    const descriptor = (0,external_node_fs_.openSync)((0,external_node_path_.join)(work.root, file.path), 'r');
    try {
        return await (file.size <= blockBytes ? storeWhole : storeBlocks)(work, file, descriptor, signal);
    }
    finally {
        (0,external_node_fs_.closeSync)(descriptor);
    }
}
async function storeWhole(work, file, descriptor, signal) {
    return whileIn(work, file.size, signal, async () => {
        const content = Buffer.allocUnsafe(file.size);
        readFully(descriptor, content);
        requireUnchanged(file, (0,external_node_fs_.fstatSync)(descriptor));
        const md5 = (0,external_node_crypto_.createHash)('md5').update(content).digest('base64');
        const { container, prefix, replace, onBytes } = work;
        await orAlreadyThere(container.putBlob(prefix + file.path, content, { md5, replace, signal }));
        onBytes(file.size);
        return md5;
    });
}
async function storeBlocks(work, file, descriptor, signal) {
    const { container, prefix, replace, onBytes } = work;
    const name = prefix + file.path;
    const hash = (0,external_node_crypto_.createHash)('md5');
    // Each waits for the one before it to be read and hashed, before it takes anything that others wait for: the MD5 of the whole needs that order.
    let turn = Promise.resolve();
    const ids = await inParallel(blocksOf(file), blocksAtOnce, signal, async ({ id, offset, length }, either) => {
        const before = turn;
        const isRead = Promise.withResolvers();
        turn = isRead.promise;
        try {
            await before;
            await whileIn(work, length, either, async () => {
                const content = await readBlock(descriptor, offset, length, hash);
                isRead.resolve();
                await container.putBlock(name, id, content, either);
            });
        }
        finally {
            isRead.resolve();
        }
        onBytes(length);
        return id;
    });
    requireUnchanged(file, (0,external_node_fs_.fstatSync)(descriptor));
    const md5 = hash.digest('base64');
    await orAlreadyThere(container.putBlockList(name, ids, { md5, replace, signal }));
    return md5;
}
/** Does something that holds so many bytes in memory and has one request in flight. */
async function whileIn({ requests, memory }, bytes, signal, work) {
    await requests.enter(1, signal);
    try {
        await memory.enter(bytes, signal);
        try {
            return await work();
        }
        finally {
            memory.leave(bytes);
        }
    }
    finally {
        requests.leave(1);
    }
}
/** The blocks of a file. They grow with it, so that no file has too many. */
function* blocksOf({ size }) {
    const most = Math.max(blockBytes, Math.ceil(size / mostBlocks / mebibyte) * mebibyte);
    for (let offset = 0, index = 0; offset < size; offset += most, index += 1) {
        const id = Buffer.from(String(index).padStart(6, '0')).toString('base64');
        yield { id, offset, length: Math.min(most, size - offset) };
    }
}
async function readBlock(descriptor, offset, length, hash) {
    const content = Buffer.allocUnsafe(length);
    for (let done = 0; done < length;) {
        const { bytesRead } = await store_file_read(descriptor, content, done, length - done, offset + done);
        if (bytesRead === 0)
            throw new FileChanged('shorter than it was');
        done += bytesRead;
    }
    hash.update(content);
    return content;
}
function readFully(descriptor, content) {
    for (let done = 0; done < content.byteLength;) {
        const count = (0,external_node_fs_.readSync)(descriptor, content, done, content.byteLength - done, done);
        if (count === 0)
            throw new FileChanged('shorter than it was');
        done += count;
    }
}
function requireUnchanged({ size, modified }, status) {
    if (status.size !== size || status.mtimeMs !== modified)
        throw new FileChanged('written to');
}
/**
 * Where nothing may be replaced, a request that is sent again because its answer was lost meets its own blob. That is no error here: whoever
 * uploads lists and compares afterwards, and so finds a blob that is somebody else's.
 */
async function orAlreadyThere(write) {
    try {
        await write;
    }
    catch (error) {
        if (!(error instanceof blobs/* BlobError */.K4) || error.code !== 'BlobAlreadyExists')
            throw error;
    }
}

;// CONCATENATED MODULE: ./build/transfer/lane.js



/** A lane on this thread. */
function openLane(job, container, limits, events) {
    const stopping = new AbortController();
    const waiting = [];
    const running = new Set();
    let next = 0;
    const pump = () => {
        while (next < waiting.length && requests.hasRoom && !stopping.signal.aborted)
            start(waiting[next++]);
        if (next === waiting.length)
            next = waiting.length = 0;
    };
    let isPumping = false;
    /** Once a turn of the event loop: requests that leave together wake a server once. */
    const pumpSoon = () => {
        if (isPumping)
            return;
        isPumping = true;
        setImmediate(() => {
            isPumping = false;
            pump();
        });
    };
    const requests = (0,blobs/* createGate */.qD)(limits.requests, pumpSoon);
    const work = workOf(job, container, { requests, memory: (0,blobs/* createGate */.qD)(limits.memory) }, events);
    const start = (file) => {
        const task = work(file, stopping.signal)
            .then((md5) => events.onDone({ index: file.index, md5 }), (error) => {
            if (!stopping.signal.aborted)
                events.onFailed(file.path, error);
        })
            .finally(() => {
            running.delete(task);
            pumpSoon();
        });
        running.add(task);
    };
    return {
        get health() {
            return { waiting: container.requestsWaiting, throttled: container.timesThrottled };
        },
        add: (files) => {
            for (const file of files)
                waiting.push(file);
            pump();
        },
        setLimit: requests.setLimit,
        stop: async (reason) => {
            stopping.abort(reason);
            await Promise.allSettled(running);
        },
    };
}
function workOf(job, container, { requests, memory }, { onBytes }) {
    if (job.kind === 'fetch') {
        const work = { container, root: job.root, requests, folders: new Set(), onBytes };
        return async (file, signal) => {
            await fetchFile(work, file, signal);
            return '';
        };
    }
    const work = { ...job, container, requests, memory, onBytes };
    return (file, signal) => storeFile(work, file, signal);
}

;// CONCATENATED MODULE: ./build/transfer/pace.js
const fewest = 4;
/** A small file costs about as much as so many bytes of a large one. */
const costOfAFile = 64 * 1024;
/** What a step has to bring, as a share of what it could: less than this is noise. */
const worthwhile = 0.2;
/** After a step that brought nothing, the next is tried after so many stretches; after throttling, after more. */
const stretchesOfRest = { fruitless: 20, throttled: 60 };
/**
 * More requests as long as that moves more, fewer when it does not, half as many when the service or the memory asks for it. It climbs by
 * halves, and steps back where a step brought nothing.
 */
function setPace(start, most) {
    let limit = Math.min(start, most);
    let before;
    let rest = 0;
    const to = (wanted) => {
        limit = Math.max(Math.min(fewest, most), Math.min(most, Math.round(wanted)));
        return limit;
    };
    return {
        get limit() {
            return limit;
        },
        next: ({ files, bytes, throttled, tight }) => {
            const moved = bytes + files * costOfAFile;
            if (throttled || tight) {
                before = undefined;
                rest = stretchesOfRest.throttled;
                return to(limit / 2);
            }
            if (before && moved < before.moved * (1 + worthwhile * (limit / before.limit - 1))) {
                const back = before.limit;
                before = undefined;
                rest = stretchesOfRest.fruitless;
                return to(back);
            }
            if (rest > 0) {
                rest -= 1;
                return limit;
            }
            before = { limit, moved };
            return to(limit * 1.5);
        },
    };
}
/** So often, in milliseconds, it is looked whether another number of requests would move more. */
const interval = 250;
/** Bytes of memory that stay free for everything else on the machine. */
const memoryReserve = 256 * 1024 * 1024;
/** Looks at a transfer at intervals, and applies the limit that it should have. */
function startPacing({ start, most }, look, apply) {
    const pace = setPace(start, most);
    let before = look();
    const timer = setInterval(() => {
        const now = look();
        const { limit } = pace;
        const next = pace.next({
            files: now.files - before.files,
            bytes: now.bytes - before.bytes,
            throttled: now.throttled > before.throttled,
            tight: process.availableMemory() < memoryReserve,
        });
        before = now;
        if (next !== limit)
            apply(next);
    }, interval).unref();
    return { stop: () => clearInterval(timer) };
}

// EXTERNAL MODULE: external "node:worker_threads"
var external_node_worker_threads_ = __webpack_require__(75919);
;// CONCATENATED MODULE: ./build/transfer/foreign-error.js




function toSent(error) {
    if (error instanceof report/* UserError */.yo)
        return { kind: 'user', code: error.code, message: error.message, cause: String(error.cause ?? '') };
    if (error instanceof blobs/* BlobError */.K4) {
        const { operation, status, code, date } = error;
        return { kind: 'blob', operation, status, code, date };
    }
    if (error instanceof FetchFailure)
        return { kind: 'fetch', fault: error.fault, path: error.path };
    if (error instanceof FileChanged)
        return { kind: 'changed', message: error.message };
    if (error instanceof report/* Cancelled */.cJ)
        return { kind: 'cancelled', message: error.message };
    const { message, stack = '', code } = error instanceof Error ? error : new Error(`${error}`);
    return { kind: 'other', message, code, stack };
}
function fromSent(sent) {
    switch (sent.kind) {
        case 'user':
            return new report/* UserError */.yo(sent.code, sent.message, { cause: sent.cause });
        case 'blob':
            return new blobs/* BlobError */.K4(sent.operation, sent.status, sent.code, { date: sent.date });
        case 'fetch':
            return new FetchFailure(sent.fault, sent.path);
        case 'changed':
            return new FileChanged(sent.message);
        case 'cancelled':
            return new report/* Cancelled */.cJ(sent.message);
        case 'other': {
            const error = Object.assign(new Error(sent.message), { stack: sent.stack });
            return sent.code === undefined ? error : Object.assign(error, { code: sent.code });
        }
    }
}

;// CONCATENATED MODULE: ./build/transfer/thread.js


/** The program of a thread: the source where that is what runs, else what was built of it. In dist/ it is a file like those of the other roles. */
const program = new URL(import.meta.url.endsWith('.ts') ? 'worker.ts' : 'worker.js', import.meta.url);
/** A thread that does not say that it has stopped is ended after so many milliseconds: it may hang in a call to a disk that does not answer. */
const stopPatience = 2000;
/** A lane on a thread of its own, for a container that is reached over HTTP. */
function openThread(job, { location, credential }, limits, events, log) {
    const start = {
        job,
        location,
        credential: credential.kind === 'token' ? { kind: 'token' } : credential,
        limits,
    };
    const worker = new external_node_worker_threads_.Worker(program, { workerData: start });
    const stopped = Promise.withResolvers();
    let health = { waiting: 0, throttled: 0 };
    const tell = (message) => worker.postMessage(message);
    const fail = (error) => {
        events.onFailed('', error);
        stopped.resolve();
    };
    worker.on('error', fail);
    worker.on('exit', () => fail(new Error('a transfer thread ended by itself')));
    worker.on('message', (message) => {
        switch (message.type) {
            case 'moved':
                if (message.bytes > 0)
                    events.onBytes(message.bytes);
                for (const done of message.done)
                    events.onDone(done);
                health = message.health;
                return;
            case 'failed':
                return events.onFailed(message.path, fromSent(message.error));
            case 'log':
                return log[message.level](message.message);
            case 'token':
                return void answerToken(credential, message, tell);
            case 'stopped':
                return stopped.resolve();
        }
    });
    return {
        get health() {
            return health;
        },
        add: (files) => tell({ type: 'add', files }),
        setLimit: (most) => tell({ type: 'limit', limit: most }),
        stop: async () => {
            worker.removeAllListeners('exit');
            tell({ type: 'stop' });
            const patience = setTimeout(stopped.resolve, stopPatience);
            await stopped.promise;
            clearTimeout(patience);
            await worker.terminate();
        },
    };
}
async function answerToken(credential, { id, scopes, claims }, tell) {
    try {
        if (credential.kind !== 'token')
            throw new Error('a thread asked for a token that nobody has');
        const token = await credential.token.getToken(scopes, claims === undefined ? {} : { claims });
        if (!token)
            throw new Error('the credential gave no token');
        tell({ type: 'token', id, token: { token: token.token, expiresOnTimestamp: token.expiresOnTimestamp } });
    }
    catch (error) {
        tell({ type: 'no token', id, error: toSent(error) });
    }
}

;// CONCATENATED MODULE: ./build/transfer/mover.js





/** A file could not be moved; the cause is why. */
class MoveFailure extends Error {
    /** Below the folder; empty where it was not the fault of one file. */
    path;
    constructor(path, cause) {
        super(`${path} was not moved`, { cause });
        this.path = path;
    }
}
/** More threads than this would wait for the disk or the wire. */
const mostThreads = 8;
/** Requests in flight at first, on all threads together: enough to hide the latency of small files within a region. */
const firstRequests = 64;
const mostRequests = 256;
/** Bytes of files that all threads together hold in memory when they upload. */
const memory = 32 * 1024 * 1024;
function startMoving(request) {
    const { signal, concurrency = mostRequests } = request;
    const count = laneCount(request);
    const share = (requests) => Math.floor(requests / count);
    const limits = { requests: share(Math.min(firstRequests, concurrency)), memory: memory / count };
    const feeder = createFeeder(count);
    const moved = { files: 0, bytes: 0 };
    const outcome = Promise.withResolvers();
    outcome.promise.catch(() => { }); // it is told by finish()
    let isWhole = false;
    let stopped;
    const stop = (reason) => {
        signal.removeEventListener('abort', onAbort);
        pacing.stop();
        stopped ??= Promise.all(lanes.map((lane) => lane.stop(reason)));
        return stopped;
    };
    const fail = (error) => {
        if (!stopped)
            void stop(error).then(() => outcome.reject(error));
    };
    const onAbort = () => fail(signal.reason);
    const feed = () => {
        if (stopped)
            return;
        for (const [index, lane] of lanes.entries()) {
            const files = feeder.take(index);
            if (files.length > 0)
                lane.add(files);
        }
        if (isWhole && feeder.isEmpty)
            void stop(undefined).then(() => outcome.resolve());
    };
    const eventsOf = (index) => ({
        onBytes: (bytes) => {
            moved.bytes += bytes;
            request.progress.addBytes(bytes);
        },
        onDone: (done) => {
            moved.files += 1;
            request.progress.addFile();
            request.onDone?.(done);
            if (feeder.done(index, done.index))
                feed();
        },
        onFailed: (path, error) => fail(new MoveFailure(path, error)),
    });
    const lanes = Array.from({ length: count }, (_, index) => openOne(request, index > 0, limits, eventsOf(index)));
    const sum = (of) => lanes.reduce((total, { health }) => total + health[of], 0);
    const pacing = startPacing({ start: limits.requests * count, most: concurrency }, () => ({ ...moved, throttled: sum('throttled') }), (most) => {
        for (const lane of lanes)
            lane.setLimit(share(most));
    });
    signal.addEventListener('abort', onAbort);
    if (signal.aborted)
        onAbort();
    return {
        add: (files) => {
            feeder.add(files);
            feed();
        },
        finish: () => {
            isWhole = true;
            feed();
            return outcome.promise;
        },
        stop: async () => void (await stop(new Error('stopped'))),
        get requestsWaiting() {
            return sum('waiting');
        },
    };
}
/** One for each core, where that pays, and where another thread can open the container; none without a request. */
function laneCount({ isLarge, container, concurrency = mostRequests }) {
    if (!isLarge || !container.credential)
        return 1;
    return Math.min((0,external_node_os_.availableParallelism)(), mostThreads, concurrency);
}
function openOne({ job, container, log }, onThread, limits, events) {
    const { credential } = container;
    if (!onThread || !credential)
        return openLane(job, container, limits, events);
    return openThread(job, { location: container.location, credential }, limits, events, log);
}

;// CONCATENATED MODULE: ./build/transfer/progress.js

const second = 1000;
const minute = 60 * second;
/** Between two lines at first. After five minutes the gap doubles with each line, up to a minute: some 90 lines in an hour. */
const firstGap = 10 * second;
const patience = 5 * minute;
const longestGap = minute;
/**
 * Starts the lines: one every ten seconds while something moves, and at least one a minute while nothing does.
 * @param requestsWaiting how many requests wait to be sent again, for the lines where nothing moves
 */
function startProgress(log, label, requestsWaiting) {
    const start = performance.now();
    const total = { files: 0, bytes: 0 };
    const done = { files: 0, bytes: 0 };
    let lastMove = start;
    let shown = { at: start, files: 0, bytes: 0 };
    let gap = firstGap;
    const tick = () => {
        const now = performance.now();
        const moved = done.bytes > shown.bytes || done.files > shown.files;
        if (moved)
            log.info(`${label}  ${movingLine(done, total, (done.bytes - shown.bytes) / ((now - shown.at) / second))}`);
        else if (now - shown.at >= longestGap - second)
            log.info(`${label}  ${standingLine(done, total, (now - lastMove) / second, requestsWaiting())}`);
        else
            return;
        shown = { at: now, ...done };
    };
    let timer = setTimeout(function next() {
        tick();
        if (performance.now() - start >= patience)
            gap = Math.min(2 * gap, longestGap);
        timer = setTimeout(next, gap).unref();
    }, gap).unref();
    const move = () => {
        lastMove = performance.now();
    };
    return {
        get bytes() {
            return done.bytes;
        },
        expect: ({ files, bytes }) => {
            total.files += files;
            total.bytes += bytes;
        },
        addBytes: (count) => {
            done.bytes += count;
            move();
        },
        addFile: () => {
            done.files += 1;
            move();
        },
        stop: () => {
            clearTimeout(timer);
            return (performance.now() - start) / second;
        },
    };
}
/** Lines for a listing, which has no total: of a million files it takes minutes. The function that is returned gets how many there are so far. */
function tellListing(log, label) {
    let next = performance.now() + firstGap;
    return (files) => {
        const now = performance.now();
        if (now < next)
            return;
        log.info(`${label}: listing, ${(0,report/* counted */.hS)(files, 'file')} so far`);
        next = now + firstGap;
    };
}
/** `41%  12.4 GB/30.2 GB  8,112/19,870 files  212 MB/s  eta 1m24s` */
function movingLine(done, total, bytesPerSecond) {
    const rate = `${(0,report/* formatBytes */.z3)(Math.round(bytesPerSecond))}/s`;
    const left = bytesPerSecond > 0 ? (total.bytes - done.bytes) / bytesPerSecond : 0;
    return [share(done, total), rate, ...(left >= 1 ? [`eta ${(0,report/* formatSeconds */.Xo)(left)}`] : [])].join('  ');
}
/** `41%  12.4 GB/30.2 GB  8,112/19,870 files  no bytes for 1m30s, 3 requests retrying` */
function standingLine(done, total, still, waiting) {
    const retrying = waiting > 0 ? `, ${(0,report/* counted */.hS)(waiting, 'request')} retrying` : '';
    return `${share(done, total)}  no bytes for ${(0,report/* formatSeconds */.Xo)(still)}${retrying}`;
}
/** Empty files have no bytes, and count by their number. */
function share(done, total) {
    const part = total.bytes > 0 ? done.bytes / total.bytes : done.files / Math.max(1, total.files);
    return `${Math.floor(100 * part)}%  ${(0,report/* formatBytes */.z3)(done.bytes)}/${(0,report/* formatBytes */.z3)(total.bytes)}  ${done.files.toLocaleString('en-US')}/${(0,report/* counted */.hS)(total.files, 'file')}`;
}

;// CONCATENATED MODULE: ./build/transfer/fetching.js


/**
 * @param root the folder, which exists
 * @param isLarge whether there is so much that threads are worth their start
 */
function startFetching({ container, concurrency, signal, label, log }, root, isLarge) {
    const progress = startProgress(log, label, () => mover.requestsWaiting);
    const mover = startMoving({
        job: { kind: 'fetch', root },
        ...{ container, isLarge, concurrency, signal, log, progress },
    });
    let count = 0;
    function* filesOf(snapshot, isWanted) {
        for (const file of snapshot)
            if (isWanted(file))
                yield { index: count++, ...file };
    }
    return {
        expect: progress.expect,
        add: (snapshot, isWanted) => mover.add(filesOf(snapshot, isWanted)),
        get arrived() {
            return progress.bytes;
        },
        finish: async () => {
            try {
                await mover.finish();
                return progress.stop();
            }
            finally {
                progress.stop();
            }
        },
        stop: async () => {
            progress.stop();
            await mover.stop();
        },
    };
}

// EXTERNAL MODULE: external "node:readline"
var external_node_readline_ = __webpack_require__(80481);
;// CONCATENATED MODULE: ./build/transfer/manifest.js
var __addDisposableResource = (undefined && undefined.__addDisposableResource) || function (env, value, async) {
    if (value !== null && value !== void 0) {
        if (typeof value !== "object" && typeof value !== "function") throw new TypeError("Object expected.");
        var dispose, inner;
        if (async) {
            if (!Symbol.asyncDispose) throw new TypeError("Symbol.asyncDispose is not defined.");
            dispose = value[Symbol.asyncDispose];
        }
        if (dispose === void 0) {
            if (!Symbol.dispose) throw new TypeError("Symbol.dispose is not defined.");
            dispose = value[Symbol.dispose];
            if (async) inner = dispose;
        }
        if (typeof dispose !== "function") throw new TypeError("Object not disposable.");
        if (inner) dispose = function() { try { inner.call(this); } catch (e) { return Promise.reject(e); } };
        env.stack.push({ value: value, dispose: dispose, async: async });
    }
    else if (async) {
        env.stack.push({ async: true });
    }
    return value;
};
var __disposeResources = (undefined && undefined.__disposeResources) || (function (SuppressedError) {
    return function (env) {
        function fail(e) {
            env.error = env.hasError ? new SuppressedError(e, env.error, "An error was suppressed during disposal.") : e;
            env.hasError = true;
        }
        var r, s = 0;
        function next() {
            while (r = env.stack.pop()) {
                try {
                    if (!r.async && s === 1) return s = 0, env.stack.push(r), Promise.resolve().then(next);
                    if (r.dispose) {
                        var result = r.dispose.call(r.value);
                        if (r.async) return s |= 2, Promise.resolve(result).then(next, function(e) { fail(e); return next(); });
                    }
                    else s |= 1;
                }
                catch (e) {
                    fail(e);
                }
            }
            if (s === 1) return env.hasError ? Promise.reject(env.error) : Promise.resolve();
            if (env.hasError) throw env.error;
        }
        return next();
    };
})(typeof SuppressedError === "function" ? SuppressedError : function (error, suppressed, message) {
    var e = new Error(message);
    return e.name = "SuppressedError", e.error = error, e.suppressed = suppressed, e;
});






/** Room for the dot, the suffix and `.new` within 255 bytes. */
const longestName = 220;
/** Characters, of at most three bytes each. */
const shortenedName = 60;
function manifestPath(folder) {
    return beside(folder, '.azureml-datasets.json');
}
/** Where a folder is made: beside its place, so that it gets there by one rename, and never half. */
function partialPath(folder) {
    return beside(folder, '.azureml-datasets.partial');
}
/** Whether a name is one that we may give to something beside a folder: no folder of a user's can have it. */
function isHiddenName(name) {
    return /^\..*\.azureml-datasets\.(partial|json|json\.new)$/s.test(name);
}
/** A hidden name beside a folder. Names have 255 bytes at the most, so that of very long ones a hash stands for the end. */
function beside(folder, suffix) {
    const name = (0,external_node_path_.basename)(folder);
    const hash = (0,external_node_crypto_.createHash)('sha256').update(name).digest('hex').slice(0, 16);
    const fits = Buffer.byteLength(name) <= longestName;
    return (0,external_node_path_.join)((0,external_node_path_.dirname)(folder), `.${fits ? name : `${name.slice(0, shortenedName)}-${hash}`}${suffix}`);
}
/** The first line, in two states of the same length, so that one becomes the other in place. */
const firstLine = {
    begun: '{"schema":2,"complete":false,"files":[\n',
    complete: '{"schema":2,"complete":true ,"files":[\n',
};
const lastLine = ']}\n';
/** Text that is written in one go. */
const pieceLength = 64 * 1024;
/** No line of ours is longer: a path has 1,024 characters, each at most six in JSON. */
const longestLine = 16 * 1024;
/** The manifest of a folder, or undefined where there is none that we wrote: then nothing there is ours. */
async function readManifest(folder) {
    const path = manifestPath(folder);
    try {
        const env_1 = { stack: [], error: void 0, hasError: false };
        try {
            const file = __addDisposableResource(env_1, await (0,promises_.open)(path), true);
            const { buffer, bytesRead } = await file.read(Buffer.alloc(firstLine.begun.length), 0, firstLine.begun.length, 0);
            const line = buffer.toString('latin1', 0, bytesRead);
            if (line !== firstLine.begun && line !== firstLine.complete)
                return undefined;
            return { complete: line === firstLine.complete, files: () => readFiles(path) };
        }
        catch (e_1) {
            env_1.error = e_1;
            env_1.hasError = true;
        }
        finally {
            const result_1 = __disposeResources(env_1);
            if (result_1)
                await result_1;
        }
    }
    catch {
        return undefined;
    }
}
/** Anybody can write this file: what is not as we write it ends the list. */
async function* readFiles(path) {
    let before;
    let isFirst = true;
    for await (const line of (0,external_node_readline_.createInterface)((0,external_node_fs_.createReadStream)(path))) {
        if (isFirst) {
            isFirst = false;
            continue;
        }
        const file = parseLine(line);
        if (!file || (before !== undefined && file.path <= before))
            return;
        before = file.path;
        yield file;
    }
}
function parseLine(line) {
    if (line.length > longestLine)
        return undefined;
    try {
        const entry = JSON.parse(line.replace(/,$/, ''));
        if (!Array.isArray(entry))
            return undefined;
        const [path, etag] = entry;
        return typeof path === 'string' && typeof etag === 'string' ? { path, etag } : undefined;
    }
    catch {
        return undefined;
    }
}
/**
 * Writes down which files are about to be ours. Written whole or not at all.
 * @throws UserError where a folder lies in its place
 */
async function beginManifest(folder, snapshot) {
    const path = manifestPath(folder);
    await orRefuse(path, async () => {
        // Exclusive: what a killed run left there goes, and a link is not followed.
        await (0,promises_.rm)(`${path}.new`, { force: true });
        {
            const env_2 = { stack: [], error: void 0, hasError: false };
            try {
                const file = __addDisposableResource(env_2, await (0,promises_.open)(`${path}.new`, 'wx'), true);
                await writeFiles(file, snapshot);
            }
            catch (e_2) {
                env_2.error = e_2;
                env_2.hasError = true;
            }
            finally {
                const result_2 = __disposeResources(env_2);
                if (result_2)
                    await result_2;
            }
        }
        await (0,promises_.rename)(`${path}.new`, path);
    });
}
async function writeFiles(file, snapshot) {
    let piece = firstLine.begun;
    for (let index = 0; index < snapshot.length; index += 1) {
        const { path, etag } = snapshot.at(index);
        piece += `${JSON.stringify([path, etag])}${index === snapshot.length - 1 ? '' : ','}\n`;
        if (piece.length < pieceLength)
            continue;
        await file.write(piece);
        piece = '';
    }
    await file.write(piece + lastLine);
}
/** Says that all files of the manifest are in place, or are about to be moved there in one go. */
async function completeManifest(folder) {
    const env_3 = { stack: [], error: void 0, hasError: false };
    try {
        const file = __addDisposableResource(env_3, await (0,promises_.open)(manifestPath(folder), promises_.constants.O_RDWR | promises_.constants.O_NOFOLLOW), true);
        await file.write(firstLine.complete, 0);
    }
    catch (e_3) {
        env_3.error = e_3;
        env_3.hasError = true;
    }
    finally {
        const result_3 = __disposeResources(env_3);
        if (result_3)
            await result_3;
    }
}
/** Forgets what an earlier run wrote down. @throws UserError where a folder lies in its place */
async function removeManifest(folder) {
    const path = manifestPath(folder);
    await orRefuse(path, () => (0,promises_.rm)(path, { force: true }));
}
async function orRefuse(path, work) {
    try {
        await work();
    }
    catch (error) {
        const code = error instanceof Error && 'code' in error ? error.code : undefined;
        if (code !== 'EISDIR' && code !== 'ERR_FS_EISDIR')
            throw error;
        throw new report/* UserError */.yo('target-not-ours', `A folder lies where the list of downloaded files has to be (${path}). Move it away, or choose another target-folder.`, { cause: error });
    }
}

// EXTERNAL MODULE: external "node:timers/promises"
var external_node_timers_promises_ = __webpack_require__(58500);
;// CONCATENATED MODULE: ./build/transfer/names.js


const windowsReserved = /^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$/i;
const windowsRefused = /[<>:"|?*\\]|\p{Cc}|[ .]$/u;
const longestSegment = 255;
/** Bytes of a whole path, from the limits.h of each system; where none is given, paths may be longer than blob names. */
const longestPath = { linux: 4095, darwin: 1023 };
/**
 * Makes sure that every file of a snapshot has a place of its own below any folder, and only there. Blob names are anybody's text.
 * @throws UserError that names the first offenders of the first rule that is broken
 */
function checkNames(snapshot, platform = process.platform) {
    const offenders = new Map();
    for (const path of pathsOf(snapshot)) {
        const problem = problemOf(path, platform);
        if (!problem)
            continue;
        const paths = offenders.get(problem);
        if (paths)
            paths.push(path);
        else
            offenders.set(problem, [path]);
    }
    for (const [problem, paths] of offenders)
        refuse(problem, paths);
    const ignoresCase = platform === 'win32' || platform === 'darwin';
    const clashes = ignoresCase ? clashesByKey(snapshot) : clashesOf(snapshot);
    if (clashes.length > 0)
        refuse('are files and folders at once', clashes);
    if (ignoresCase)
        refuseTwins(snapshot);
}
/** Whether a name by itself can be a file here. */
function isPossibleName(path, platform = process.platform) {
    return problemOf(path, platform) === undefined;
}
function* pathsOf(snapshot) {
    for (let index = 0; index < snapshot.length; index += 1)
        yield snapshot.pathAt(index);
}
/**
 * Makes sure that the system can hold every file of a snapshot below this folder.
 * @throws UserError that names the first offenders
 */
function checkLengths(snapshot, folder, platform = process.platform) {
    const room = (longestPath[platform] ?? Number.POSITIVE_INFINITY) - Buffer.byteLength(folder) - 1;
    const tooLong = [];
    for (const path of pathsOf(snapshot))
        if (Buffer.byteLength(path) > room)
            tooLong.push(path);
    if (tooLong.length > 0)
        refuse(`make paths of more than ${longestPath[platform]} bytes below ${folder}`, tooLong);
}
function problemOf(path, platform) {
    if (path.includes('\0'))
        return 'contain NUL';
    const segments = path.split('/');
    if (segments.includes(''))
        return 'are absolute or have empty segments';
    if (segments.includes('..') || segments.includes('.'))
        return 'have "." or ".." as a segment';
    if (segments.some((segment) => Buffer.byteLength(segment) > longestSegment))
        return 'have a segment of more than 255 bytes';
    if (platform !== 'win32')
        return undefined;
    const refused = segments.some((segment) => windowsRefused.test(segment) || windowsReserved.test(segment));
    return refused ? 'are names that Windows cannot hold' : undefined;
}
/** In blob storage a name can be a file and, as a prefix, a folder; on a disk it cannot. */
function clashesOf(snapshot) {
    return (0,blobs/* filesWithOthersBelow */._Q)(snapshot, () => true).map((index) => snapshot.pathAt(index));
}
/** The same where names of different spelling are one, which do not stand together in a snapshot. */
function clashesByKey(snapshot) {
    const files = new Map();
    for (const path of pathsOf(snapshot))
        files.set(folded(path), path);
    const clashes = new Set();
    for (const key of files.keys()) {
        for (let slash = key.indexOf('/'); slash >= 0; slash = key.indexOf('/', slash + 1)) {
            const file = files.get(key.slice(0, slash));
            if (file !== undefined)
                clashes.add(file);
        }
    }
    return [...clashes];
}
/** A name as a file system sees it that has no case, or normalises Unicode. */
function folded(path) {
    return path.normalize('NFC').toLowerCase();
}
/** Names that such a file system takes for one. */
function refuseTwins(snapshot) {
    const seen = new Map();
    for (const path of pathsOf(snapshot)) {
        const key = folded(path);
        const twin = seen.get(key);
        if (twin !== undefined)
            refuse('are one name on this system, which ignores case', [twin, path]);
        seen.set(key, path);
    }
}
function refuse(problem, paths) {
    throw new report/* UserError */.yo('unsafe-names', `The dataset has names that cannot be files here, as they ${problem}: ${(0,report/* listed */.KE)(paths, 20)}. Rename the blobs, or leave them out with "exclude".`);
}

;// CONCATENATED MODULE: ./build/transfer/plan.js







/**
 * Compares a snapshot with what an earlier run left, complete or not. Nothing is changed yet.
 * @throws UserError for names that cannot be files, archived blobs, and files of others in the place of ours
 */
async function planDownload(request) {
    const { snapshot, folder, signal, begun } = request;
    requireReadable(snapshot, [folder, partialPath(folder)]);
    const earlier = begun ? undefined : await earlierRun(folder);
    if (!earlier)
        return { request, earlierPlace: undefined, missing: snapshot, outdated: [] };
    return { request, earlierPlace: earlier.place, ...(await compare(snapshot, earlier, signal)) };
}
/**
 * Makes sure that all of a snapshot can be files below these folders, and be read now.
 * @throws UserError for names that cannot be files, and archived blobs
 */
function requireReadable(snapshot, folders) {
    checkNames(snapshot);
    for (const folder of folders)
        checkLengths(snapshot, folder);
    refuseArchived(snapshot);
}
/** Where an earlier run left files: in place, or half done beside it. */
async function earlierRun(folder) {
    const manifest = await readManifest(folder);
    if (!manifest)
        return undefined;
    const partial = partialPath(folder);
    // A link in that place is somebody else's, and what it leads to too.
    const isLink = (await (0,promises_.lstat)(partial).catch(() => undefined))?.isSymbolicLink() === true;
    const [inPlace, half] = [await holdsFiles(folder), !isLink && (await holdsFiles(partial))];
    if (inPlace && half)
        throw bothThere(folder, partial);
    if (inPlace)
        return manifest.complete ? { place: folder, manifest } : undefined;
    return half ? { place: partial, manifest } : undefined;
}
/** Whether a folder may be filled: it is empty, not there, or what it holds was put there by an earlier run (besides files of others). */
async function isOursOrEmpty(folder) {
    return !(await holdsFiles(folder)) || (await readManifest(folder))?.complete === true;
}
/** Whether a folder holds what an earlier run put there. */
async function isOursAndFilled(folder) {
    return (await holdsFiles(folder)) && (await readManifest(folder))?.complete === true;
}
async function holdsFiles(folder) {
    const entries = await (0,promises_.readdir)(folder).catch(() => []);
    return entries.length > 0;
}
/** So many files are looked at before other work has its turn: some milliseconds. */
const filesAtOnce = 500;
/** Goes through the snapshot and the list of what is ours, both sorted, side by side. */
async function compare(snapshot, { place, manifest }, signal) {
    const ours = manifest.files()[Symbol.asyncIterator]();
    const missing = [];
    const outdated = [];
    let entry = await nextOf(ours);
    for (let index = 0; index < snapshot.length; index += 1) {
        if (index % filesAtOnce === 0)
            await (0,external_node_timers_promises_.setImmediate)(undefined, { signal });
        const file = snapshot.at(index);
        for (; entry && entry.path < file.path; entry = await nextOf(ours))
            outdated.push(entry.path);
        const isOurs = entry?.path === file.path;
        const onDisk = statusOf((0,external_node_path_.join)(place, file.path));
        // A folder may be there because files of ours were below it, which are about to go.
        if (!isOurs && onDisk && !onDisk.isDirectory())
            throw somebodyElses(place, file.path);
        if (!isOurs || entry?.etag !== file.etag || !onDisk || !isComplete(onDisk, file)) {
            missing.push(index);
            if (isOurs)
                outdated.push(file.path);
        }
        if (isOurs)
            entry = await nextOf(ours);
    }
    for (; entry; entry = await nextOf(ours))
        outdated.push(entry.path);
    return { missing: missing.length === snapshot.length ? snapshot : snapshot.pick(missing), outdated };
}
async function nextOf(files) {
    const { value, done } = await files.next();
    return done ? undefined : value;
}
/** Of what lies there, links not followed. A file or a name on the way that cannot be, are as good as nothing. */
function statusOf(path) {
    try {
        return (0,external_node_fs_.lstatSync)(path, { throwIfNoEntry: false });
    }
    catch {
        return undefined;
    }
}
/** A file gets the blob's time when its last byte is there; blob storage and some archives keep whole seconds only. */
function isComplete(onDisk, file) {
    const sameTime = Math.floor(onDisk.mtimeMs / 1000) === Math.floor(file.lastModified / 1000);
    return onDisk.isFile() && onDisk.size === file.size && sameTime;
}
function refuseArchived(snapshot) {
    const archived = [];
    for (const file of snapshot)
        if (isArchived(file))
            archived.push(file.path);
    if (archived.length === 0)
        return;
    throw new report/* UserError */.yo('archived-blobs', `${(0,report/* counted */.hS)(archived.length, 'file')} of the dataset are in the archive tier and cannot be read, among them ${(0,report/* quoted */.TL)(archived[0] ?? '')}. Rehydrate them (az storage blob set-tier --tier Hot …), or leave them out with "exclude".`);
}
/** Whether a blob is in the one access tier that cannot be read. */
function isArchived({ tier }) {
    return tier === 'Archive';
}
function bothThere(folder, partial) {
    return new report/* UserError */.yo('target-not-ours', `${folder} holds files, and beside it lies ${partial}, an unfinished download to the same place. Remove the one that is not needed.`);
}
/** The error for a file that is not ours in the place of one of ours. */
function somebodyElses(root, path) {
    return new report/* UserError */.yo('target-not-ours', `${root} holds ${(0,report/* quoted */.TL)(path)}, which we did not write, where the dataset has a file of its own. Move it away, or choose another target-folder.`);
}

;// CONCATENATED MODULE: ./build/transfer/download.js









/**
 * Makes a folder hold exactly the files of a snapshot, besides files that others put there. The work is done in a hidden folder
 * beside it which is renamed at the end: whatever happens, there is never a folder that looks complete and is not.
 * @throws UserError for blobs that changed or vanished since the listing, and for wrong MD5
 */
async function download(plan) {
    const { request, earlierPlace, missing, outdated } = plan;
    const { snapshot, folder, label, log, begun } = request;
    if (earlierPlace === folder && missing.length === 0 && outdated.length === 0) {
        log.info(`${label}: nothing changed since ${folder} was filled.`);
        return { files: 0, bytes: 0, seconds: 0 };
    }
    const partial = partialPath(folder);
    if (!begun) {
        await openPartial(folder, partial, earlierPlace);
        await removeFiles(partial, outdated);
        await beginManifest(folder, snapshot);
    }
    log.info(`${label}: downloading ${(0,report/* counted */.hS)(missing.length, 'file')}, ${(0,report/* formatBytes */.z3)(missing.bytes)}, to ${folder}${begun ? `; ${(0,report/* formatBytes */.z3)(begun.arrived)} have arrived during the listing` : ''}`);
    const seconds = await fetchMissing(plan, partial);
    await moveIntoPlace(partial, folder);
    return { files: missing.length, bytes: missing.bytes, seconds };
}
/** So much is moved in the time in which threads start. */
const smallDownload = { files: 256, bytes: 64 * 1024 * 1024 };
async function fetchMissing({ request, missing }, partial) {
    try {
        if (request.begun)
            return await request.begun.finish();
        const isLarge = missing.length > smallDownload.files || missing.bytes > smallDownload.bytes;
        const fetching = startFetching(request, partial, isLarge);
        fetching.expect({ files: missing.length, bytes: missing.bytes });
        fetching.add(missing, () => true);
        return await fetching.finish();
    }
    catch (error) {
        throw error instanceof MoveFailure ? explainFailure(error, request.label, partial) : error;
    }
}
async function openPartial(folder, partial, earlierPlace) {
    if (earlierPlace === partial)
        return;
    await (0,promises_.rm)(partial, { recursive: true, force: true });
    if (earlierPlace)
        await moveFolder(folder, partial);
    else
        await (0,promises_.mkdir)(partial, { recursive: true });
}
async function moveIntoPlace(partial, folder) {
    await (0,promises_.rmdir)(folder).catch((error) => {
        if (error.code !== 'ENOENT')
            throw notEmpty(folder, error);
    });
    await completeManifest(folder);
    await moveFolder(partial, folder);
}
async function moveFolder(from, to) {
    await (0,promises_.rename)(from, to).catch((error) => {
        if (error.code !== 'EBUSY' && error.code !== 'EXDEV')
            throw error;
        throw new report/* UserError */.yo('target-is-mount', `${from} cannot be renamed to ${to}: it is a mount point or lies on two disks. Name a folder inside it as target-folder.`, { cause: error });
    });
}
/** Removes files that we wrote, and the folders that this empties. The manifest is a file that anybody can write: each path is checked. */
async function removeFiles(root, paths) {
    const folders = new Set();
    for (const path of paths) {
        const file = (0,external_node_path_.resolve)(root, path);
        if (!file.startsWith(root + external_node_path_.sep) || file.includes('\0'))
            continue;
        if (!(await isRealFolder(root, (0,external_node_path_.dirname)(file))))
            continue;
        await (0,promises_.rm)(file, { force: true }).catch(ignoreOthers);
        folders.add((0,external_node_path_.dirname)(file));
    }
    for (const folder of [...folders].sort((a, b) => b.length - a.length))
        await removeEmpty(folder, root);
}
/** A folder in the place of a file of ours is somebody else's, and a name that cannot be was never a file of ours. */
function ignoreOthers(error) {
    if (error.code !== 'ERR_FS_EISDIR' && error.code !== 'ENAMETOOLONG')
        throw error;
}
async function removeEmpty(folder, root) {
    for (let place = folder; place.startsWith(root + external_node_path_.sep); place = (0,external_node_path_.dirname)(place)) {
        const removed = await (0,promises_.rmdir)(place).then(() => true, () => false);
        if (!removed)
            return;
    }
}
async function isRealFolder(root, folder) {
    for (let place = folder; place.length >= root.length; place = (0,external_node_path_.dirname)(place)) {
        const status = await (0,promises_.lstat)(place).catch(() => undefined);
        if (!status?.isDirectory())
            return false;
    }
    return true;
}
/** Why a file could not be fetched, as an instruction; what those know better who opened the container comes back as it is. */
function explainFailure({ path, cause }, label, root) {
    return cause instanceof FetchFailure ? explainFault(cause, path, label, root) : explainRead(cause, path, label);
}
function explainFault(failure, path, label, root) {
    const options = { cause: failure };
    switch (failure.fault) {
        case 'in the way':
            return somebodyElses(root, failure.path);
        case 'incomplete':
            return new report/* UserError */.yo('incomplete-download', `${(0,report/* quoted */.TL)(path)} of ${label} did not arrive with the size that was listed. Run again.`, options);
        case 'wrong MD5':
            return new report/* UserError */.yo('wrong-md5', `${(0,report/* quoted */.TL)(path)} of ${label} does not have the MD5 that is stored with it: the blob was damaged, or written with a wrong Content-MD5. Upload it again.`, options);
    }
}
function explainRead(error, path, label) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC')
        return diskFull(path, label, error);
    // Why credentials are refused, those know who opened the container.
    if (!(error instanceof blobs/* BlobError */.K4) || error.status === 401 || error.status === 403)
        return error;
    const name = `${(0,report/* quoted */.TL)(path)} of ${label}`;
    const options = { cause: error };
    if (error.status === 412 || error.status === 404) {
        const what = error.status === 412 ? 'was changed' : 'was deleted';
        return new report/* UserError */.yo('changed-while-reading', `${name} ${what} while the dataset was being read. Somebody writes to this folder: run again when it is at rest, or publish to folders that are never written twice.`, options);
    }
    if (error.status === 0) {
        return new report/* UserError */.yo('connection-lost', `The connection broke while ${name} was read, and several new tries brought nothing (${error.code}). Run again.`, options);
    }
    const answer = [error.status, error.code].filter(Boolean).join(' ');
    if (error.status === 429 || error.status === 503) {
        return new report/* UserError */.yo('throttled', `Reading ${name} failed: the storage account is too busy (${answer}), also after several tries. Lower "concurrency", or run again later.`, options);
    }
    return new report/* UserError */.yo('storage-refused', `Reading ${name} failed: the storage account answered ${answer}. Run again; if it stays, look at the account's health.`, options);
}
function diskFull(path, label, cause) {
    return new report/* UserError */.yo('disk-too-small', `The disk became full while ${(0,report/* quoted */.TL)(path)} of ${label} was written, though there was room at the start: something else fills it too. Use a larger disk ("target-folder"), or stage a part ("include", "sample").`, { cause });
}
function notEmpty(folder, cause) {
    return new report/* UserError */.yo('target-not-ours', `${folder} was filled by something else while the dataset was downloaded. Choose another target-folder.`, { cause });
}

;// CONCATENATED MODULE: ./build/transfer/early.js






/** @returns undefined where an earlier run left something: there is less to fetch then, and only the whole listing says what */
async function beginDownload(request) {
    const { folder } = request;
    if (await earlierRun(folder))
        return undefined;
    const { free } = await freeSpace(folder);
    const partial = partialPath(folder);
    let state = 'waiting';
    let bytes = 0;
    const waiting = [];
    let opening;
    const open = async () => {
        // Without a list of files, nothing there is taken for ours should this step be killed.
        await removeManifest(folder);
        await (0,promises_.rm)(partial, { recursive: true, force: true });
        await (0,promises_.mkdir)(partial, { recursive: true });
        return startFetching(request, partial, true);
    };
    const fetchWaiting = async (opened) => {
        const fetching = await opened;
        for (const page of waiting.splice(0)) {
            fetching.expect({ files: page.length, bytes: page.bytes });
            fetching.add(page, isSure);
        }
    };
    const abandon = async () => {
        if (state === 'settled' || !opening)
            return;
        state = 'settled';
        await opening.then((fetching) => fetching.stop()).catch(() => { });
        await (0,promises_.rm)(partial, { recursive: true, force: true });
    };
    return {
        onPage: (page) => {
            bytes += page.bytes;
            // That is said when the listing is there, with all numbers.
            if (bytes > free)
                state = 'too large';
            if (state === 'too large')
                return;
            waiting.push(page);
            state = 'fetching';
            opening ??= open();
            void fetchWaiting(opening).catch(() => { }); // settle() waits for the same, and is told
        },
        settle: async (snapshot) => {
            if (state === 'too large') {
                await abandon();
                return undefined;
            }
            const fetching = await opening;
            state = 'settled';
            if (!fetching)
                return undefined;
            await beginManifest(folder, snapshot);
            return {
                get arrived() {
                    return fetching.arrived;
                },
                finish: () => {
                    fetching.add(snapshot, (file) => !isSure(file));
                    return fetching.finish();
                },
                stop: fetching.stop,
            };
        },
        abandon,
    };
}
/** Whether a file that was listed is part of the dataset, whatever else will be listed. An empty blob may stand for a folder. */
function isSure(file) {
    return file.size > 0 && !isArchived(file) && isPossibleName(file.path);
}

;// CONCATENATED MODULE: ./build/transfer/local-files.js





/**
 * All files below a folder, links followed, sorted by path. Empty folders have no place in blob storage and are left out.
 * @throws UserError for FIFOs, sockets, devices, names that are not UTF-8, links in a circle or to nowhere, and links out where they are refused
 */
async function listLocalFiles(root, linksOut) {
    const files = [];
    const home = (0,external_node_fs_.realpathSync)(root);
    await walk({ root, home, linksOut, files }, '', [identityOf(root)]);
    return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}
/** With synchronous calls, which take a few microseconds where those of the thread pool take fifty; other work has its turn between folders. */
async function walk(context, prefix, ancestors) {
    await (0,external_node_timers_promises_.setImmediate)();
    const folder = (0,external_node_path_.join)(context.root, prefix);
    for (const entry of (0,external_node_fs_.readdirSync)(folder, { withFileTypes: true, encoding: 'buffer' })) {
        const path = prefix + decodeName(entry, folder);
        if (entry.isSymbolicLink())
            followLink(context, path);
        const status = (0,external_node_fs_.statSync)((0,external_node_path_.join)(context.root, path), { throwIfNoEntry: false });
        if (!status)
            throw vanished(path);
        if (status.isDirectory()) {
            const identity = identityOf((0,external_node_path_.join)(context.root, path));
            const isOpen = ancestors.some(({ dev, ino }) => dev === identity.dev && ino === identity.ino);
            if (isOpen)
                throw refused(path, 'is a link to a folder that it lies in');
            await walk(context, `${path}/`, [...ancestors, identity]);
        }
        else if (status.isFile()) {
            context.files.push({ path, size: status.size, modified: status.mtimeMs });
        }
        else {
            throw refused(path, 'is neither a file nor a folder (a FIFO, socket or device)');
        }
    }
}
/** Device and inode: on Windows, numbers that only a bigint holds. */
function identityOf(folder) {
    return (0,external_node_fs_.statSync)(folder, { bigint: true });
}
function followLink({ root, home, linksOut }, path) {
    let target;
    try {
        target = (0,external_node_fs_.realpathSync)((0,external_node_path_.join)(root, path));
    }
    catch (error) {
        throw refused(path, 'is a link to nowhere', error);
    }
    if (linksOut === 'refuse' && target !== home && !target.startsWith(home + external_node_path_.sep))
        throw refused(path, 'is a link that leads out of the folder');
}
function decodeName({ name }, folder) {
    const text = name.toString('utf8');
    if (Buffer.from(text, 'utf8').equals(name))
        return text;
    throw new report/* UserError */.yo('unsafe-output', `${folder} holds a file whose name is not UTF-8 (${name.toString('latin1').replace(/[^\x20-\x7e]/g, '?')}); blob names are. Rename it.`);
}
function refused(path, what, cause) {
    return new report/* UserError */.yo('unsafe-output', `${(0,report/* quoted */.TL)(path)} ${what}. Replace it by a plain file, or leave it out.`, {
        cause,
    });
}
function vanished(path) {
    return new report/* UserError */.yo('changed-while-uploading', `${(0,report/* quoted */.TL)(path)} was removed while the folder was read. Something still writes to it: let it end before the job does.`);
}
/** MD5 of a file's content, in base64, as blob storage keeps it. */
async function md5OfFile(path) {
    const hash = (0,external_node_crypto_.createHash)('md5');
    for await (const bytes of (0,external_node_fs_.createReadStream)(path, { highWaterMark: 1024 * 1024 }))
        hash.update(bytes);
    return hash.digest('base64');
}

;// CONCATENATED MODULE: ./build/transfer/thread-side.js




/** What was moved is told so often, in milliseconds: a message for every file would cost as much as a small file. */
const tellingInterval = 20;
/** The life of a transfer thread: opens the container and moves the files that it is told, until it is told to stop. */
async function runThread() {
    const port = external_node_worker_threads_.parentPort;
    if (!port)
        throw new Error('not started as a thread');
    const { job, location, credential, limits } = external_node_worker_threads_.workerData;
    const tell = (message) => port.postMessage(message);
    const tokens = askForTokens(tell);
    const container = (0,blobs/* openContainer */.Qx)(location, credentialHere(credential, tokens.credential), sendingLog(tell));
    const stopped = Promise.withResolvers();
    let moved = { bytes: 0, done: [] };
    let told = { waiting: 0, throttled: 0 };
    const tellMoved = () => {
        const { health } = lane;
        const isNews = health.waiting !== told.waiting || health.throttled !== told.throttled;
        if (moved.bytes === 0 && moved.done.length === 0 && !isNews)
            return;
        tell({ type: 'moved', ...moved, health });
        moved = { bytes: 0, done: [] };
        told = health;
    };
    const ticking = setInterval(tellMoved, tellingInterval);
    const lane = openLane(job, container, limits, {
        onBytes: (count) => {
            moved.bytes += count;
        },
        onDone: (done) => void moved.done.push(done),
        onFailed: (path, error) => tell({ type: 'failed', path, error: toSent(error) }),
    });
    port.on('message', async (message) => {
        switch (message.type) {
            case 'add':
                return lane.add(message.files);
            case 'limit':
                return lane.setLimit(message.limit);
            case 'token':
            case 'no token':
                return tokens.take(message);
            case 'stop':
                await lane.stop(new Error('told to stop'));
                clearInterval(ticking);
                tell({ type: 'stopped' });
                return stopped.resolve();
        }
    });
    await stopped.promise;
}
/** A credential whose tokens come from the thread that started this one. */
function askForTokens(tell) {
    const asked = new Map();
    let next = 0;
    const credential = {
        getToken: (scopes, options) => {
            const answer = Promise.withResolvers();
            asked.set(next, answer);
            tell({ type: 'token', id: next, scopes, claims: options?.claims });
            next += 1;
            return answer.promise;
        },
    };
    const take = (message) => {
        const answer = asked.get(message.id);
        asked.delete(message.id);
        if (message.type === 'token')
            answer?.resolve(message.token);
        else
            answer?.reject(fromSent(message.error));
    };
    return { credential, take };
}
function credentialHere(sent, token) {
    return sent.kind === 'token' ? { kind: 'token', token } : sent;
}
function sendingLog(tell) {
    const send = (level) => (message) => tell({ type: 'log', level, message });
    return {
        debug: send('debug'),
        info: send('info'),
        notice: send('notice'),
        warning: send('warning'),
        mask: () => {
            throw new Error('secrets are masked before a thread gets them');
        },
    };
}

;// CONCATENATED MODULE: ./build/transfer/upload.js





const md5Bytes = 16;
/** So much is moved in the time in which threads start. */
const smallUpload = { files: 256, bytes: 64 * 1024 * 1024 };
const longestBlobName = 1024;
const mostSegments = 254;
/**
 * Uploads files, each with its MD5, which the service checks. Nothing is deleted, and nothing replaced unless it may be: whoever calls this
 * compares what lies there with what is returned.
 * @throws UserError for names that no blob may have, files that change meanwhile, and refused writes
 */
async function uploadFiles(request) {
    const { files, root, prefix, replace, label, container, concurrency, signal, log } = request;
    for (const { path } of files)
        checkBlobName(prefix + path);
    const bytes = files.reduce((sum, file) => sum + file.size, 0);
    log.info(`${label}: uploading ${(0,report/* counted */.hS)(files.length, 'file')}, ${(0,report/* formatBytes */.z3)(bytes)}`);
    const md5s = Buffer.alloc(files.length * md5Bytes);
    const progress = startProgress(log, label, () => mover.requestsWaiting);
    const mover = startMoving({
        job: { kind: 'store', root, prefix, replace },
        isLarge: files.length > smallUpload.files || bytes > smallUpload.bytes,
        onDone: ({ index, md5 }) => void md5s.write(md5, index * md5Bytes, 'base64'),
        ...{ container, concurrency, signal, log, progress },
    });
    try {
        progress.expect({ files: files.length, bytes });
        // Large files first, so that the end does not wait for one that began late.
        mover.add(filesOf(files, ({ size }) => size > blockBytes));
        mover.add(filesOf(files, ({ size }) => size <= blockBytes));
        await mover.finish();
    }
    catch (error) {
        throw error instanceof MoveFailure ? explainWrite(error.cause, error.path, label) : error;
    }
    finally {
        progress.stop();
    }
    return { md5At: (index) => md5s.toString('base64', index * md5Bytes, (index + 1) * md5Bytes) };
}
function* filesOf(files, isWanted) {
    for (const [index, file] of files.entries())
        if (isWanted(file))
            yield { index, ...file };
}
/** Rules of blob names: learn.microsoft.com, "Naming and referencing containers, blobs, and metadata". */
const blobNameRules = [
    [(name) => name.length > longestBlobName, `are longer than ${longestBlobName} characters`],
    [(_, segments) => segments.length > mostSegments, `have more than ${mostSegments} segments`],
    [(name) => name.includes('\\'), 'contain a backslash'],
    // Nor U+FFFE and U+FFFF, which XML, the form of a listing, cannot hold.
    [(name) => /[\p{Cc}\ufffe\uffff]/u.test(name), 'contain control characters'],
    [(_, segments) => segments.some((segment) => segment.endsWith('.')), 'have a segment that ends in a dot'],
];
function checkBlobName(name) {
    const segments = name.split('/');
    const broken = blobNameRules.find(([breaks]) => breaks(name, segments));
    if (!broken)
        return;
    throw new report/* UserError */.yo('unsafe-output', `${(0,report/* quoted */.TL)(name)} cannot be the name of a blob: names must not be such that they ${broken[1]}. Rename the file.`);
}
function changedWhileUploading(path) {
    return new report/* UserError */.yo('changed-while-uploading', `${(0,report/* quoted */.TL)(path)} was changed while it was uploaded. Something still writes to the output folder: let it end before the job does.`);
}
function explainWrite(error, path, label) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || error instanceof FileChanged)
        return changedWhileUploading(path);
    if (code === 'EACCES') {
        return new report/* UserError */.yo('unsafe-output', `${(0,report/* quoted */.TL)(path)} of ${label} may not be read: it belongs to another user. A container that runs as root leaves such files; make them readable in the step that writes them.`, { cause: error });
    }
    // Why credentials are refused, those know who opened the container.
    if (!(error instanceof blobs/* BlobError */.K4) || error.status === 401 || error.status === 403)
        return error;
    const name = `${(0,report/* quoted */.TL)(path)} of ${label}`;
    const options = { cause: error };
    if (error.status === 0)
        return new report/* UserError */.yo('connection-lost', `The connection broke while ${name} was uploaded (${error.code}). Run again.`, options);
    const answer = [error.status, error.code].filter(Boolean).join(' ');
    if (error.status === 429 || error.status === 503) {
        return new report/* UserError */.yo('throttled', `Uploading ${name} failed: the storage account is too busy (${answer}), also after several tries. Lower "concurrency", or run again later.`, options);
    }
    return new report/* UserError */.yo('storage-refused', `Uploading ${name} failed: the storage account answered ${answer}. Run again; if it stays, look at the account's health.`, options);
}

;// CONCATENATED MODULE: ./build/transfer/index.js
/** Whole snapshots between a container and this machine: download, upload, and what has to hold before. */












/***/ })

};
