export const id = 112;
export const ids = [112];
export const modules = {

/***/ 52026:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  K4: () => (/* reexport */ BlobError),
  qD: () => (/* reexport */ createGate),
  pH: () => (/* reexport */ decodeSnapshot),
  hX: () => (/* reexport */ encodeSnapshot),
  _Q: () => (/* reexport */ filesWithOthersBelow),
  W7: () => (/* reexport */ isSameContainer),
  uT: () => (/* reexport */ listFolders),
  pN: () => (/* reexport */ listPages),
  o5: () => (/* reexport */ mostBlocks),
  E7: () => (/* reexport */ oncePerTurn),
  Qx: () => (/* reexport */ openContainer),
  Hh: () => (/* reexport */ problemOfBlobName),
  Ao: () => (/* reexport */ readStretch),
  gr: () => (/* reexport */ takeFileSnapshot),
  W9: () => (/* reexport */ takeSnapshot)
});

// UNUSED EXPORTS: packBlobs, snapshotOf

;// CONCATENATED MODULE: ./build/blobs/blob.js
/** An operation on a blob or container that the service refused, or that the network broke for good. */
class BlobError extends Error {
    name = 'BlobError';
    /** What was done, in one word, and to what: `read folder/file`, `list https://…`. The name is foreign text. */
    operation;
    /** HTTP status, or 0 where no answer came. */
    status;
    /** `x-ms-error-code`, or the network's code (`ECONNRESET`); empty where something answered that is not the service. */
    code;
    /** The `Date` header of the answer: the clock of the service. */
    date;
    /** Seconds after which the service wants to be asked again (`Retry-After`). */
    retryAfter;
    constructor(operation, status, code, { date, retryAfter, ...options } = {}) {
        super(`${operation}: ${status || 'no answer'} ${code}`.trim(), options);
        this.operation = operation;
        this.status = status;
        this.code = code;
        this.date = date;
        this.retryAfter = retryAfter;
    }
}

;// CONCATENATED MODULE: ./build/blobs/blob-name.js
const longestBlobName = 1024;
const mostSegments = 254;
/** Rules of blob names: learn.microsoft.com, "Naming and referencing containers, blobs, and metadata". */
const blobNameRules = [
    [(name) => name.length > longestBlobName, `are longer than ${longestBlobName} characters`],
    [(_, segments) => segments.length > mostSegments, `have more than ${mostSegments} segments`],
    [(name) => name.includes('\\'), 'contain a backslash'],
    // Nor U+FFFE and U+FFFF, which XML, the form of a listing, cannot hold.
    [(name) => /[\p{Cc}\ufffe\uffff]/u.test(name), 'contain control characters'],
    [(_, segments) => segments.some((segment) => segment.endsWith('.')), 'have a segment that ends in a dot'],
];
/** Which rule a name breaks, as the end of "names must not be such that they …"; undefined where it can be that of a blob. */
function problemOfBlobName(name) {
    const segments = name.split('/');
    return blobNameRules.find(([breaks]) => breaks(name, segments))?.[1];
}

;// CONCATENATED MODULE: ./build/blobs/container.js
/** Whether two places are the same container, by whatever endpoint each is reached. */
function isSameContainer(a, b) {
    return a.accountName === b.accountName && a.containerName === b.containerName;
}
/** Put Block List takes so many blocks at the most. */
const mostBlocks = 50_000;

;// CONCATENATED MODULE: ./build/blobs/gate.js
/** @param onRoom is called whenever room was made that nobody waited for */
function createGate(limit, onRoom = () => { }) {
    let most = limit;
    let inside = 0;
    const waiting = [];
    const fits = (weight) => inside === 0 || inside + weight <= most;
    const admitWaiting = () => {
        for (let next = waiting[0]; next && fits(next.weight); next = waiting[0]) {
            waiting.shift();
            inside += next.weight;
            next.admit();
        }
        if (waiting.length === 0 && fits(1))
            onRoom();
    };
    return {
        get hasRoom() {
            return waiting.length === 0 && fits(1);
        },
        enter: async (weight, signal) => {
            signal.throwIfAborted();
            if (waiting.length === 0 && fits(weight)) {
                inside += weight;
                return;
            }
            const { promise, resolve, reject } = Promise.withResolvers();
            const place = { weight, admit: resolve };
            const giveUp = () => {
                // Once admitted, it is not waiting any more, and leaves in its own time.
                const index = waiting.indexOf(place);
                if (index >= 0)
                    waiting.splice(index, 1);
                reject(signal.reason);
            };
            waiting.push(place);
            signal.addEventListener('abort', giveUp, { once: true });
            await promise.finally(() => signal.removeEventListener('abort', giveUp));
        },
        leave: (weight) => {
            inside -= weight;
            admitWaiting();
        },
        setLimit: (limit) => {
            most = limit;
            admitWaiting();
        },
    };
}

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(77598);
// EXTERNAL MODULE: external "node:timers/promises"
var promises_ = __webpack_require__(58500);
// EXTERNAL MODULE: ./build/report/index.js + 3 modules
var report = __webpack_require__(92036);
;// CONCATENATED MODULE: ./build/blobs/authorize.js

const storageScope = 'https://storage.azure.com/.default';
/** A token that lasts no longer than this is asked for anew. */
const tokenReserve = 2 * 60_000;
function authorizerOf(accountName, credential) {
    switch (credential.kind) {
        case 'account-key':
            // Made once: of bytes, a key would be made for every request, which costs more than the signature.
            return sharedKey(accountName, (0,external_node_crypto_.createSecretKey)(credential.accountKey, 'base64'));
        case 'sas':
            return { prove: () => ({ headers: {}, query: credential.sas }), renew: async () => false };
        case 'token':
            return bearer(credential.token);
    }
}
/** learn.microsoft.com, "Authorize with Shared Key", for version 2015-02-21 and later. */
function sharedKey(accountName, key) {
    const prove = ({ method, path, query, headers, length }) => {
        const value = (name) => headers[name] ?? '';
        const text = [
            method,
            ...['', ''], // Content-Encoding, Content-Language
            length > 0 ? String(length) : '',
            value('Content-MD5'),
            value('Content-Type'),
            ...['', ''], // Date, since x-ms-date is given, and If-Modified-Since
            value('If-Match'),
            value('If-None-Match'),
            ...['', ''], // If-Unmodified-Since, Range
            ...Object.keys(headers)
                .filter((name) => name.startsWith('x-ms-'))
                .sort()
                .map((name) => `${name}:${value(name)}`),
            `/${accountName}${path}`,
            ...Object.keys(query)
                .sort()
                .map((name) => `${name}:${query[name] ?? ''}`),
        ].join('\n');
        const signature = (0,external_node_crypto_.createHmac)('sha256', key).update(text, 'utf8').digest('base64');
        return { headers: { Authorization: `SharedKey ${accountName}:${signature}` }, query: '' };
    };
    return { prove, renew: async () => false };
}
/** Claims that ask for nothing, but make the sign-in library go to Entra instead of into its own store. */
const freshToken = { claims: '{"access_token":{"xms_cc":{"values":["cp1"]}}}' };
function bearer(credential) {
    let current;
    /** The request for a token that is under way: everybody waits for the same. */
    let asked;
    const getToken = async (options) => {
        const token = await credential.getToken(storageScope, options);
        if (!token)
            throw new Error('the credential gave no token for storage');
        current = token;
        return token;
    };
    const ask = (how) => {
        asked ??= how().finally(() => {
            asked = undefined;
        });
        return asked;
    };
    const proof = ({ token }) => ({ headers: { Authorization: `Bearer ${token}` }, query: '' });
    const isProof = (token, { headers }) => proof(token).headers.Authorization === headers.Authorization;
    const another = async (refused) => {
        const stored = await getToken();
        // Some sign-ins (the Azure CLI) know no other than the one they have stored; then that is all there is.
        return isProof(stored, refused) ? getToken(freshToken).catch(() => stored) : stored;
    };
    return {
        prove: () => {
            if (!asked && current && current.expiresOnTimestamp - Date.now() > tokenReserve)
                return proof(current);
            return ask(getToken).then(proof);
        },
        renew: async (refused) => {
            // Of many requests that were under way with the old token, the first renews it for all.
            if (current && !isProof(current, refused))
                return true;
            return !isProof(await ask(() => another(refused)), refused);
        },
    };
}

// EXTERNAL MODULE: external "node:net"
var external_node_net_ = __webpack_require__(77030);
// EXTERNAL MODULE: external "node:tls"
var external_node_tls_ = __webpack_require__(41692);
// EXTERNAL MODULE: ./node_modules/proxy-from-env/index.js
var proxy_from_env = __webpack_require__(98182);
;// CONCATENATED MODULE: ./build/blobs/http/response.js
/** What is said of an answer that is not HTTP/1.1, or is ambiguous about where it ends. */
class MalformedResponse extends Error {
    code = 'MalformedResponse';
}
/** A head, a line that gives the size of a chunk, and a trailer are never longer; more is an attack or no HTTP. */
const longestHead = 64 * 1024;
const longestLine = 1024;
/**
 * A reader of one HTTP/1.1 answer (RFC 9112); to a HEAD, it has no body. It takes pieces of any size, hands the body on without copying it, and
 * refuses what could be read in two ways.
 */
