export const id = 688;
export const ids = [688];
export const modules = {

/***/ 79688:
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
  Qx: () => (/* reexport */ openContainer),
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

;// CONCATENATED MODULE: ./build/blobs/container.js
/** Whether two places are the same container, by whatever endpoint each is reached. */
function isSameContainer(a, b) {
    return a.accountName === b.accountName && a.containerName === b.containerName;
}

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






/***/ })

};