function readResponse(sink, isHead = false) {
    let state = 'head';
    let kept;
    /** Bytes that are still to come, of the body or of the chunk. */
    let left = 0;
    let reusable = false;
    const end = () => {
        state = 'done';
        sink.onEnd(reusable);
    };
    /** The text up to an end mark that may be spread over several pieces; undefined until it is there. */
    const textUntil = (mark, most, bytes) => {
        const all = kept ? Buffer.concat([kept, bytes]) : bytes;
        const at = all.indexOf(mark, 0, 'latin1');
        if (at > most || (at < 0 && all.length >= most + mark.length))
            throw new MalformedResponse(`${state} of more than ${most} bytes`);
        kept = at < 0 ? Buffer.from(all) : undefined;
        return at < 0 ? undefined : { text: all.toString('latin1', 0, at), rest: all.subarray(at + mark.length) };
    };
    const begin = (head) => {
        if (head.status < 200)
            return; // an interim answer, before the real one
        const framing = framingOf(head, isHead);
        reusable = framing.reusable;
        sink.onHead(head);
        left = framing.length;
        state = framing.kind;
        if (state === 'length' && left === 0)
            end();
    };
    const take = (bytes) => {
        const body = bytes.length <= left ? bytes : bytes.subarray(0, left);
        left -= body.length;
        sink.onBody(body);
        if (left === 0 && state === 'length')
            end();
        else if (left === 0)
            state = 'chunk end';
        return bytes.subarray(body.length);
    };
    /** Goes as far as one state allows; gives what is left of the bytes, or undefined where more have to come. */
    const step = (bytes) => {
        switch (state) {
            case 'head': {
                const found = textUntil('\r\n\r\n', longestHead, bytes);
                if (found)
                    begin(parseHead(found.text));
                return found?.rest;
            }
            case 'length':
            case 'chunk':
                return take(bytes);
            case 'chunk size': {
                const found = textUntil('\r\n', longestLine, bytes);
                if (!found)
                    return undefined;
                left = chunkSize(found.text);
                state = left === 0 ? 'trailer' : 'chunk';
                return found.rest;
            }
            case 'chunk end': {
                const found = textUntil('\r\n', 0, bytes);
                if (found)
                    state = 'chunk size';
                return found?.rest;
            }
            case 'trailer': {
                const found = textUntil('\r\n', longestLine, bytes);
                if (found?.text === '')
                    end();
                return found?.rest;
            }
            case 'until close':
                sink.onBody(bytes);
                return undefined;
            case 'done':
                throw new MalformedResponse('bytes behind the end of the answer');
        }
    };
    return {
        push: (bytes) => {
            for (let rest = bytes; rest && rest.length > 0;)
                rest = step(rest);
        },
        close: () => {
            if (state === 'until close')
                end();
            return state === 'done';
        },
    };
}
/** Without splitting the text into lines first: this is done for every small file. */
function parseHead(text) {
    let end = lineEnd(text, 0);
    const status = /^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(text.slice(0, end))?.[1];
    if (status === undefined)
        throw new MalformedResponse('no status line of HTTP/1.1');
    const headers = new Map();
    while (end < text.length) {
        const start = end + 2;
        end = lineEnd(text, start);
        const colon = text.indexOf(':', start);
        const name = text.slice(start, colon).toLowerCase();
        // Neither spaces before the colon nor lines that go on where one ended (RFC 9112, section 5).
        if (colon <= start || colon > end || /[\s\0]/.test(name))
            throw new MalformedResponse('a header without a name');
        const value = text.slice(colon + 1, end).trim();
        if (/[\r\n\0]/.test(value))
            throw new MalformedResponse('a line end within a header');
        const before = headers.get(name);
        headers.set(name, before === undefined ? value : `${before}, ${value}`);
    }
    return { status: Number(status), headers };
}
function lineEnd(text, start) {
    const end = text.indexOf('\r\n', start);
    return end < 0 ? text.length : end;
}
/** How a body ends: RFC 9112, section 6.3. */
function framingOf({ status, headers }, isHead) {
    const reusable = !/\bclose\b/i.test(headers.get('connection') ?? '');
    if (isHead || status === 204 || status === 304)
        return { kind: 'length', length: 0, reusable };
    const coding = headers.get('transfer-encoding');
    const length = headers.get('content-length');
    if (coding !== undefined) {
        // Both together are how one answer is smuggled behind another.
        if (length !== undefined)
            throw new MalformedResponse('both Transfer-Encoding and Content-Length');
        if (coding.toLowerCase() !== 'chunked')
            throw new MalformedResponse('a transfer coding other than chunked');
        return { kind: 'chunk size', length: 0, reusable };
    }
    if (length === undefined)
        return { kind: 'until close', length: 0, reusable: false };
    if (!/^\d{1,15}$/.test(length))
        throw new MalformedResponse('a Content-Length that is no number');
    return { kind: 'length', length: Number(length), reusable };
}
function chunkSize(line) {
    const digits = /^([0-9a-f]{1,12})[ \t]*(?:;.*)?$/i.exec(line)?.[1];
    if (digits === undefined)
        throw new MalformedResponse('a chunk without a size');
    return Number.parseInt(digits, 16);
}

;// CONCATENATED MODULE: ./build/blobs/http/dial.js




/** A proxy did not open the tunnel. */
class ProxyRefusal extends Error {
    code = 'ProxyRefusal';
    status;
    constructor(status) {
        super(`the proxy answered ${status}`);
        this.status = status;
    }
}
function originOf(url) {
    const isSecure = url.protocol === 'https:';
    const proxy = isSecure ? (0,proxy_from_env/* getProxyForUrl */.T)(url.href) : '';
    return {
        isSecure,
        host: url.hostname.replace(/^\[|\]$/g, ''),
        port: Number(url.port) || (isSecure ? 443 : 80),
        authority: url.host,
        proxy: proxy === '' ? undefined : new URL(proxy),
        secureContext: isSecure ? (0,external_node_tls_.createSecureContext)() : undefined,
        session: undefined,
    };
}
/** Bytes that one system call can bring. A TLS record is never longer than 16 KiB; plain connections gain from more. */
const readBufferBytes = { tls: 64 * 1024, plain: 256 * 1024 };
/**
 * Opens a connection whose bytes land in one buffer: no stream, and no copy. `onBytes` gets them, valid only until it returns. The connection is given
 * before it is made; what is written meanwhile waits. Who calls it has to listen for `error` at once: some come in the same turn. The server's certificate is checked as Node does it, with the authorities of NODE_EXTRA_CA_CERTS.
 */
function dial(origin, tunnel, onBytes) {
    const { host, port, isSecure } = origin;
    const onread = {
        buffer: Buffer.allocUnsafeSlow(isSecure ? readBufferBytes.tls : readBufferBytes.plain),
        callback: (count, buffer) => {
            onBytes(buffer.subarray(0, count));
            return true;
        },
    };
    if (!isSecure)
        return (0,external_node_net_.connect)({ host, port, noDelay: true, onread });
    const socket = (0,external_node_tls_.connect)({
        ...(tunnel ? { socket: tunnel } : { host, port }),
        ...((0,external_node_net_.isIP)(host) ? {} : { servername: host }),
        ...(origin.session ? { session: origin.session } : {}),
        ...(origin.secureContext ? { secureContext: origin.secureContext } : {}),
        host,
        ALPNProtocols: ['http/1.1'],
        // Its type leaves it out, but a TLS socket is a socket: node:net, `onread`.
        ...{ onread },
    });
    // Over another socket there is no `onread` (node:tls ignores it), but there is the stream.
    if (tunnel)
        socket.on('data', onBytes);
    socket.setNoDelay(true);
    return rememberSession(origin, socket);
}
function rememberSession(origin, socket) {
    socket.on('session', (session) => {
        origin.session = session;
    });
    // A session that led to a refusal must not spoil the next connection too.
    socket.once('error', () => {
        origin.session = undefined;
    });
    return socket;
}
/** A connection through a proxy: `CONNECT host:port` (RFC 9110, section 9.3.6), with the password that the proxy's URL has. */
async function openTunnel(proxy, origin, stallMilliseconds, signal) {
    const target = `${bracketed(origin.host)}:${origin.port}`;
    const host = proxy.hostname.replace(/^\[|\]$/g, '');
    const isSecure = proxy.protocol === 'https:';
    const port = Number(proxy.port) || (isSecure ? 443 : 80);
    const socket = isSecure
        ? (0,external_node_tls_.connect)({ host, port, ...((0,external_node_net_.isIP)(host) ? {} : { servername: host }) })
        : (0,external_node_net_.connect)({ host, port, noDelay: true });
    socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${proxyPassword(proxy)}\r\n`, 'latin1');
    try {
        const { status } = await headOf(socket, stallMilliseconds, signal);
        if (status < 200 || status > 299)
            throw new ProxyRefusal(status);
        return socket;
    }
    catch (error) {
        socket.destroy();
        throw error;
    }
}
function proxyPassword({ username, password }) {
    if (username === '')
        return '';
    const pair = `${decoded(username)}:${decoded(password)}`;
    return `Proxy-Authorization: Basic ${Buffer.from(pair).toString('base64')}\r\n`;
}
/** People write passwords with a percent sign of its own into variables. */
function decoded(text) {
    try {
        return decodeURIComponent(text);
    }
    catch {
        return text;
    }
}
/** The head of the proxy's answer. No byte of the tunnel is read: the server speaks only when it is spoken to. */
function headOf(socket, stallMilliseconds, signal) {
    const { promise, resolve, reject } = Promise.withResolvers();
    const reader = readResponse({ onHead: resolve, onBody: () => { }, onEnd: () => { } });
    const onData = (bytes) => {
        try {
            reader.push(bytes);
        }
        catch (error) {
            reject(error);
        }
    };
    const onClose = () => reject(new MalformedResponse('the proxy closed the connection'));
    const onStall = () => reject(Object.assign(new Error('the proxy does not answer'), { code: 'Stalled' }));
    socket.on('data', onData).once('error', reject).once('close', onClose);
    socket.setTimeout(stallMilliseconds, onStall);
    const onStop = () => reject(signal.reason);
    signal.addEventListener('abort', onStop);
    return promise.finally(() => {
        signal.removeEventListener('abort', onStop);
        socket.off('data', onData).off('error', reject).off('close', onClose).off('timeout', onStall);
        socket.setTimeout(0).pause();
    });
}
function bracketed(host) {
    return (0,external_node_net_.isIP)(host) === 6 ? `[${host}]` : host;
}

;// CONCATENATED MODULE: ./build/blobs/http/connection.js


/** The connection could not be made, broke, or stood still. */
class ConnectionLost extends Error {
    /** The system's or TLS's code (`ECONNRESET`), `Stalled`, or `CutShort` where it was closed before the answer was complete. */
    code;
    /** Whether some of the answer had come: if not, a server that closes idle connections may never have seen the request. */
    wasAnswered;
    constructor(code, wasAnswered, options) {
        super(`connection lost: ${code}`, options);
        this.code = code;
        this.wasAnswered = wasAnswered;
    }
}
/** Opens a connection; one that moves no byte in either direction for `stallMilliseconds`, while a request is under way, is given up. */
async function connect(origin, stallMilliseconds, signal) {
    let exchange;
    const onBytes = (bytes) => {
        if (!exchange)
            return void socket.destroy(); // an answer that nobody asked for
        exchange.wasAnswered = true;
        try {
            exchange.reader.push(bytes);
        }
        catch (error) {
            exchange?.settle(error);
            socket.destroy();
        }
    };
    const tunnel = origin.proxy
        ? await openTunnel(origin.proxy, origin, stallMilliseconds, signal).catch((error) => {
            throw asLost(error, signal);
        })
        : undefined;
    const socket = dial(origin, tunnel, onBytes);
    let failure;
    const lose = (code, cause) => {
        failure ??= new ConnectionLost(code, false, { cause });
        exchange?.settle(new ConnectionLost(code, exchange.wasAnswered, { cause }));
        socket.destroy();
    };
    socket.on('error', (error) => lose(error.code ?? error.message, error));
    socket.on('close', () => {
        if (exchange && !exchange.reader.close())
            lose('CutShort');
    });
    socket.on('timeout', () => lose('Stalled'));
    const exchangeOver = async (request) => {
        request.signal.throwIfAborted();
        if (failure)
            throw failure; // it came before anything was asked
        const { promise, resolve, reject } = Promise.withResolvers();
        let head;
        let isSent = false;
        const stop = () => {
            exchange?.settle(request.signal.reason);
            socket.destroy();
        };
        const settle = (error) => {
            exchange = undefined;
            request.signal.removeEventListener('abort', stop);
            if (head && error === undefined)
                resolve(head);
            else
                reject(error);
        };
        const reader = readResponse({
            onHead: (answered) => {
                head = answered;
                request.onHead?.(answered);
            },
            onBody: (bytes) => request.onBody?.(bytes),
            onEnd: (reusable) => {
                // An answer that comes before all was sent leaves the rest of the body in the way of the next request.
                if (reusable && isSent)
                    rest(socket);
                else
                    socket.destroy();
                settle();
            },
        }, request.method === 'HEAD');
        write(socket, origin, request, () => {
            isSent = true;
        });
        exchange = { reader, settle, wasAnswered: false };
        request.signal.addEventListener('abort', stop, { once: true });
        socket.ref();
        socket.setTimeout(stallMilliseconds);
        return promise;
    };
    return {
        get isUsable() {
            return exchange === undefined && !socket.destroyed && socket.readyState !== 'closed';
        },
        send: exchangeOver,
        close: () => void socket.destroy(),
    };
}
/** What the network says on the way to the proxy; what the proxy says stays as it is. */
function asLost(error, { aborted }) {
    if (aborted || error instanceof ProxyRefusal || error instanceof MalformedResponse)
        return error;
    return new ConnectionLost(error.code ?? error.message, false, { cause: error });
}
/** An idle connection neither keeps the process alive nor counts as stalled. */
function rest(socket) {
    socket.setTimeout(0);
    socket.unref();
}
/** So much of a body is written at a time: each piece that leaves is a sign of life, also over TLS, and needs memory once more. */
const pieceBytes = 128 * 1024;
function write(socket, { authority }, { method, target, headers, body }, onSent) {
    const lines = [`${method} ${target} HTTP/1.1`, `Host: ${authority}`];
    for (const name in headers)
        lines.push(`${name}: ${headers[name]}`);
    if (method === 'PUT')
        lines.push(`Content-Length: ${body?.byteLength ?? 0}`);
    // A line end in a value would begin a header, or a request, of somebody else's making.
    // So would a character whose lower byte is one.
    if (lines.some((line) => /[^\t\x20-\x7e\x80-\xff]/.test(line)))
        throw new Error('a line end in the head of a request');
    const head = `${lines.join('\r\n')}\r\n\r\n`;
    socket.cork(); // a small body leaves with the head
    socket.write(head, 'latin1');
    let start = 0;
    const next = (error) => {
        if (error || socket.destroyed)
            return;
        if (!body || start >= body.byteLength)
            return onSent();
        socket.write(body.subarray(start, start + pieceBytes), next);
        start += pieceBytes;
    };
    next();
    socket.uncork();
}

;// CONCATENATED MODULE: ./build/blobs/http/pool.js


/** Servers and the balancers before them close idle connections after a minute or more; ours are not kept for so long. */
const idleMilliseconds = 30_000;
/** @param url of the server; path and query do not count */
function openPool(url, stallMilliseconds) {
    const origin = originOf(url);
    const idle = [];
    const takeIdle = () => {
        // The one that was used last: the others may be left to grow old.
        for (let last = idle.pop(); last; last = idle.pop()) {
            if (last.connection.isUsable && performance.now() < last.until)
                return last.connection;
            last.connection.close();
        }
        return undefined;
    };
    const sendOver = async (connection, request) => {
        try {
            const head = await connection.send(request);
            if (connection.isUsable)
                idle.push({ connection, until: performance.now() + keptFor(head) });
            return head;
        }
        catch (error) {
            connection.close();
            throw error;
        }
    };
    return {
        send: async (request) => {
            request.signal.throwIfAborted();
            const known = takeIdle();
            if (known) {
                try {
                    return await sendOver(known, request);
                }
                catch (error) {
                    // The server had closed it, as it may; that is no failure, and says nothing about a new one.
                    if (!(error instanceof ConnectionLost) || error.wasAnswered || error.code === 'Stalled')
                        throw error;
                }
            }
            return sendOver(await connect(origin, stallMilliseconds, request.signal), request);
        },
    };
}
/** `Keep-Alive: timeout=5` (RFC 2068, section 19.7.1) counts from the answer; a second is left for the way. */
function keptFor({ headers }) {
    const seconds = Number(/timeout=(\d+)/.exec(headers.get('keep-alive') ?? '')?.[1] ?? Number.NaN);
    return Number.isNaN(seconds) ? idleMilliseconds : Math.min(idleMilliseconds, (seconds - 1) * 1000);
}

// EXTERNAL MODULE: external "node:buffer"
var external_node_buffer_ = __webpack_require__(4573);
;// CONCATENATED MODULE: ./build/blobs/packed.js
const md5Bytes = 16;
/** The form of all ETags of the service: a 64-bit number. Others are kept as texts. */
const numericEtag = /^0x[1-9A-F][0-9A-F]{0,15}$/;
function packBlobs(blobs) {
    return packed(columnsOf(blobs));
}
function columnsOf(blobs) {
    const packer = createPacker();
    for (const blob of blobs) {
        const md5 = blob.md5 === undefined ? undefined : Buffer.from(blob.md5, 'base64');
        packer.add(Buffer.from(blob.name, 'utf8'), { ...blob, md5 });
    }
    return packer.columns();
}
function createPacker() {
    let room = 256;
    let length = 0;
    let names = Buffer.allocUnsafe(room * 64);
    let nameEnds = new Uint32Array(room);
    let sizes = new Float64Array(room);
    let etags = new BigUint64Array(room);
    let md5s = Buffer.alloc(room * md5Bytes);
    /** Index into `tiers`, plus the flag for a stored MD5. */
    let flags = new Uint8Array(room);
    let times = new Float64Array(room);
    const tiers = [];
    const otherEtags = new Map();
    const grow = () => {
        room *= 2;
        nameEnds = grown(nameEnds, new Uint32Array(room));
        sizes = grown(sizes, new Float64Array(room));
        etags = grown(etags, new BigUint64Array(room));
        md5s = grown(md5s, Buffer.alloc(room * md5Bytes));
        flags = grown(flags, new Uint8Array(room));
        times = grown(times, new Float64Array(room));
    };
    const tierIndex = (tier) => {
        const known = tiers.indexOf(tier);
        if (known >= 0)
            return known;
        if (tiers.length >= hasMd5)
            throw new RangeError('more access tiers than there are');
        return tiers.push(tier) - 1;
    };
    return {
        get length() {
            return length;
        },
        add: (name, { size, etag, md5, lastModified, tier }) => {
            if (length === room)
                grow();
            const start = length === 0 ? 0 : (nameEnds[length - 1] ?? 0);
            if (start + name.byteLength > names.byteLength)
                names = grown(names, Buffer.allocUnsafe(2 * (start + name.byteLength)));
            names.set(name, start);
            nameEnds[length] = start + name.byteLength;
            sizes[length] = size;
            if (numericEtag.test(etag))
                etags[length] = BigInt(etag);
            else
                otherEtags.set(length, etag);
            if (md5)
                md5s.set(md5, length * md5Bytes);
            flags[length] = tierIndex(tier) | (md5 ? hasMd5 : 0);
            times[length] = lastModified;
            length += 1;
        },
        columns: () => {
            const nameBytes = length === 0 ? 0 : (nameEnds[length - 1] ?? 0);
            return {
                length,
                names: Buffer.from(names.subarray(0, nameBytes)),
                nameEnds: nameEnds.slice(0, length),
                sizes: sizes.slice(0, length),
                etags: etags.slice(0, length),
                otherEtags,
                md5s: Buffer.from(md5s.subarray(0, length * md5Bytes)),
                flags: flags.slice(0, length),
                times: times.slice(0, length),
                tiers,
            };
        },
    };
}
const hasMd5 = 0x80;
/** Blobs as columns hold them. */
function packed(columns) {
    const { length, names, nameEnds, sizes, etags, otherEtags, md5s, flags, times, tiers } = columns;
    const name = (index) => names.toString('utf8', index === 0 ? 0 : nameEnds[index - 1], nameEnds[index]);
    const etag = (index) => otherEtags.get(index) ?? `0x${(etags[index] ?? 0n).toString(16).toUpperCase()}`;
    const md5 = (index) => md5s.toString('base64', index * md5Bytes, (index + 1) * md5Bytes);
    return {
        length,
        name,
        size: (index) => sizes[index] ?? 0,
        lastModified: (index) => times[index] ?? 0,
        at: (index) => {
            const flag = flags[index] ?? 0;
            return {
                name: name(index),
                size: sizes[index] ?? 0,
                etag: etag(index),
                md5: flag & hasMd5 ? md5(index) : undefined,
                lastModified: times[index] ?? 0,
                tier: tiers[flag & ~hasMd5],
            };
        },
    };
}
/** Copies what there is to the beginning of something larger. */
function grown(from, to) {
    to.set(from);
    return to;
}

;// CONCATENATED MODULE: ./build/blobs/list-reader.js


/** What came is not the answer to List Blobs: the page of a proxy, or XML that the service never writes. */
class NotAListing extends Error {
}
/** No tag and no text of a listing is longer; names have 1,024 characters, metadata 8 KiB. */
const longestToken = 1024 * 1024;
const lessThan = 0x3c;
const greaterThan = 0x3e;
const slash = 0x2f;
const quote = 0x22;
/** Elements of a blob's `Properties` that count, by their length: the others need not be turned into text. */
const wantedLengths = new Set(['Content-Length', 'Etag', 'Content-MD5', 'Last-Modified', 'AccessTier', 'ResourceType'].map((name) => name.length));
/** How deep elements lie: EnumerationResults/Blobs/Blob/Properties/Etag is 5. */
const depthOf = { root: 1, top: 2, item: 3, field: 4, value: 5 };
/**
 * A reader of the answer to List Blobs (learn.microsoft.com, "List Blobs", response body). It goes from `<` to `>` over the bytes and tells
 * elements by their depth, since metadata may be called Name or Etag too. It takes a tenth of the time of a parser that makes objects.
 */
function createListReader() {
    const packer = createPacker();
    const folders = [];
    let kept = Buffer.alloc(0);
    let depth = 0;
    let isRootClosed = false;
    let marker = '';
    /** The element of depth 3 (`Blob`, `BlobPrefix`), of depth 4 (`Properties`), and the one whose text is wanted. */
    let item = '';
    let field = '';
    let wanted = '';
    let isEncoded = false;
    let blob = {};
    let name;
    let isFolder = false;
    const open = (tag, isEmpty) => {
        depth += 1;
        wanted = '';
        if (depth === depthOf.value) {
            if (field === 'Properties' ? wantedLengths.has(nameLength(tag)) : field === 'Metadata')
                wanted = nameOf(tag);
        }
        else if (depth === depthOf.field) {
            field = nameOf(tag);
            if (field === 'Name') {
                wanted = field;
                isEncoded = tag.includes('Encoded="true"');
            }
        }
        else if (depth === depthOf.item) {
            item = nameOf(tag);
            name = undefined;
            blob = {};
            isFolder = false;
        }
        else if (depth === depthOf.top) {
            wanted = nameOf(tag) === 'NextMarker' ? 'NextMarker' : '';
        }
        else if (depth === depthOf.root && (nameOf(tag) !== 'EnumerationResults' || isRootClosed)) {
            throw new NotAListing(`an element ${JSON.stringify(nameOf(tag).slice(0, 40))}`);
        }
        if (isEmpty)
            close();
    };
    const close = () => {
        if (depth === depthOf.item)
            finishItem();
        if (depth === depthOf.root)
            isRootClosed = true;
        wanted = '';
        depth -= 1;
        if (depth < 0)
            throw new NotAListing('more elements end than begin');
    };
    const finishItem = () => {
        if (item !== 'Blob' && item !== 'BlobPrefix')
            return;
        if (!name)
            throw new NotAListing(`a ${item} without a name`);
        if (item === 'BlobPrefix')
            return void folders.push(name.toString('utf8'));
        const { size, etag, md5, lastModified = 0, tier } = blob;
        if (isFolder || (size === 0 && name.at(-1) === slash))
            return;
        if (size === undefined)
            throw new NotAListing('a blob without a length');
        if (etag === undefined)
            throw new NotAListing('a blob without an ETag');
        packer.add(name, { size, etag, md5, lastModified, tier });
    };
    const text = (bytes) => {
        if (wanted === 'Name' && depth === depthOf.field)
            name = unescapedName(bytes, isEncoded);
        else if (wanted === 'NextMarker' && depth === depthOf.top)
            marker = unescaped(bytes);
        else if (depth === depthOf.value && field === 'Properties')
            isFolder ||= takeProperty(blob, wanted, unescaped(bytes));
        // Metadata are headers, whose names have no case.
        else if (depth === depthOf.value && wanted.toLowerCase() === 'hdi_isfolder')
            isFolder ||= unescaped(bytes) === 'true';
    };
    /** Reads whole tokens, and returns where the first begins that is not whole. */
    const read = (bytes) => {
        let start = 0;
        for (;;) {
            const tag = indexOfByte(bytes, lessThan, start);
            if (tag < 0)
                return start;
            const end = endOfTag(bytes, tag + 1);
            if (end < 0)
                return start;
            if (tag > start) {
                if (depth === 0)
                    refuseText(bytes.subarray(start, tag));
                else if (wanted !== '')
                    text(bytes.subarray(start, tag));
            }
            const first = bytes[tag + 1];
            if (first === slash)
                close();
            else if (first === 0x21)
                throw new NotAListing('a declaration'); // <!DOCTYPE html>, which no answer of the service has
            else if (first !== 0x3f) {
                const isEmpty = bytes[end - 1] === slash;
                open(bytes.subarray(tag + 1, isEmpty ? end - 1 : end), isEmpty);
            }
            start = end + 1;
        }
    };
    return {
        push: (piece) => {
            const bytes = kept.length > 0 ? Buffer.concat([kept, piece]) : piece;
            const rest = bytes.subarray(read(bytes));
            if (rest.length > longestToken)
                throw new NotAListing('a token without end');
            kept = Buffer.from(rest);
        },
        end: () => {
            if (depth === 0)
                refuseText(kept.subarray(0, kept.includes(lessThan) ? kept.indexOf(lessThan) : kept.length));
            if (!isRootClosed)
                return undefined;
            return { blobs: packed(packer.columns()), folders, marker: marker === '' ? undefined : marker };
        },
    };
}
/** Outside of all elements there is only space, and a byte order mark. */
function refuseText(bytes) {
    if (bytes.toString('utf8').trim() !== '')
        throw new NotAListing('text outside of XML');
}
/** Takes one element of `Properties`; returns whether it says that the blob is a directory (accounts with a hierarchical namespace). */
function takeProperty(blob, property, text) {
    switch (property) {
        case 'Content-Length':
            blob.size = wholeNumber(text);
            break;
        case 'Etag':
            blob.etag = plainEtag(text);
            break;
        case 'Content-MD5': {
            const md5 = Buffer.from(text, 'base64');
            if (md5.byteLength === 16)
                blob.md5 = md5;
            break;
        }
        case 'Last-Modified':
            blob.lastModified = Date.parse(text) || 0;
            break;
        case 'AccessTier':
            blob.tier = text;
            break;
        case 'ResourceType':
            return text === 'directory';
    }
    return false;
}
function wholeNumber(text) {
    if (!/^\d{1,16}$/.test(text))
        throw new NotAListing(`a Content-Length ${JSON.stringify(text.slice(0, 40))}`);
    return Number(text);
}
/** Without quotes, which some listings have. It goes into a header later, so that it has to be one (RFC 9110, section 8.8.3). */
function plainEtag(text) {
    const etag = text.replaceAll('"', '');
    if (!/^[\x21\x23-\x7e]+$/.test(etag))
        throw new NotAListing(`an ETag ${JSON.stringify(etag.slice(0, 40))}`);
    return etag;
}
/** By hand, as a call into the runtime for every tag costs more than the few bytes to the next one. */
function indexOfByte(bytes, byte, from) {
    for (let at = from; at < bytes.length; at += 1)
        if (bytes[at] === byte)
            return at;
    return -1;
}
/** Where the tag ends whose first byte is given; a `>` within quotes does not count. */
function endOfTag(bytes, from) {
    let isQuoted = false;
    for (let at = from; at < bytes.length; at += 1) {
        const byte = bytes[at];
        if (byte === quote)
            isQuoted = !isQuoted;
        else if (byte === greaterThan && !isQuoted)
            return at;
    }
    return -1;
}
function nameLength(tag) {
    const space = indexOfByte(tag, 0x20, 0);
    return space < 0 ? tag.length : space;
}
function nameOf(tag) {
    return tag.toString('latin1', 0, nameLength(tag));
}
const entities = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
/** Text as it was before it became XML: the five entities and character references (XML 1.0, section 4.6), and no others. */
function unescaped(bytes) {
    const text = bytes.toString('utf8');
    if (!text.includes('&'))
        return text;
    return text.replace(/&([^;&]*);?/g, (whole, entity) => {
        const [, hex, decimal] = /^#(?:x([0-9a-f]{1,6})|(\d{1,7}))$/i.exec(entity) ?? [];
        const code = hex ? Number.parseInt(hex, 16) : decimal ? Number(decimal) : undefined;
        const character = code === undefined ? entities[entity] : isCharacter(code) ? String.fromCodePoint(code) : undefined;
        if (character === undefined || !whole.endsWith(';'))
            throw new NotAListing(`an entity ${JSON.stringify(whole.slice(0, 40))}`);
        return character;
    });
}
/** Half of a surrogate pair is no character. */
function isCharacter(code) {
    return code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
}
/** A name in UTF-8. `Encoded="true"` is percent-encoded, as it holds characters that XML cannot. */
function unescapedName(bytes, isEncoded) {
    if (!(0,external_node_buffer_.isUtf8)(bytes))
        throw new NotAListing('a name that is not UTF-8');
    if (!isEncoded && indexOfByte(bytes, 0x26, 0) < 0)
        return Buffer.from(bytes);
    const name = unescaped(bytes);
    if (!isEncoded)
        return Buffer.from(name, 'utf8');
    try {
        return Buffer.from(decodeURIComponent(name), 'utf8');
    }
    catch {
        throw new NotAListing('a name whose percent-encoding is broken');
    }
}

;// CONCATENATED MODULE: ./build/blobs/read.js

/**
 * Reads a stretch of a blob, going on behind the last byte received when the connection breaks, ends early or stalls.
 * Every request carries the same ETag, so bytes of two contents are never mixed.
 */
async function readResuming(request, retries, readOnce) {
    const { name, offset, length, signal } = request;
    let received = 0;
    let failures = 0;
    let since = performance.now();
    while (received < length) {
        const before = received;
        const onBytes = (bytes) => {
            if (received + bytes.byteLength > length)
                throw new BlobError(`read ${name}`, 0, 'TooManyBytes');
            request.onBytes(bytes);
            received += bytes.byteLength;
        };
        try {
            await readOnce({ ...request, offset: offset + received, length: length - received, onBytes });
            if (received < length)
                throw new BlobError(`read ${name}`, 0, 'CutShort');
        }
        catch (error) {
            if (received > before)
                [failures, since] = [0, performance.now()];
            failures += 1;
            await retries.pause(error, failures, since, signal);
        }
    }
}
/** A stretch of a blob in memory of its own. */
async function readStretch(container, request) {
    const bytes = Buffer.allocUnsafe(request.length);
    let filled = 0;
    const onBytes = (piece) => {
        bytes.set(piece, filled);
        filled += piece.byteLength;
    };
    await container.read({ ...request, onBytes });
    return bytes;
}

;// CONCATENATED MODULE: ./build/blobs/retry.js


/** How often in a row a request may fail before we give up; with the pauses between, a quarter of a minute on average. */
const mostTries = 6;
/** An account that asks us to slow down is there, and will answer: some minutes on average. */
const mostThrottledTries = 15;
/** Tries in a row that bring nothing end after so many milliseconds, however few they were: the service may ask for long pauses. */
const longestRow = 10 * 60_000;
const firstPause = 500;
const longestPause = 30_000;
/** A line about retries is printed so often at the most. */
const tellingInterval = 30_000;
/** @param account for the log */
function watchRetries(account, log) {
    let waiting = 0;
    let throttled = 0;
    let lastTold = Number.NEGATIVE_INFINITY;
    const tell = (error, pause) => {
        if (performance.now() - lastTold < tellingInterval)
            return;
        lastTold = performance.now();
        log.info(`${describe(error, account)}; trying again${pause < 1000 ? '' : ` in ${Math.round(pause / 1000)} s`}.`);
    };
    return {
        get waiting() {
            return waiting;
        },
        get throttled() {
            return throttled;
        },
        pause: async (error, failures, since, signal) => {
            if (error instanceof BlobError && isThrottled(error))
                throttled += 1;
            if (!isTransient(error) || failures >= (isThrottled(error) ? mostThrottledTries : mostTries))
                throw error;
            const pause = pauseAfter(error, failures);
            if (performance.now() + pause - since > longestRow)
                throw error;
            tell(error, pause);
            waiting += 1;
            try {
                await (0,promises_.setTimeout)(pause, undefined, { signal });
            }
            catch {
                throw signal.reason;
            }
            finally {
                waiting -= 1;
            }
        },
    };
}
/** Sends a request until it succeeds or another try is pointless. It has to be one that may be sent twice. */
async function retrying(retries, signal, request) {
    const since = performance.now();
    for (let failures = 1;; failures += 1) {
        try {
            return await request();
        }
        catch (error) {
            await retries.pause(error, failures, since, signal);
        }
    }
}
/** A name that does not exist and a certificate that is not trusted stay so; everything else about a connection may pass. */
function isTransient(error) {
    if (!(error instanceof BlobError))
        return false;
    if (error.status === 0)
        return !/^(ENOTFOUND|ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(error.code);
    return [408, 500, 502, 504].includes(error.status) || isThrottled(error);
}
/** Milliseconds. Full jitter, also behind what the service asks for, so that not all requests come back in the same moment. */
function pauseAfter({ retryAfter }, failures) {
    if (retryAfter !== undefined)
        return retryAfter * 1000 + Math.random() * firstPause;
    return Math.random() * Math.min(longestPause, firstPause * 2 ** failures);
}
function isThrottled({ status }) {
    return status === 503 || status === 429;
}
function describe(error, account) {
    const answer = `${error.status || ''} ${error.code || 'no answer'}`.trim();
    if (isThrottled(error))
        return `Storage account "${account}" asks us to slow down (${answer})`;
    if (error.status === 0)
        return `The connection to storage account "${account}" broke (${answer})`;
    return `Storage account "${account}" has trouble of its own (${answer})`;
}

;// CONCATENATED MODULE: ./build/blobs/http-container.js












/** The version of the Blob service's REST interface that everything here is written for. */
const apiVersion = '2023-11-03';
const mostOfAPage = 5000; // the most that List Blobs gives
/** A connection that moves no byte for so long is dead, though TCP does not know it yet. */
const stallMilliseconds = 30_000;
/** Opens a container over HTTP/1.1. Nothing is asked of the service yet. */
function openContainer(location, credential, log) {
    const url = new URL(location.url);
    const retries = watchRetries(location.accountName, log);
    const opened = {
        location,
        path: url.pathname.replace(/\/$/, ''),
        pool: openPool(url, stallMilliseconds),
        credential,
        authorizer: authorizerOf(location.accountName, credential),
        retries,
    };
    return {
        location,
        credential,
        get requestsWaiting() {
            return retries.waiting;
        },
        get timesThrottled() {
            return retries.throttled;
        },
        listPage: (request) => listPage(opened, request),
        probe: async (prefix, signal) => void (await listPage(opened, { prefix, delimiter: '', marker: undefined, most: 1, signal })),
        probeWrite: (prefix, signal) => probeWrite(opened, prefix, signal),
        read: (request) => readResuming(request, retries, (rest) => readOnce(opened, rest)),
        putBlob: (name, content, options) => putBlob(opened, name, content, options),
        putBlock: (name, id, content, signal) => putBlock(opened, name, id, content, signal),
        putBlockList: (name, ids, options) => putBlockList(opened, name, ids, options),
        copyBlob: (request) => copyBlob(opened, request),
        deleteBlob: (name, signal) => deleteBlob(opened, name, signal),
    };
}
/** `GET {container}?restype=container&comp=list` */
async function listPage(opened, { prefix, delimiter, marker, most = mostOfAPage, signal }) {
    const operation = `list ${opened.location.url}`;
    const query = {
        restype: 'container',
        comp: 'list',
        include: 'metadata', // where folder stubs tell what they are
        maxresults: String(most),
        ...(prefix ? { prefix } : {}),
        ...(delimiter ? { delimiter } : {}),
        ...(marker === undefined ? {} : { marker }),
    };
    return asking(operation, opened, signal, async () => {
        const reader = createListReader();
        await send(opened, { method: 'GET', operation, query, signal, onBody: reader.push });
        const page = reader.end();
        if (page)
            return page;
        throw new BlobError(operation, 0, 'CutShort');
    });
}
/** An ETag that no blob has, on a name that no blob has: this cannot write anything. */
async function probeWrite(opened, prefix, signal) {
    const name = `${prefix}azureml-datasets-probe-${(0,external_node_crypto_.randomUUID)()}`;
    try {
        await http_container_write(opened, { name, headers: { 'If-Match': '"0x0"', ...blockBlob }, signal });
    }
    catch (error) {
        if (error instanceof BlobError && (error.status === 412 || error.code === 'BlobNotFound'))
            return;
        throw error;
    }
    throw new Error(`Blob ${name} was written on a condition that cannot be met`);
}
/** `GET {container}/{blob}` with `x-ms-range`. An answer to something else than what was asked is never handed on. */
async function readOnce(opened, { name, etag, offset, length, signal, onBytes }) {
    const operation = `read ${name}`;
    const range = `bytes=${offset}-${offset + length - 1}`;
    const headers = { 'x-ms-range': range, 'If-Match': `"${etag}"` };
    await askingOnce(operation, signal, () => send(opened, {
        method: 'GET',
        operation,
        name,
        headers,
        signal,
        onHead: (head) => checkRange(operation, head, { etag, offset, length }),
        onBody: onBytes,
    }));
}
/** The service answers 206 with the range that it gives, and with the blob's ETag (RFC 9110, section 15.3.7). */
function checkRange(operation, { status, headers }, { etag, offset, length }) {
    const answered = headers.get('etag');
    if (answered !== undefined && answered.replaceAll('"', '') !== etag)
        throw new BlobError(operation, 412, 'ConditionNotMet');
    const isWhole = status === 200 && offset === 0 && Number(headers.get('content-length')) === length;
    const given = headers.get('content-range') ?? '';
    if (!isWhole && !given.startsWith(`bytes ${offset}-${offset + length - 1}/`))
        throw new BlobError(operation, status, 'RangeNotGiven');
}
const blockBlob = { 'x-ms-blob-type': 'BlockBlob', 'Content-Type': 'application/octet-stream' };
/** `PUT {container}/{blob}` */
async function putBlob(opened, name, content, { signal, ...options }) {
    const md5 = options.md5 ?? md5Of(content);
    const headers = { ...blockBlob, 'Content-MD5': md5, ...writeHeaders({ ...options, md5 }) };
    return { etag: etagOf(await http_container_write(opened, { name, headers, body: content, signal })), md5 };
}
function md5Of(content) {
    return (0,external_node_crypto_.createHash)('md5').update(content).digest('base64');
}
/** `PUT {container}/{blob}?comp=block&blockid={id}` */
async function putBlock(opened, name, id, content, signal) {
    const headers = { 'Content-MD5': md5Of(content) };
    await http_container_write(opened, { name, query: { comp: 'block', blockid: id }, headers, body: content, signal });
}
/** `PUT {container}/{blob}?comp=blocklist` */
async function putBlockList(opened, name, ids, { signal, ...options }) {
    const blocks = ids.map((id) => `<Latest>${id}</Latest>`).join('');
    const body = Buffer.from(`<?xml version="1.0" encoding="utf-8"?><BlockList>${blocks}</BlockList>`);
    const headers = {
        'Content-Type': 'application/xml',
        'Content-MD5': md5Of(body),
        'x-ms-blob-content-type': 'application/octet-stream',
        ...writeHeaders(options),
    };
    const head = await http_container_write(opened, { name, query: { comp: 'blocklist' }, headers, body, signal });
    return { etag: etagOf(head), md5: options.md5 };
}
/** What both ways of making a blob have in common: the MD5 that is stored, and whether a blob may be replaced. */
function writeHeaders({ md5, replace }) {
    return {
        ...(md5 === undefined ? {} : { 'x-ms-blob-content-md5': md5 }),
        ...(replace ? {} : { 'If-None-Match': '*' }),
    };
}
function etagOf({ headers }) {
    return (headers.get('etag') ?? '').replaceAll('"', '');
}
/** Milliseconds after which a copy that goes on in the service is looked at again. */
const copyInterval = 500;
/**
 * `PUT {container}/{blob}` with `x-ms-copy-source` (Copy Blob). Within an account, whoever may write the one and read the other may copy; a
 * shared access signature has to stand in the source's address too.
 */
async function copyBlob(opened, { from, etag, to, replace, signal }) {
    const { origin } = new URL(opened.location.url);
    const { credential } = opened;
    const sas = credential.kind === 'sas' ? `?${credential.sas}` : '';
    const headers = {
        'x-ms-copy-source': `${origin}${opened.path}/${encodedName(from)}${sas}`,
        'x-ms-source-if-match': `"${etag}"`,
        ...(replace ? {} : { 'If-None-Match': '*' }),
    };
    let head = await http_container_write(opened, { name: to, headers, signal });
    const operation = `copy ${from}`;
    while (head.headers.get('x-ms-copy-status') === 'pending') {
        await (0,promises_.setTimeout)(copyInterval, undefined, { signal }).catch(() => signal.throwIfAborted());
        head = await asking(operation, opened, signal, () => send(opened, { method: 'HEAD', operation, name: to, signal }));
    }
    const status = head.headers.get('x-ms-copy-status');
    if (status !== 'success')
        throw new BlobError(operation, 0, `Copy${status}`);
    return etagOf(head);
}
async function deleteBlob(opened, name, signal) {
    const operation = `delete ${name}`;
    try {
        await asking(operation, opened, signal, () => send(opened, { method: 'DELETE', operation, name, signal }));
    }
    catch (error) {
        if (!(error instanceof BlobError) || error.status !== 404)
            throw error;
    }
}
function http_container_write(opened, { name, ...rest }) {
    const operation = `write ${name}`;
    return asking(operation, opened, rest.signal, () => send(opened, { method: 'PUT', operation, name, ...rest }));
}
/** Sends one request, once more with another proof if the first is refused. @throws BlobError for every status that is not good */
async function send(opened, request) {
    const first = await sendOnce(opened, request);
    if (isGood(first.head))
        return first.head;
    const isRefused = first.head.status === 401 && (await unlessStopped(opened.authorizer.renew(first.proof), request.signal));
    const { head } = isRefused ? await sendOnce(opened, request) : first;
    if (!isGood(head))
        throw refusalOf(request.operation, head);
    return head;
}
function isGood({ status }) {
    return status >= 200 && status < 300;
}
async function sendOnce({ path, pool, authorizer }, { method, name, query = {}, headers = {}, body, signal, onHead, onBody }) {
    signal.throwIfAborted();
    const place = name === undefined ? path : `${path}/${encodedName(name)}`;
    const all = {
        'x-ms-date': new Date().toUTCString(),
        'x-ms-version': apiVersion,
        'User-Agent': 'azureml-datasets',
        ...headers,
    };
    const proving = authorizer.prove({ method, path: place, query, headers: all, length: body?.byteLength ?? 0 });
    const proof = proving instanceof Promise ? await unlessStopped(proving, signal) : proving;
    let isWanted = false;
    const head = await pool.send({
        method,
        target: place + searchOf(query, proof.query),
        headers: Object.assign(all, proof.headers),
        body,
        signal,
        onHead: (answered) => {
            isWanted = isGood(answered);
            if (isWanted)
                onHead?.(answered);
        },
        onBody: (bytes) => {
            if (isWanted)
                onBody?.(bytes);
        },
    });
    return { head, proof };
}
/** A sign-in does not know our signal, and may take long: it is left behind. */
async function unlessStopped(work, signal) {
    const stopped = Promise.withResolvers();
    const stop = () => stopped.reject(signal.reason);
    signal.addEventListener('abort', stop);
    if (signal.aborted)
        stop(); // not thrown: the work would fail later with nobody to hear it
    try {
        return await Promise.race([work, stopped.promise]);
    }
    finally {
        signal.removeEventListener('abort', stop);
    }
}
function searchOf(query, proof) {
    let search = proof;
    for (const key in query)
        search = `${key}=${encodeURIComponent(query[key] ?? '')}${search && '&'}${search}`;
    return search && `?${search}`;
}
/** Every character that is not plain is encoded, but slashes stay: `.` and `..` are names like others to the service. */
function encodedName(name) {
    return name.split('/').map(encodeURIComponent).join('/');
}
/** The service's own code stands in a header, also where there is no body; an answer without one comes from something else. */
function refusalOf(operation, { status, headers }) {
    const seconds = Number(headers.get('retry-after') ?? Number.NaN);
    return new BlobError(operation, status, headers.get('x-ms-error-code') ?? '', {
        date: headers.get('date'),
        retryAfter: seconds >= 0 ? seconds : undefined,
    });
}
/** Sends a request until it succeeds or is refused. */
function asking(operation, opened, signal, request) {
    return retrying(opened.retries, signal, () => askingOnce(operation, signal, request));
}
/** Sends a request, and turns what the network does into a {@link BlobError}. */
async function askingOnce(operation, signal, request) {
    try {
        return await request();
    }
    catch (error) {
        throw toBlobError(operation, error, signal);
    }
}
function toBlobError(operation, error, signal) {
    if (signal.aborted)
        return signal.reason;
    if (error instanceof BlobError || error instanceof report/* UserError */.yo)
        return error; // a UserError: there is no token to be had
    const options = { cause: error };
    if (error instanceof ConnectionLost)
        return new BlobError(operation, 0, error.code, options);
    if (error instanceof ProxyRefusal)
        return new BlobError(operation, error.status, '', options);
    if (error instanceof NotAListing)
        return new BlobError(operation, 200, '', options);
    if (error instanceof MalformedResponse)
        return new BlobError(operation, 0, error.code, options);
    return error;
}

;// CONCATENATED MODULE: ./build/blobs/listing.js
/** Requests of one listing that are under way at the same time. */
const listingsAtOnce = 16;
/**
 * A long listing is split by folders where its first page shows no more of them than this. Where they are many, each holds few blobs, and a
 * request for each would bring less than the pages of the whole, one after another.
 */
const mostFoldersOfAPage = 10;
/** Where the folder has more than this, the one in the middle is looked at first: the others may be as small as the first are large. */
const manyFolders = 10 * listingsAtOnce;
/** A folder with fewer blobs than this is small: sixteen requests side by side bring less than one page of the whole. */
const smallFolder = 5000 / listingsAtOnce;
/** The pages of a flat listing below a prefix, one after another, in the service's order. */
async function* listPages(container, prefix, signal) {
    for await (const { blobs } of pagesFrom(container, prefix, '', undefined, signal))
        yield blobs;
}
/** Names of the folders directly below a prefix (which is empty or ends in `/`), without slash, at most `most`. */
async function listFolders(container, prefix, most, signal) {
    const names = [];
    for await (const { folders } of pagesFrom(container, prefix, '/', undefined, signal)) {
        for (const folder of folders)
            if (names.length < most)
                names.push(folder.slice(prefix.length, -1));
        if (names.length === most)
            break;
    }
    return names;
}
/** The pages of a listing behind a marker. */
async function* pagesFrom(container, prefix, delimiter, marker, signal) {
    let next = marker;
    do {
        const page = await container.listPage({ prefix, delimiter, marker: next, signal });
        yield page;
        next = page.marker;
    } while (next !== undefined);
}
/**
 * Lists everything below a folder (empty, or ends in `/`), and gives the pages as they come, in any order. Pages can only be asked for one
 * after another, and each takes long: so a listing of more than one page goes on by the folders that it shows, side by side.
 */
async function* listSideBySide(container, folder, signal) {
    const waiting = [{ folder, isLong: false }];
    const running = new Map();
    const stop = new AbortController();
    const either = AbortSignal.any([signal, stop.signal]);
    try {
        while (waiting.length > 0 || running.size > 0) {
            while (waiting.length > 0 && running.size < listingsAtOnce) {
                const task = waiting.pop();
                running.set(task, step(container, task, either));
            }
            const { task, blobs, next } = await Promise.race(running.values());
            running.delete(task);
            // Depth first: what was begun is finished before more is begun, so that few tasks wait.
            waiting.push(...next);
            if (blobs.length > 0)
                yield { blobs, isLast: waiting.length === 0 && running.size === 0 };
        }
    }
    finally {
        stop.abort(signal.reason);
        await Promise.allSettled(running.values());
    }
}
async function step(container, task, signal) {
    const { folder, isLong, goesOn } = task;
    const delimiter = goesOn?.delimiter ?? (isLong ? '/' : '');
    const page = await container.listPage({ prefix: folder, delimiter, marker: goesOn?.marker, signal });
    const { blobs, marker } = page;
    if (delimiter === '' && goesOn === undefined && marker !== undefined)
        return stepOfLong(container, task, page, signal);
    const folders = page.folders.map((name) => ({ folder: name, isLong: false }));
    const rest = marker === undefined ? [] : [{ folder, isLong, goesOn: { delimiter, marker } }];
    return { task, blobs, next: [...folders, ...rest] };
}
/** The first page of a listing that is longer: shows whether it is worth splitting. If so, it is listed anew by its folders. */
async function stepOfLong(container, task, { blobs, marker = '' }, signal) {
    const shown = foldersOf(blobs, task.folder);
    if (shown.size === 0 || shown.size > mostFoldersOfAPage)
        return { task, blobs, next: [{ ...task, goesOn: { delimiter: '', marker } }] };
    const [only] = shown;
    const split = await step(container, { ...task, isLong: true }, signal);
    if (split.next.length > manyFolders && (await isSmall(container, middleOf(split.next), signal)))
        return { task, blobs, next: [{ ...task, goesOn: { delimiter: '', marker } }] };
    const next = split.next.map((one) => (shown.size === 1 && one.folder === only ? { ...one, isLong: true } : one));
    return { task, blobs: split.blobs, next };
}
function middleOf(tasks) {
    return tasks[tasks.length >> 1].folder;
}
async function isSmall(container, folder, signal) {
    const { blobs, marker } = await container.listPage({ prefix: folder, delimiter: '', marker: undefined, signal });
    return marker === undefined && blobs.length < smallFolder;
}
/** The folders directly below a prefix in which the blobs of a page lie, each with its prefix and a slash at the end. */
function foldersOf(blobs, prefix) {
    const folders = new Set();
    for (let index = 0; index < blobs.length && folders.size <= mostFoldersOfAPage; index += 1) {
        const name = blobs.name(index);
        const slash = name.indexOf('/', prefix.length);
        if (slash >= 0)
            folders.add(name.slice(0, slash + 1));
    }
    return folders;
}

;// CONCATENATED MODULE: ./build/blobs/snapshot.js


/** A snapshot that holds just these files, all from one folder. */
function snapshotOf(files) {
    const [first] = files;
    const folder = first ? first.name.slice(0, first.name.length - first.path.length) : '';
    return sorted([packBlobs(files)], folder);
}
/** A snapshot of blobs that are sorted by name, all from a folder whose name has so many characters. */
function snapshotOfPacked(blobs, folderLength) {
    return view(blobs, folderLength, undefined);
}
/** Lists a folder, whose prefix is empty (the whole container) or ends in `/`: `foo` must not take `foo_bar`. */
async function takeSnapshot(container, prefix, signal, { most = Number.POSITIVE_INFINITY, onFiles, onPage } = {}) {
    const pages = [];
    let count = 0;
    const take = (page) => {
        pages.push(page);
        count += page.length;
        onFiles?.(count);
    };
    if (most === Number.POSITIVE_INFINITY) {
        for await (const { blobs, isLast } of listSideBySide(container, prefix, signal)) {
            take(blobs);
            if (!isLast || pages.length > 1)
                onPage?.(sorted([blobs], prefix));
        }
    }
    else {
        for await (const page of listPages(container, prefix, signal)) {
            take(page);
            if (count >= most)
                break;
        }
    }
    return withoutFolderStubs(sorted(pages, prefix));
}
/** A snapshot of the one blob of that name, which is empty where there is none. Its path is the last segment of the name. */
async function takeFileSnapshot(container, name, signal) {
    // A listing gives the name itself first, before all longer names.
    for await (const page of listPages(container, name, signal)) {
        if (page.length === 0)
            continue; // a page may be empty and not the last
        const first = page.at(0);
        return snapshotOf(first.name === name ? [{ ...first, path: name.slice(name.lastIndexOf('/') + 1) }] : []);
    }
    return snapshotOf([]);
}
/**
 * Indices of files below whose path others lie, as if they were folders too. In a sorted snapshot, all paths that begin alike stand together.
 * @param isCandidate which files are looked at
 */
function filesWithOthersBelow(snapshot, isCandidate) {
    const found = [];
    let open = [];
    const closeOthers = (path) => {
        const still = open.filter((file) => path.startsWith(file.path));
        for (const file of open)
            if (file.isFolder && !still.includes(file))
                found.push(file.index);
        open = still;
    };
    for (let index = 0; index < snapshot.length; index += 1) {
        const candidate = isCandidate(index);
        if (!candidate && open.length === 0)
            continue;
        const path = snapshot.pathAt(index);
        if (open.length > 0)
            closeOthers(path);
        for (const file of open)
            file.isFolder ||= path[file.path.length] === '/';
        if (candidate)
            open.push({ path, index, isFolder: false });
    }
    closeOthers('\uffff');
    return found.sort((a, b) => a - b);
}
/** Leaves out empty blobs that stand for a folder: those that have other blobs below their name. */
function withoutFolderStubs(snapshot) {
    const stubs = filesWithOthersBelow(snapshot, (index) => snapshot.sizeAt(index) === 0);
    if (stubs.length === 0)
        return snapshot;
    const stay = new Uint32Array(snapshot.length - stubs.length);
    let [next, kept] = [0, 0];
    for (let index = 0; index < snapshot.length; index += 1) {
        if (index === stubs[next])
            next += 1;
        else
            stay[kept++] = index;
    }
    return snapshot.pick(stay);
}
/** A snapshot of pages that come in any order. The service may sort in its own way, as accounts with a hierarchical namespace do. */
function sorted(pages, folder) {
    const filled = pages.filter((page) => page.length > 0);
    const inOrder = filled
        .map((page) => ({ page, first: page.name(0) }))
        .sort((a, b) => (a.first < b.first ? -1 : 1))
        .map(({ page }) => page);
    const columns = joined(inOrder);
    if (isSorted(columns))
        return view(columns, folder.length, undefined);
    const order = Array.from({ length: columns.length }, (_, index) => index);
    // The sort of arrays sees that most of them stand in order already.
    order.sort((a, b) => (columns.name(a) < columns.name(b) ? -1 : 1));
    return view(columns, folder.length, Uint32Array.from(order));
}
function isSorted(blobs) {
    let before = '';
    for (let index = 0; index < blobs.length; index += 1) {
        const name = blobs.name(index);
        if (name < before)
            return false;
        before = name;
    }
    return true;
}
/** Pages as one. */
function joined(pages) {
    const [only] = pages;
    if (only && pages.length === 1)
        return only;
    const starts = [];
    let length = 0;
    for (const page of pages) {
        starts.push(length);
        length += page.length;
    }
    // Neighbours are asked for one after another, so that the page before is nearly always the right one.
    let current = 0;
    const find = (index) => {
        if (index < (starts[current] ?? 0) || index >= (starts[current + 1] ?? length))
            current = pageOf(starts, index);
        const page = pages[current];
        if (page === undefined || index >= length)
            throw new RangeError(`no blob ${index} of ${length}`);
        return page;
    };
    return {
        length,
        name: (index) => find(index).name(index - (starts[current] ?? 0)),
        size: (index) => find(index).size(index - (starts[current] ?? 0)),
        lastModified: (index) => find(index).lastModified(index - (starts[current] ?? 0)),
        at: (index) => find(index).at(index - (starts[current] ?? 0)),
    };
}
/** The last page that begins at or before an index. */
function pageOf(starts, index) {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
        const middle = (low + high + 1) >> 1;
        if ((starts[middle] ?? 0) <= index)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}
/** @param order which blobs, and in which order; all as they are where undefined */
function view(blobs, folderLength, order) {
    const length = order?.length ?? blobs.length;
    const place = order ? (index) => order[index] ?? length : (index) => index;
    const at = (index) => {
        const blob = blobs.at(place(index));
        return { ...blob, path: blob.name.slice(folderLength) };
    };
    let bytes = 0;
    for (let index = 0; index < length; index += 1)
        bytes += blobs.size(place(index));
    return {
        length,
        bytes,
        at,
        pathAt: (index) => blobs.name(place(index)).slice(folderLength),
        sizeAt: (index) => blobs.size(place(index)),
        lastModifiedAt: (index) => blobs.lastModified(place(index)),
        pick: (indices) => view(blobs, folderLength, Uint32Array.from(indices, place)),
        *[Symbol.iterator]() {
            for (let index = 0; index < length; index += 1)
                yield at(index);
        },
    };
}

;// CONCATENATED MODULE: ./build/blobs/sent-snapshot.js


/** Columns of numbers have to begin on a multiple of their size. */
const alignment = 8;
/**
 * A snapshot for another process: the bytes of its columns, one behind the other, behind a line of JSON. It is as large as in memory, and nothing
 * of it has to be parsed there. Both processes run on this machine: the order of bytes is its own.
 */
function encodeSnapshot(snapshot) {
    const columns = columnsOf(snapshot);
    const { length, names, otherEtags, tiers } = columns;
    const first = snapshot.length > 0 ? snapshot.at(0) : undefined;
    const head = {
        length,
        folderLength: first ? first.name.length - first.path.length : 0,
        otherEtags: [...otherEtags],
        tiers: tiers.map((tier) => tier ?? null),
        nameBytes: names.byteLength,
    };
    const json = JSON.stringify(head);
    const bytes = Buffer.byteLength(json) + 1;
    const line = `${json}${' '.repeat((alignment - (bytes % alignment)) % alignment)}\n`;
    return [Buffer.from(line), ...sections(columns).map(bytesOf)];
}
/** @param bytes what {@link encodeSnapshot} gave, in one, at the beginning of its memory; the snapshot stays in it */
function decodeSnapshot(bytes) {
    const lineEnd = bytes.indexOf('\n');
    const head = JSON.parse(bytes.toString('utf8', 0, lineEnd));
    const { length, nameBytes, folderLength } = head;
    const memory = bytes.buffer;
    let next = bytes.byteOffset + lineEnd + 1;
    const take = (count) => {
        next += count;
        return next - count;
    };
    const columns = {
        length,
        sizes: new Float64Array(memory, take(length * Float64Array.BYTES_PER_ELEMENT), length),
        times: new Float64Array(memory, take(length * Float64Array.BYTES_PER_ELEMENT), length),
        etags: new BigUint64Array(memory, take(length * BigUint64Array.BYTES_PER_ELEMENT), length),
        nameEnds: new Uint32Array(memory, take(length * Uint32Array.BYTES_PER_ELEMENT), length),
        flags: new Uint8Array(memory, take(length), length),
        md5s: Buffer.from(memory, take(length * md5Bytes), length * md5Bytes),
        names: Buffer.from(memory, take(nameBytes), nameBytes),
        otherEtags: new Map(head.otherEtags),
        tiers: head.tiers.map((tier) => tier ?? undefined),
    };
    return snapshotOfPacked(packed(columns), folderLength);
}
/** In the order in which they are read. */
function sections({ sizes, times, etags, nameEnds, flags, md5s, names }) {
    return [sizes, times, etags, nameEnds, flags, md5s, names];
}
function bytesOf({ buffer, byteOffset, byteLength }) {
    return Buffer.from(buffer, byteOffset, byteLength);
}

;// CONCATENATED MODULE: ./build/blobs/turn.js
/** Does work once a turn of the event loop, however often it is asked for: requests that leave together wake a server once. */
function oncePerTurn(work) {
    let isPlanned = false;
    return () => {
        if (isPlanned)
            return;
        isPlanned = true;
        setImmediate(() => {
            isPlanned = false;
            work();
        });
    };
}

;// CONCATENATED MODULE: ./build/blobs/index.js
/** One container over HTTP: list it, take a snapshot, read stretches of blobs, write blobs. */













/***/ }),

/***/ 92036:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  cJ: () => (/* reexport */ Cancelled),
  yo: () => (/* reexport */ UserError),
  hS: () => (/* reexport */ counted),
  Rw: () => (/* reexport */ detailOf),
  z3: () => (/* reexport */ formatBytes),
  Xo: () => (/* reexport */ formatSeconds),
  KE: () => (/* reexport */ listed),
  bD: () => (/* reexport */ messageOf),
  pA: () => (/* reexport */ nearest),
  TL: () => (/* reexport */ quoted),
  Qq: () => (/* reexport */ startStopwatch)
});

// UNUSED EXPORTS: errorCodes

;// CONCATENATED MODULE: ./build/report/stopwatch.js
/** Starts with a first phase. `now` gives milliseconds. */
function startStopwatch(first, now = () => performance.now()) {
    const measured = new Map([[first, 0]]);
    let running = { name: first, since: now() };
    const stop = () => {
        const moment = now();
        measured.set(running.name, (measured.get(running.name) ?? 0) + moment - running.since);
        running = { name: running.name, since: moment };
    };
    return {
        begin(phase) {
            stop();
            running = { ...running, name: phase };
            if (!measured.has(phase))
                measured.set(phase, 0);
        },
        phases() {
            stop();
            return [...measured].map(([name, milliseconds]) => ({ name, seconds: milliseconds / 1000 }));
        },
    };
}

// EXTERNAL MODULE: ./node_modules/bytes/index.js
var bytes = __webpack_require__(34531);
// EXTERNAL MODULE: ./node_modules/fastest-levenshtein/mod.js
var mod = __webpack_require__(21916);
;// CONCATENATED MODULE: ./build/report/text.js


/** Characters of a name in a list. */
const mostShown = 120;
/**
 * A name from outside (blob, folder, asset) as it may be printed: in quotes, with control characters, line ends and
 * quotes escaped, so that it can neither start a workflow command nor break a line.
 */
function quoted(name) {
    return JSON.stringify(name).replace(/[\u007f-\u009f\u061c\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069]/g, escapeCharacter);
}
function escapeCharacter(character) {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
/** A number of bytes for people: `44.9 GB`. Units are powers of 1024, as in `sample: 1GB`. */
function formatBytes(count) {
    return bytes.format(count, { unitSeparator: ' ', decimalPlaces: 1 }) ?? `${count} B`;
}
/** `1 file`, `12,345 files`. */
function counted(count, noun) {
    return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}
/** Up to `most` names in quotes, then how many more there are. Long names are shortened: the runner cuts annotations at 4,096 characters. */
function listed(names, most = 10) {
    const shown = names
        .slice(0, most)
        .map((name) => quoted(shortened(name)))
        .join(', ');
    return names.length > most ? `${shown} and ${(names.length - most).toLocaleString('en-US')} more` : shown;
}
function shortened(name) {
    return name.length <= mostShown ? name : `${name.slice(0, mostShown / 2)}…${name.slice(-mostShown / 2)}`;
}
/** Those of `candidates` that a person could have meant by `name`, the nearest first, at most three. */
function nearest(name, candidates) {
    const wanted = name.toLowerCase();
    return [...candidates]
        .map((candidate) => ({ candidate, steps: stepsBetween(wanted, candidate.toLowerCase()) }))
        .filter(({ steps }) => steps <= Math.max(2, Math.floor(wanted.length / 3)))
        .sort((a, b) => a.steps - b.steps)
        .slice(0, 3)
        .map(({ candidate }) => candidate);
}
/** Edit distance; a candidate that goes on where the name ends (`foo`, `foo_v2`) counts as one step away. */
function stepsBetween(wanted, candidate) {
    return candidate !== wanted && candidate.startsWith(wanted) ? 1 : (0,mod/* distance */.Io)(wanted, candidate);
}
/** A time for people: `0.4 s`, `12 s`, `1m24s`, `2h05m`. */
function formatSeconds(seconds) {
    if (seconds < 9.95)
        return `${seconds.toFixed(1)} s`;
    const whole = Math.round(seconds);
    if (whole < 60)
        return `${whole} s`;
    if (whole < 3600)
        return `${Math.floor(whole / 60)}m${String(whole % 60).padStart(2, '0')}s`;
    const minutes = Math.round(whole / 60);
    return `${Math.floor(minutes / 60)}h${String(minutes % 60).padStart(2, '0')}m`;
}

;// CONCATENATED MODULE: ./build/report/user-error.js
/**
 * Something the user can mend: what happened, where, and what to do. Everything else that is thrown is a bug of ours.
 * `code` is stable and short (`dataset-not-found`); it is printed behind the message, and is the anchor of docs/troubleshooting.md.
 */
class UserError extends Error {
    name = 'UserError';
    code;
    constructor(code, message, options) {
        super(message, options);
        this.code = code;
    }
}
/** The step was told to stop (SIGINT or SIGTERM). Passed as the reason of every AbortSignal in the action. */
class Cancelled extends Error {
    name = 'Cancelled';
}
/** All that is known of whatever was thrown, for the debug log: the stack where there is one. */
function detailOf(error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
/** The message of whatever was thrown. */
function messageOf(error) {
    return error instanceof Error ? error.message : String(error);
}

;// CONCATENATED MODULE: ./build/report/index.js
/** The lowest folder: how anything below the runner speaks to the user. Every other folder may import it. */






/***/ }),

/***/ 76112:
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
  openWriters: () => (/* reexport */ openWriters),
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

// EXTERNAL MODULE: ./build/blobs/index.js + 18 modules
var blobs = __webpack_require__(52026);
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
    const most = Math.max(blockBytes, Math.ceil(size / blobs/* mostBlocks */.o5 / mebibyte) * mebibyte);
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
    const pumpSoon = (0,blobs/* oncePerTurn */.E7)(pump);
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
/** Starts a thread that opens a container for itself. */
function startThread({ location, credential }, work) {
    const sent = credential.kind === 'token' ? { kind: 'token' } : credential;
    return new external_node_worker_threads_.Worker(program, { workerData: { location, credential: sent, work } });
}
/** A lane on a thread of its own, for a container that is reached over HTTP. */
function openThread(job, { location, credential }, limits, events, log) {
    const worker = startThread({ location, credential }, { kind: 'lane', job, limits });
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
/** Gives a thread the token that it asks for. */
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

;// CONCATENATED MODULE: ./build/transfer/writer-side.js





/** Niceness of a thread that gives way to others. */
const patient = 10;
/** Blobs are forgotten that were begun and never put together: there are no more than so many of them. */
const mostWholes = 1000;
/** Writes what it is told, until its thread is ended. */
async function runWriter(port, container) {
    giveWay();
    const wholes = new Map();
    const never = new AbortController().signal;
    const noteBlock = (name, block, content) => {
        const whole = wholes.get(name) ?? { hash: (0,external_node_crypto_.createHash)('md5'), blocks: [] };
        wholes.delete(name);
        wholes.set(name, whole);
        whole.hash.update(content);
        whole.blocks.push(block);
        const [oldest] = wholes.keys();
        if (wholes.size > mostWholes && oldest !== undefined)
            wholes.delete(oldest);
    };
    const md5Of = (name, blocks) => {
        const whole = wholes.get(name);
        wholes.delete(name);
        const isSame = whole?.blocks.length === blocks.length && blocks.every((block, at) => block === whole.blocks[at]);
        return isSame ? whole.hash.digest('base64') : undefined;
    };
    const write = async ({ name, order, options }) => {
        switch (order.what) {
            case 'blob':
                return container.putBlob(name, order.content, { ...options, signal: never });
            case 'block':
                noteBlock(name, order.block, order.content);
                return container.putBlock(name, order.block, order.content, never).then(() => undefined);
            case 'list': {
                const md5 = options.md5 ?? md5Of(name, order.blocks);
                return container.putBlockList(name, order.blocks, { ...options, md5, signal: never });
            }
        }
    };
    const tell = (message) => port.postMessage(message);
    port.on('message', async (message) => {
        if (message.type !== 'write')
            return;
        try {
            tell({ type: 'written', id: message.id, written: await write(message) });
        }
        catch (error) {
            tell({ type: 'not written', id: message.id, error: toSent(error) });
        }
    });
    return new Promise(() => { });
}
/** On Linux, a thread has a priority of its own, by its number, which only the thread itself finds there. */
function giveWay() {
    if (process.platform !== 'linux')
        return;
    try {
        (0,external_node_os_.setPriority)(Number((0,external_node_path_.basename)((0,external_node_fs_.readlinkSync)('/proc/thread-self'))), patient);
    }
    catch {
        // it goes without
    }
}

;// CONCATENATED MODULE: ./build/transfer/thread-side.js





/** What was moved is told so often, in milliseconds: a message for every file would cost as much as a small file. */
const tellingInterval = 20;
/** The life of a transfer thread: opens the container and does its work, until it is told to stop, or ended. */
async function runThread() {
    const port = external_node_worker_threads_.parentPort;
    if (!port)
        throw new Error('not started as a thread');
    const { work, location, credential } = external_node_worker_threads_.workerData;
    const tell = (message) => port.postMessage(message);
    const tokens = askForTokens(tell);
    const container = (0,blobs/* openContainer */.Qx)(location, credentialHere(credential, tokens.credential), sendingLog(tell));
    port.on('message', (message) => {
        if (message.type === 'token' || message.type === 'no token')
            tokens.take(message);
    });
    await (work.kind === 'write' ? runWriter(port, container) : runLane(port, container, work));
}
/** Moves the files that it is told. */
async function runLane(port, container, { job, limits }) {
    const tell = (message) => port.postMessage(message);
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
function checkBlobName(name) {
    const problem = (0,blobs/* problemOfBlobName */.Hh)(name);
    if (problem === undefined)
        return;
    throw new report/* UserError */.yo('unsafe-output', `${(0,report/* quoted */.TL)(name)} cannot be the name of a blob: names must not be such that they ${problem}. Rename the file.`);
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

;// CONCATENATED MODULE: ./build/transfer/writers.js



/** More threads than this would wait for the wire. */
const writers_mostThreads = 8;
/**
 * Writes to a container on threads of their own, one for each core, which give way to everything else on the machine: MD5 and TLS are work, and whoever
 * waits for this thread must not wait for them. Where a blob is put together of blocks that came in order, each once, its MD5 is stored with it.
 * @param share of the cores, where there are several such writers
 */
function openWriters(container, log, share = 1) {
    const { credential } = container;
    if (!credential)
        throw new Error('a container that is not reached over HTTP');
    const waiting = new Map();
    let nextId = 1;
    let nextThread = 0;
    let failure;
    const fail = (error) => {
        failure ??= error;
        for (const one of waiting.values())
            one.reject(error);
        waiting.clear();
    };
    const settle = (id, how) => {
        const one = waiting.get(id);
        waiting.delete(id);
        if (one)
            how(one);
    };
    const start = () => {
        const worker = startThread({ location: container.location, credential }, { kind: 'write' });
        worker.on('error', fail);
        worker.on('exit', () => fail(new Error('a writing thread ended by itself')));
        worker.on('message', (message) => {
            switch (message.type) {
                case 'written':
                    return settle(message.id, (one) => one.resolve(message.written));
                case 'not written':
                    return settle(message.id, (one) => one.reject(fromSent(message.error)));
                case 'log':
                    return log[message.level](message.message);
                case 'token':
                    return void answerToken(credential, message, (answer) => worker.postMessage(answer));
            }
        });
        return worker;
    };
    const threads = Array.from({ length: Math.ceil(Math.min((0,external_node_os_.availableParallelism)(), writers_mostThreads) * share) }, start);
    const write = (thread, name, order, { signal, ...options }) => {
        signal.throwIfAborted();
        if (failure)
            throw failure;
        const id = nextId;
        nextId += 1;
        const one = Promise.withResolvers();
        const stop = () => settle(id, () => one.reject(signal.reason));
        signal.addEventListener('abort', stop, { once: true });
        waiting.set(id, one);
        const { sent, handedOver } = orderToSend(order);
        const message = { type: 'write', id, name, order: sent, options };
        threads[thread % threads.length]?.postMessage(message, handedOver);
        return one.promise.finally(() => signal.removeEventListener('abort', stop));
    };
    /** All blocks of a blob go to one thread, which knows the MD5 of the whole. */
    const threadOf = (name) => {
        let sum = 0;
        for (let at = 0; at < name.length; at += 1)
            sum = (sum * 31 + name.charCodeAt(at)) >>> 0;
        return sum;
    };
    const required = (written) => {
        if (!written)
            throw new Error('a blob that was written without an answer');
        return written;
    };
    return {
        putBlob: async (name, content, options) => {
            nextThread += 1;
            return required(await write(nextThread, name, { what: 'blob', content }, options));
        },
        putBlock: async (name, block, content, signal) => {
            await write(threadOf(name), name, { what: 'block', block, content }, { md5: undefined, replace: true, signal });
        },
        putBlockList: async (name, blocks, options) => required(await write(threadOf(name), name, { what: 'list', blocks }, options)),
        close: async () => {
            for (const thread of threads)
                thread.removeAllListeners('exit');
            await Promise.all(threads.map((thread) => thread.terminate()));
            fail(new Error('closed'));
        },
    };
}
/** Shared memory is read by both threads; other memory goes to the other one, as a copy where it is part of something larger. */
function orderToSend(order) {
    if (order.what === 'list' || order.content.buffer instanceof SharedArrayBuffer)
        return { sent: order, handedOver: [] };
    const { content } = order;
    const isWhole = content.byteLength === content.buffer.byteLength;
    const own = isWhole ? content : Uint8Array.from(content);
    return { sent: { ...order, content: own }, handedOver: [own.buffer] };
}

;// CONCATENATED MODULE: ./build/transfer/index.js
/** Whole snapshots between a container and this machine: download, upload, and what has to hold before. */













/***/ })

};
