export const id = 951;
export const ids = [951];
export const modules = {

/***/ 22743:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Ng: () => (/* binding */ connect),
/* harmony export */   ls: () => (/* binding */ identify),
/* harmony export */   r5: () => (/* binding */ decideConnection),
/* harmony export */   xI: () => (/* binding */ cloudIn)
/* harmony export */ });
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(51455);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(76760);
/* harmony import */ var _azureml_index_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(3570);
/* harmony import */ var _report_index_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(92036);
/* harmony import */ var _oidc_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(76546);





/** What the inputs say about reaching the workspace, frozen for the steps after this one. */
async function decideConnection(inputs, checkout) {
    const { cloud, resourceManagerUrl, authorityHost, defaultDatastore } = inputs;
    const { clientId, tenantId } = inputs.signIn;
    const workspace = (0,_azureml_index_js__WEBPACK_IMPORTED_MODULE_2__/* .chooseWorkspace */ .F0)(inputs.workspace, await findConfig(inputs.workspaceConfig, checkout));
    return { workspace, cloud, resourceManagerUrl, authorityHost, clientId, tenantId, defaultDatastore };
}
/** Signs in with what the connection says, as far as the workspace is not needed for it. */
async function identify({ clientId, tenantId, ...hosts }, clientSecret, log) {
    return (0,_azureml_index_js__WEBPACK_IMPORTED_MODULE_2__/* .signIn */ .Jv)({ clientId, tenantId, clientSecret }, cloudIn(hosts), (0,_oidc_js__WEBPACK_IMPORTED_MODULE_4__/* .idTokenSource */ .k)(), log);
}
/** Opens the workspace of a connection. */
async function connect(connection, identity, signal, log, stopwatch = (0,_report_index_js__WEBPACK_IMPORTED_MODULE_3__/* .startStopwatch */ .Qq)('connect')) {
    const workspace = await (0,_azureml_index_js__WEBPACK_IMPORTED_MODULE_2__/* .openWorkspace */ .OH)(connection.workspace, cloudIn(connection), identity, signal, log);
    return {
        workspace,
        access: (0,_azureml_index_js__WEBPACK_IMPORTED_MODULE_2__/* .createStorageAccess */ .WS)(),
        defaultDatastore: connection.defaultDatastore,
        signal,
        log,
        stopwatch,
    };
}
/** The cloud that a connection names. */
function cloudIn({ cloud, resourceManagerUrl, authorityHost, }) {
    return (0,_azureml_index_js__WEBPACK_IMPORTED_MODULE_2__/* .cloudOf */ .hH)(cloud, resourceManagerUrl, authorityHost);
}
/** `config.json`, then `.azureml/config.json` in the checkout; a file without the three keys is some other tool's. */
async function findConfig(workspaceConfig, checkout) {
    if (workspaceConfig !== '') {
        const config = await readConfig((0,node_path__WEBPACK_IMPORTED_MODULE_1__.resolve)(checkout, workspaceConfig));
        if (config)
            return config;
        throw new _report_index_js__WEBPACK_IMPORTED_MODULE_3__/* .UserError */ .yo('bad-input', `workspace-config: ${workspaceConfig} does not exist, or has not the keys subscription_id, resource_group and workspace_name.`);
    }
    return ((await readConfig((0,node_path__WEBPACK_IMPORTED_MODULE_1__.resolve)(checkout, 'config.json'))) ??
        (await readConfig((0,node_path__WEBPACK_IMPORTED_MODULE_1__.resolve)(checkout, '.azureml', 'config.json'))));
}
async function readConfig(path) {
    const text = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.readFile)(path, 'utf8').catch(() => undefined);
    return text === undefined ? undefined : (0,_azureml_index_js__WEBPACK_IMPORTED_MODULE_2__/* .parseWorkspaceConfig */ .wm)(text);
}


/***/ }),

/***/ 48594:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   D: () => (/* binding */ encodeStart),
/* harmony export */   H: () => (/* binding */ readStart)
/* harmony export */ });
/* harmony import */ var node_events__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(78474);
/* harmony import */ var _blobs_index_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(52026);


function encodeStart(start, snapshots) {
    const encoded = snapshots.map(_blobs_index_js__WEBPACK_IMPORTED_MODULE_1__/* .encodeSnapshot */ .hX);
    const snapshotBytes = encoded.map((parts) => parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
    const first = { ...start, snapshotBytes };
    return [Buffer.from(`${JSON.stringify(first)}\n`), ...encoded.flat()];
}
/** @throws Error where it ends too early: who started us was killed */
async function readStart(stdin) {
    const line = await readLine(stdin);
    const { snapshotBytes, ...start } = JSON.parse(line.toString('utf8'));
    const snapshots = [];
    for (const bytes of snapshotBytes)
        snapshots.push((0,_blobs_index_js__WEBPACK_IMPORTED_MODULE_1__/* .decodeSnapshot */ .pH)(await readBytes(stdin, bytes)));
    return { start, snapshots };
}
async function readLine(stdin) {
    const parts = [];
    for (;;) {
        const bytes = stdin.read();
        if (bytes === null) {
            await untilReadable(stdin);
            continue;
        }
        const end = bytes.indexOf('\n');
        parts.push(end < 0 ? bytes : bytes.subarray(0, end));
        if (end < 0)
            continue;
        if (end + 1 < bytes.byteLength)
            stdin.unshift(bytes.subarray(end + 1));
        return Buffer.concat(parts);
    }
}
/** Into memory of its own, in which the snapshot then stays. */
async function readBytes(stdin, count) {
    const all = Buffer.allocUnsafeSlow(count);
    for (let filled = 0; filled < count;) {
        const bytes = stdin.read(Math.min(count - filled, stdin.readableLength || 1));
        if (bytes === null) {
            await untilReadable(stdin);
            continue;
        }
        all.set(bytes, filled);
        filled += bytes.byteLength;
    }
    return all;
}
async function untilReadable(stdin) {
    if (stdin.readableEnded)
        throw new Error('the order of what to mount is not complete');
    const stop = new AbortController();
    try {
        await Promise.race([(0,node_events__WEBPACK_IMPORTED_MODULE_0__.once)(stdin, 'readable', stop), (0,node_events__WEBPACK_IMPORTED_MODULE_0__.once)(stdin, 'end', stop)]);
    }
    finally {
        stop.abort();
    }
}


/***/ }),

/***/ 76546:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   k: () => (/* binding */ idTokenSource)
/* harmony export */ });
/* harmony import */ var _actions_core__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(96421);
/* harmony import */ var _azureml_index_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(3570);
/* harmony import */ var _report_index_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(92036);



const hour = 3600_000;
/** Where GitHub gives this job id tokens, undefined where it does not. Each call gets a fresh one; the toolkit masks it. */
function idTokenSource() {
    if (!process.env.ACTIONS_ID_TOKEN_REQUEST_URL || !process.env.ACTIONS_ID_TOKEN_REQUEST_TOKEN)
        return undefined;
    let warned = false;
    return async (audience) => {
        const left = requestTokenExpiry() - Date.now();
        if (left < hour && !warned) {
            warned = true;
            _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .warning */ .$e(`GitHub's permission to sign in expires ${left > 0 ? `in ${Math.round(left / 60_000)} minutes` : 'now'}, about six hours after the job began. Split jobs that take longer.`);
        }
        try {
            return await _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .getIDToken */ .V9(audience);
        }
        catch (error) {
            const said = (0,_report_index_js__WEBPACK_IMPORTED_MODULE_2__/* .messageOf */ .bD)(error).replace(/\s+/g, ' ').trim();
            throw new _report_index_js__WEBPACK_IMPORTED_MODULE_2__/* .UserError */ .yo('no-id-token', `GitHub gave no id token (${said}). Check "permissions: id-token: write"; if the job runs for six hours or more, split it.`, { cause: error });
        }
    };
}
/** Until when the job may ask for id tokens: milliseconds since the epoch, infinity where the token does not tell. */
function requestTokenExpiry() {
    const { exp } = (0,_azureml_index_js__WEBPACK_IMPORTED_MODULE_1__/* .claimsOf */ .ds)(process.env.ACTIONS_ID_TOKEN_REQUEST_TOKEN ?? '');
    return typeof exp === 'number' ? exp * 1000 : Number.POSITIVE_INFINITY;
}


/***/ }),

/***/ 3570:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  Jl: () => (/* reexport */ MissingCredentials),
  Qe: () => (/* reexport */ askClockSkew),
  mh: () => (/* reexport */ cancelJob),
  F0: () => (/* reexport */ chooseWorkspace),
  ds: () => (/* reexport */ claimsOf),
  cY: () => (/* reexport */ cloudNames),
  hH: () => (/* reexport */ cloudOf),
  WS: () => (/* reexport */ createStorageAccess),
  G4: () => (/* reexport */ datastoreUri),
  mp: () => (/* reexport */ describeSkew),
  Xo: () => (/* reexport */ environmentId),
  Cv: () => (/* reexport */ findApi),
  lG: () => (/* reexport */ findCodeVersion),
  lB: () => (/* reexport */ findCompute),
  B4: () => (/* reexport */ findDataContainer),
  Ii: () => (/* reexport */ findDataVersion),
  pC: () => (/* reexport */ findJob),
  wA: () => (/* reexport */ findLatestEnvironment),
  gk: () => (/* reexport */ foreseeRefusal),
  i8: () => (/* reexport */ isSameWorkspace),
  aE: () => (/* reexport */ listBlobDatastores),
  d1: () => (/* reexport */ listDataNames),
  _2: () => (/* reexport */ listDataVersions),
  N6: () => (/* reexport */ listJobs),
  zA: () => (/* reexport */ locateData),
  OH: () => (/* reexport */ openWorkspace),
  W$: () => (/* reexport */ parseDataUri),
  wm: () => (/* reexport */ parseWorkspaceConfig),
  Mv: () => (/* reexport */ putAnonymousEnvironment),
  Xr: () => (/* reexport */ putCodeVersion),
  _l: () => (/* reexport */ putDataVersion),
  fD: () => (/* reexport */ putJob),
  mb: () => (/* reexport */ readLocation),
  E3: () => (/* reexport */ readRunDetails),
  Ti: () => (/* reexport */ receiveCredential),
  bi: () => (/* reexport */ sameDataUri),
  PY: () => (/* reexport */ sendCredential),
  tU: () => (/* reexport */ shortUri),
  Jv: () => (/* reexport */ signIn),
  EL: () => (/* reexport */ studioUrl),
  RX: () => (/* reexport */ workspaceId)
});

// EXTERNAL MODULE: ./build/report/index.js + 3 modules
var report = __webpack_require__(92036);
;// CONCATENATED MODULE: ./build/azureml/clock.js

/** Services refuse what was made more than so many milliseconds ago, or will be (15 minutes for shared keys, 5 for assertions). */
const tolerableSkew = 5 * 60_000;
/**
 * How far the clock of this machine is ahead of a service's, in milliseconds (negative: behind), by the `Date` header of an answer that
 * has just come; undefined where there is none.
 */
function clockSkew(dateHeader, now = Date.now()) {
    const theirs = Date.parse(dateHeader ?? '');
    return Number.isNaN(theirs) ? undefined : now - theirs;
}
/** `12 minutes behind`, for people; undefined where the clock is right enough. */
function describeSkew(skew) {
    if (skew === undefined || Math.abs(skew) < tolerableSkew)
        return undefined;
    const minutes = Math.round(Math.abs(skew) / 60_000);
    return `${minutes.toLocaleString('en-US')} minutes ${skew > 0 ? 'ahead' : 'behind'}`;
}
/** What to do about a clock that is wrong; undefined where it is right enough. */
function clockAdvice(skew) {
    const described = describeSkew(skew);
    return (described &&
        `Compared with Azure's, the clock of this runner is ${described}, so what it signs counts as expired or not yet valid. Set the clock: ` +
            '"sudo timedatectl set-ntp true" (Windows: "w32tm /resync"), or restart the machine if it was suspended.');
}
/** A refusal that comes of a wrong clock; undefined where the clock is right enough. */
function clockError(refusal, skew, cause) {
    const advice = clockAdvice(skew);
    return advice === undefined ? undefined : new report/* UserError */.yo('clock-skew', `${refusal} ${advice}`, { cause });
}

;// CONCATENATED MODULE: ./build/azureml/unreachable.js
/** TLS codes of Node for a certificate whose authority is not known here: what a proxy that reads the traffic looks like. */
const untrusted = [
    'SELF_SIGNED_CERT_IN_CHAIN',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'UNABLE_TO_GET_ISSUER_CERT',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
];
/** A sentence for a service that gave no answer, and what to do, by the code of the system or of TLS (`ENOTFOUND`; may be empty). */
function unreachable(service, code) {
    return `${service} cannot be reached (${code || 'no answer'}). ${networkAdvice(code)}`;
}
function networkAdvice(code) {
    if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
        return "The runner's DNS does not know its name: check that name and, where there are private endpoints only, that the runner and its DNS are in their network.";
    }
    if (untrusted.includes(code)) {
        return 'The certificate is of an authority that this runner does not trust, as behind a proxy that reads the traffic: save that authority as a PEM file, and name it in the variable NODE_EXTRA_CA_CERTS.';
    }
    if (code === 'CERT_NOT_YET_VALID' || code === 'CERT_HAS_EXPIRED') {
        return `The certificate is not valid at the time that this runner's clock shows, ${new Date().toUTCString()}. Is the clock right?`;
    }
    if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
        return "Another server answers at its address, with a certificate of its own. Check the runner's DNS, and its proxy if it has one (HTTPS_PROXY).";
    }
    return 'Check the network of the runner, and its proxy if it has one (HTTPS_PROXY, NO_PROXY).';
}
/** A sentence for an answer that is not the service's: a web page, or a status without the service's own code. */
function foreignAnswer(service, status) {
    return status === 407
        ? `The proxy between this runner and ${service} asks for a password (407): give it in HTTPS_PROXY=http://user:password@proxy:port.`
        : `Something on the way to ${service} answered in its place (${status}): a proxy, or the sign-in page of a network. Check the network of the runner, and its proxy if it has one (HTTPS_PROXY, NO_PROXY).`;
}

;// CONCATENATED MODULE: ./build/azureml/watch.js

/** How often the clients of Azure's SDK send a request again: their own default, given to them so that both know it. */
const retryOptions = { maxRetries: 3 };
/** A web page came in the place of the service's answer. */
class ForeignAnswer extends Error {
    status;
    constructor(status) {
        super(`a web page instead of an answer, with status ${status}`);
        this.status = status;
    }
}
/** The service asks for a wait that no job should sit through. */
class LongWait extends Error {
    /** `2 hours` */
    wait;
    constructor(milliseconds) {
        super(`asked to wait ${milliseconds} ms`);
        this.wait = duration(milliseconds);
    }
}
/**
 * Watches each try of each request to a service, below the client's own retries: waits are told, waits of more than `longestWait`
 * milliseconds are refused (the client would sleep for hours without a word), and so are web pages, which the client takes for empty answers.
 */
function watchPolicy(service, longestWait, log, seen = {}) {
    const tries = new WeakMap();
    return {
        name: 'watch',
        async sendRequest(request, next) {
            const retries = tries.get(request) ?? 0;
            tries.set(request, retries + 1);
            const isLast = retries >= retryOptions.maxRetries;
            try {
                const response = await next(request);
                Object.assign(seen, {
                    skew: clockSkew(response.headers.get('date')),
                    status: response.status,
                    trouble: undefined,
                });
                checkAnswer(response, longestWait, isLast);
                const wait = isLast ? undefined : describeWait(service, response);
                if (wait)
                    log.info(`${wait}; trying again.`);
                return response;
            }
            catch (error) {
                Object.assign(seen, { status: 0, trouble: error });
                if (!isLast && isBroken(error))
                    log.info(`${service} cannot be reached (${error.code}); trying again.`);
                throw error;
            }
        },
    };
}
/** @throws ForeignAnswer, LongWait: none of them a RestError, so that the client does not try again */
function checkAnswer(response, longestWait, isLast) {
    const wait = waitAsked(response);
    if (wait !== undefined && wait > longestWait)
        throw new LongWait(wait);
    const isPage = response.headers.get('content-type')?.startsWith('text/html') ?? false;
    if (isPage && (isLast || !isFailing(response)))
        throw new ForeignAnswer(response.status);
}
/** Undefined for an answer that the client does not try again. */
function describeWait(service, response) {
    const wait = waitAsked(response);
    if (wait !== undefined)
        return `${service} asks us to wait ${duration(wait)} (${response.status})`;
    return isFailing(response) ? `${service} answered ${response.status}` : undefined;
}
/** Milliseconds until the service wants to be asked again, in all the forms that the client knows. */
function waitAsked({ status, headers }) {
    if (status !== 429 && status !== 503)
        return undefined;
    const milliseconds = headers.get('retry-after-ms') ?? headers.get('x-ms-retry-after-ms');
    const after = headers.get('retry-after') ?? '';
    const wait = milliseconds ? Number(milliseconds) : after === '' ? Number.NaN : untilThen(after);
    return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}
/** `Retry-After` holds seconds or a date. */
function untilThen(after) {
    const seconds = Number(after);
    return Number.isNaN(seconds) ? Date.parse(after) - Date.now() : seconds * 1000;
}
/** Trouble of the service's own, which the client tries again (`exponentialRetryStrategy` of its pipeline). */
function isFailing({ status }) {
    return status === 408 || (status >= 500 && status !== 501 && status !== 505);
}
/** The network's codes that the client tries again (the same place). */
function isBroken(error) {
    const retried = ['ETIMEDOUT', 'ESOCKETTIMEDOUT', 'ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'ENOTFOUND'];
    return error instanceof Error && 'code' in error && retried.includes(String(error.code));
}
/** `12 s`, `15 minutes`, `2 hours`: rounded up. */
function duration(milliseconds) {
    const seconds = Math.ceil(milliseconds / 1000);
    if (seconds < 120)
        return `${seconds} s`;
    return seconds < 7200 ? `${Math.ceil(seconds / 60)} minutes` : `${Math.ceil(seconds / 3600)} hours`;
}

;// CONCATENATED MODULE: ./build/azureml/arm-refusals.js




/** Its name, as users read it. */
const resourceManager = 'Azure Resource Manager';
/** The failure in what the ARM client threw, or undefined where it is something else (network, sign-in, a bug). */
function armFailure(error) {
    if (!(error instanceof Error) || error.name !== 'RestError' || !('statusCode' in error))
        return undefined;
    const { statusCode, code, response } = error;
    if (!statusCode)
        return undefined;
    const skew = clockSkew(response?.headers.get('date'));
    return { status: statusCode, code: code ?? '', message: (0,report/* messageOf */.bD)(error), skew };
}
/** Runs a call to ARM; what it answers for missing things, missing rights and missing workspaces becomes an instruction. */
async function askingArm(what, call) {
    try {
        return await call();
    }
    catch (error) {
        throw explainArmFailure(what, error);
    }
}
/** The same, for things that may be missing: a 404 of the thing itself gives undefined. */
async function findingInArm(what, call) {
    try {
        return await call();
    }
    catch (error) {
        const failure = armFailure(error);
        if (failure?.status === 404 && !isMissingParent(failure))
            return undefined;
        throw explainArmFailure(what, error);
    }
}
/** ARM's own answers for a subscription, group or workspace that is not there; AzureML's for its own things is `UserError`. */
const missingParentCodes = [
    'SubscriptionNotFound',
    'ResourceGroupNotFound',
    'ResourceNotFound',
    'ParentResourceNotFound',
];
function isMissingParent(failure) {
    return missingParentCodes.includes(failure.code);
}
/**
 * Whether a 400 or 409 is Resource Manager's own, and so about the subscription or a lock; AzureML's are about the thing itself.
 * Codes: learn.microsoft.com, "Resolve common Azure deployment errors".
 */
function isManagersOwn({ code }) {
    return [
        'InvalidApiVersionParameter',
        'InvalidSubscriptionId',
        'MissingSubscriptionRegistration',
        'NoRegisteredProviderFound',
        'ReadOnlyDisabledSubscription',
        'ScopeLocked',
    ].includes(code);
}
function explainArmFailure(what, error) {
    const failure = armFailure(error);
    if (!failure)
        return explainNoAnswer(what, error);
    const options = { cause: error };
    if (isForeign(failure)) {
        return new report/* UserError */.yo('azure-unreachable', `${what}: ${foreignAnswer(resourceManager, failure.status)}`, options);
    }
    if (failure.status === 401) {
        const refusal = `${what}: Azure did not accept our token (${failure.code || failure.status}).`;
        const wrongClock = clockError(refusal, failure.skew, error);
        if (wrongClock)
            return wrongClock;
    }
    const [code, text] = verdictByCode(failure) ?? verdictByStatus(failure);
    return new report/* UserError */.yo(code, `${what}: ${text}`, options);
}
/** A page where there should be JSON: the service answers with nothing else, or with nothing. */
function isForeign({ status, code, message }) {
    return code === 'PARSE_ERROR' || status === 407 || message.trimStart().startsWith('<');
}
function verdictByCode(failure) {
    const said = excerpt(failure.message) || noReason;
    switch (failure.code) {
        case 'SubscriptionNotFound':
        case 'InvalidSubscriptionId':
            return ['subscription-not-found', `${said} Check subscription-id, and that the identity has a role in it.`];
        case 'AuthorizationFailed':
            return ['azure-role-missing', missingRole(failure)];
        case 'LinkedAuthorizationFailed':
            return ['azure-role-missing', missingLinkedRole(failure)];
        case 'InvalidAuthenticationTokenTenant':
            return ['sign-in-refused', `${said} The subscription belongs to another tenant: check tenant-id.`];
        case 'MissingSubscriptionRegistration':
            return ['azure-refused', `${said} Run: az provider register --namespace Microsoft.MachineLearningServices`];
    }
    return isMissingParent(failure)
        ? ['workspace-not-found', `${said} Check workspace, resource-group and subscription-id.`]
        : undefined;
}
function verdictByStatus({ status, code, message }) {
    const said = excerpt(message) || noReason;
    const answered = `Azure answered ${[status, code].filter(Boolean).join(' ')}: ${said}`;
    switch (status) {
        case 401:
            return ['sign-in-refused', `Azure did not accept our token: ${said}`];
        case 403:
            return [
                'azure-refused',
                `${answered} If the workspace has private endpoints only, use a runner in their network; if a role is missing, "AzureML Data Scientist" on the workspace is enough.`,
            ];
        case 429:
            return ['throttled', `${resourceManager} gets too many requests in this subscription (429). Run again later.`];
        default:
            return [
                'azure-refused',
                status >= 500
                    ? `${answered} Several tries brought the same: run again later, and look at https://status.azure.com.`
                    : answered,
            ];
    }
}
/** No answer came, or none that counts. */
function explainNoAnswer(what, error) {
    const options = { cause: error };
    if (error instanceof ForeignAnswer)
        return new report/* UserError */.yo('azure-unreachable', `${what}: ${foreignAnswer(resourceManager, error.status)}`, options);
    if (error instanceof LongWait) {
        return new report/* UserError */.yo('throttled', `${what}: ${resourceManager} asks for a pause of ${error.wait}, which is too long to wait for. Too many requests were made in this subscription: run again after that.`, options);
    }
    if (!(error instanceof Error) || error.name !== 'RestError')
        return error;
    const { code = '' } = error;
    const text = `${what}: ${unreachable(resourceManager, code)} If resource-manager-url is given, check it too.`;
    return new report/* UserError */.yo('azure-unreachable', text, options);
}
/** ARM names the identity, the action and the scope in its 403; from them comes the line that mends it. */
function missingRole({ message }) {
    const objectId = idIn(message);
    const scope = /over scope '([^']+)'/.exec(message)?.[1];
    const workspaceScope = scope && /^.*\/workspaces\/[^/]+/.exec(scope)?.[0];
    const said = excerpt(message) || noReason;
    if (!objectId || !scope)
        return `${said} The identity lacks a role here; "AzureML Data Scientist" on the workspace is enough.`;
    return `${said} Assign a role: ${assignment(objectId, '"AzureML Data Scientist"', workspaceScope ?? scope)}`;
}
/** The role on the workspace is there; it is missing on something that the request touches besides. */
function missingLinkedRole({ message }) {
    const objectId = idIn(message);
    const [, action, scope] = /perform action\(s\) '([^']+)' on the linked scope\(s\) '([^']+)'/.exec(message) ?? [];
    const said = excerpt(message) || noReason;
    if (!objectId || !action || !scope)
        return `${said} The identity needs a role on what the workspace is linked to, too.`;
    return `${said} Assign a role that holds this action, there: ${assignment(objectId, `"<role with ${excerpt(action)}>"`, scope)}`;
}
function idIn(message) {
    return /object id '([\w-]+)'/.exec(message)?.[1];
}
function assignment(objectId, role, scope) {
    return `az role assignment create --assignee ${objectId} --role ${role} --scope ${excerpt(scope)}`;
}
const noReason = 'no reason was given.';
/** What a service said, on one line and of bearable length. */
function excerpt(text) {
    return (0,report/* quoted */.TL)(text.slice(0, 800)).slice(1, -1);
}

;// CONCATENATED MODULE: ./build/azureml/arm-clock.js


/**
 * How far the clock of this machine is ahead of Azure Resource Manager's, in milliseconds; undefined where its answer has no time. Asked without
 * a token (`GET {arm}/subscriptions`, whose answer is 401), because a clock that is wrong is a reason why there is none.
 * @throws UserError where Azure Resource Manager cannot be reached
 */
async function askClockSkew(cloud, signal) {
    const { createDefaultHttpClient, createPipelineFromOptions, createPipelineRequest } = await Promise.resolve(/* import() */).then(__webpack_require__.bind(__webpack_require__, 61340));
    const pipeline = createPipelineFromOptions({ userAgentOptions: { userAgentPrefix: 'azureml-datasets' } });
    const url = `${cloud.resourceManagerUrl}/subscriptions?api-version=2022-12-01`;
    const request = createPipelineRequest({ url, abortSignal: signal, timeout: 30_000 });
    const answer = await askingArm('Asking for the time', () => pipeline.sendRequest(createDefaultHttpClient(), request));
    return clockSkew(answer.headers.get('date'));
}

;// CONCATENATED MODULE: ./build/azureml/cloud.js

/** Their names, the default first. */
const cloudNames = ['public', 'usgovernment', 'china'];
/** Source of the hosts: the environments that Microsoft's SDKs ship with. */
const clouds = {
    public: {
        arm: 'https://management.azure.com',
        entra: 'https://login.microsoftonline.com',
        audience: 'api://AzureADTokenExchange',
        ml: 'https://ml.azure.com',
        storage: 'core.windows.net',
    },
    usgovernment: {
        arm: 'https://management.usgovcloudapi.net',
        entra: 'https://login.microsoftonline.us',
        audience: 'api://AzureADTokenExchangeUSGov',
        ml: 'https://ml.azure.us',
        storage: 'core.usgovcloudapi.net',
    },
    china: {
        arm: 'https://management.chinacloudapi.cn',
        entra: 'https://login.chinacloudapi.cn',
        audience: 'api://AzureADTokenExchangeChina',
        ml: 'https://ml.azure.cn',
        storage: 'core.chinacloudapi.cn',
    },
};
/**
 * The cloud of that name, with its two endpoints replaced where others are given (private clouds, the emulator).
 * @throws UserError for an unknown name, and for URLs that are not https
 */
function cloudOf(name, resourceManagerUrl = '', authorityHost = '') {
    if (!Object.hasOwn(clouds, name)) {
        throw new report/* UserError */.yo('bad-input', `cloud: ${(0,report/* quoted */.TL)(name)} is not known; use one of ${cloudNames.join(', ')}.`);
    }
    const hosts = clouds[name];
    const arm = resourceManagerUrl ? origin('resource-manager-url', resourceManagerUrl) : hosts.arm;
    return {
        name,
        resourceManagerUrl: arm,
        authorityHost: authorityHost ? origin('authority-host', authorityHost) : hosts.entra,
        isPrivate: authorityHost !== '',
        federationAudience: hosts.audience,
        studioUrl: hosts.ml,
        storageSuffix: hosts.storage,
        scopes: {
            management: `${arm}/.default`,
            storage: 'https://storage.azure.com/.default',
            ml: `${hosts.ml}/.default`,
        },
    };
}
/**
 * Whether a blob address belongs to the cloud's own storage service. Anybody who may register a dataset chooses the address that it points at,
 * and our token opens more than the data behind it. In a private cloud there is no telling, and every https address does.
 */
function isOwnStorage({ storageSuffix, isPrivate }, url) {
    const { protocol, hostname } = new URL(url);
    if (protocol !== 'https:')
        return false;
    // Accounts with a DNS zone endpoint: learn.microsoft.com, "Storage account overview".
    const suffixes = [
        `.blob.${storageSuffix}`,
        ...(storageSuffix === 'core.windows.net' ? ['.blob.storage.azure.net'] : []),
    ];
    return isPrivate || suffixes.some((suffix) => hostname.endsWith(suffix));
}
function origin(input, url) {
    const parsed = URL.canParse(url) ? new URL(url) : undefined;
    if (parsed?.protocol !== 'https:') {
        throw new report/* UserError */.yo('bad-input', `${input}: ${(0,report/* quoted */.TL)(url)} is not an https URL. Tokens are sent there, so it has to be one.`);
    }
    return `${parsed.origin}${parsed.pathname}`.replace(/\/+$/, '');
}

;// CONCATENATED MODULE: ./build/azureml/workspace.js



/** Milliseconds. Resource Manager counts requests by the minute, or by the hour: the hour is not worth a runner. */
const longestWait = 5 * 60_000;
/**
 * Opens a workspace. Nothing is asked of it yet; the ARM client is loaded only now. Every request of the client ends when the signal says so.
 */
async function openWorkspace(name, cloud, identity, signal, log) {
    const { AzureMachineLearningWorkspaces } = await __webpack_require__.e(/* import() */ 789).then(__webpack_require__.t.bind(__webpack_require__, 34789, 19));
    const client = new AzureMachineLearningWorkspaces(identity.credential, name.subscriptionId, {
        endpoint: cloud.resourceManagerUrl,
        credentialScopes: cloud.scopes.management,
        userAgentOptions: { userAgentPrefix: 'azureml-datasets' },
        retryOptions: retryOptions,
        additionalPolicies: [{ policy: watchPolicy(resourceManager, longestWait, log), position: 'perRetry' }],
    });
    client.pipeline.addPolicy({
        name: 'cancellation',
        sendRequest: (request, next) => {
            request.abortSignal ??= signal;
            return next(request);
        },
    });
    return { name, cloud, identity, client, log };
}
/**
 * `GET {workspace}`: where it is. Nothing else of ours asks for it, so that whoever may not read it may still use its data.
 * @throws UserError where it does not exist, or may not be read
 */
async function readLocation({ client, name }) {
    const found = await askingArm(`Reading workspace "${name.workspace}"`, () => client.workspaces.get(name.resourceGroup, name.workspace));
    return found.location ?? '';
}
/** `/subscriptions/…/workspaces/…`, as ARM writes it. */
function workspaceId({ subscriptionId, resourceGroup, workspace }) {
    return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.MachineLearningServices/workspaces/${workspace}`;
}
/** Whether two names mean the same workspace; Azure does not tell upper from lower case. */
function isSameWorkspace(a, b) {
    return workspaceId(a).toLowerCase() === workspaceId(b).toLowerCase();
}
const idPattern = /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/Microsoft\.MachineLearningServices\/workspaces\/([^/]+)\/?$/i;
/** Takes an ARM resource id of a workspace apart; undefined for what is not one. */
function parseWorkspaceId(id) {
    const [, subscriptionId, resourceGroup, workspace] = idPattern.exec(id) ?? [];
    return subscriptionId && resourceGroup && workspace ? { subscriptionId, resourceGroup, workspace } : undefined;
}
/** The text of an AzureML `config.json`; undefined where one of its three keys is missing: then it is some other file. */
function parseWorkspaceConfig(text) {
    const config = parseJson(text.replace(/^\ufeff/, '')); // PowerShell writes a byte order mark
    if (typeof config !== 'object' || config === null)
        return undefined;
    const { subscription_id, resource_group, workspace_name } = config;
    if (typeof subscription_id !== 'string' || typeof resource_group !== 'string' || typeof workspace_name !== 'string')
        return undefined;
    return { subscriptionId: subscription_id, resourceGroup: resource_group, workspace: workspace_name };
}
function parseJson(text) {
    try {
        return JSON.parse(text);
    }
    catch {
        return undefined;
    }
}
/**
 * The workspace that inputs and config file name together; inputs win over the file.
 * @throws UserError that lists what is missing
 */
function chooseWorkspace(inputs, config) {
    const whole = parseWorkspaceId(inputs.workspace);
    if (whole)
        return whole;
    if (inputs.workspace.includes('/')) {
        throw new report/* UserError */.yo('bad-input', 'workspace: this is neither the name of a workspace nor its whole ARM resource id (/subscriptions/…/workspaces/…).');
    }
    const chosen = {
        subscriptionId: inputs.subscriptionId || config?.subscriptionId || '',
        resourceGroup: inputs.resourceGroup || config?.resourceGroup || '',
        workspace: inputs.workspace || config?.workspace || '',
    };
    const missing = [
        !chosen.workspace && 'workspace',
        !chosen.resourceGroup && 'resource-group',
        !chosen.subscriptionId && 'subscription-id',
    ].filter(Boolean);
    if (missing.length === 0)
        return chosen;
    throw new report/* UserError */.yo('no-workspace', `Which workspace? Missing: ${missing.join(', ')}. Give the inputs, or an AzureML config.json in the checkout (is actions/checkout before this step?).`);
}

;// CONCATENATED MODULE: ./build/azureml/code-versions.js


/** `GET {workspace}/codes/{name}/versions/{version}`: its ARM id, or undefined where there is none. */
async function findCodeVersion(workspace, name, version) {
    const { resourceGroup, workspace: workspaceName } = workspace.name;
    const found = await findingInArm(`Reading code "${name}"`, () => workspace.client.codeVersions.get(resourceGroup, workspaceName, name, version));
    return found && codeId(workspace, name, version);
}
/** `PUT {workspace}/codes/{name}/versions/{version}`: registers a folder of blobs as code. Gives its ARM id. */
async function putCodeVersion(workspace, name, version, { codeUri, hash }) {
    const { resourceGroup, workspace: workspaceName } = workspace.name;
    const properties = { codeUri, isAnonymous: true, isArchived: false, properties: { content_hash: hash } };
    await askingArm('Registering the code of the job', () => workspace.client.codeVersions.createOrUpdate(resourceGroup, workspaceName, name, version, { properties }));
    return codeId(workspace, name, version);
}
function codeId({ name: workspace }, name, version) {
    return `${workspaceId(workspace)}/codes/${name}/versions/${version}`;
}

;// CONCATENATED MODULE: ./build/azureml/computes.js

/** The kind of a compute (`GET {workspace}/computes/{name}`), and where there is none of that name, which there are. */
async function findCompute({ client, name: workspace }, name) {
    const { resourceGroup, workspace: workspaceName } = workspace;
    const found = await findingInArm(`Reading compute "${name}"`, () => client.computeOperations.get(resourceGroup, workspaceName, name));
    if (found)
        return { compute: found.properties?.computeType ?? 'unknown', others: [] };
    const others = await askingArm('Listing the computes of the workspace', async () => {
        const names = [];
        for await (const { name: other } of client.computeOperations.list(resourceGroup, workspaceName))
            if (other)
                names.push(other);
        return names;
    });
    return { compute: undefined, others };
}

;// CONCATENATED MODULE: ./build/azureml/entra-refusals.js




/** Its name, as users read it. */
const entra = 'Microsoft Entra';
/** How to mend what Entra refuses, by its AADSTS code (learn.microsoft.com, "Microsoft Entra authentication error codes"). */
const remedies = {
    AADSTS70021: federatedSubject,
    AADSTS700211: federatedSubject,
    AADSTS700212: federatedSubject,
    AADSTS700213: federatedSubject,
    AADSTS700024: outsideItsTime,
    AADSTS500133: outsideItsTime,
    AADSTS700016: ({ clientId, tenantId }) => `There is no application ${clientId} in tenant ${tenantId}. Compare client-id and tenant-id with the application's overview page.`,
    AADSTS90002: ({ tenantId }) => `There is no tenant ${tenantId}. Compare tenant-id, and cloud if it is not the public one.`,
    endpoints_resolution_error: ({ tenantId }) => `There is no tenant ${tenantId}. Compare tenant-id, and cloud if it is not the public one.`,
    AADSTS7000215: ({ clientId }) => `What was given is not a secret of application ${clientId}: it is the secret's value that is asked for, not its id.`,
    AADSTS7000222: ({ clientId }) => `The client secret of application ${clientId} has expired. Make a new one, or use OIDC.`,
};
/** Refusals that may come of a wrong clock. */
const timeCodes = ['AADSTS700024', 'AADSTS500133'];
function outsideItsTime({ seen }) {
    const isRight = seen?.skew !== undefined && describeSkew(seen.skew) === undefined;
    return isRight
        ? 'The id token was outside its time, though the clock of this runner is right: the request was held up for minutes. Run again.'
        : 'The id token is outside its time: the clock of the runner is wrong, or the request was held up for minutes.';
}
function federatedSubject({ clientId, audience = '', subject = 'unknown' }) {
    return (`Application ${clientId} has no federated credential for this job, whose subject is ${(0,report/* quoted */.TL)(subject)}. Add one: ` +
        `az ad app federated-credential create --id ${clientId} --parameters ` +
        `'{"name":"github","issuer":"https://token.actions.githubusercontent.com","subject":${(0,report/* quoted */.TL)(subject)},"audiences":[${(0,report/* quoted */.TL)(audience)}]}'`);
}
/** What `@azure/identity` throws where a sign-in fails, besides UserErrors of our own callbacks. */
const libraryErrors = ['AuthenticationError', 'AuthenticationRequiredError', 'CredentialUnavailableError'];
/** Turns what `@azure/identity` throws into an instruction. Errors that are not Entra's come back as they are. */
function explainEntraRefusal(error, refusal) {
    if (error instanceof report/* UserError */.yo || !(error instanceof Error))
        return error;
    return explainSighting(refusal.seen, error) ?? explainAnswer(error, refusal);
}
/** What the library keeps to itself: that nobody answered, somebody else did, or Entra is too busy. */
function explainSighting({ trouble, status = 0 } = {}, error) {
    const options = { cause: error };
    if (trouble instanceof ForeignAnswer) {
        const text = `The sign-in failed: ${foreignAnswer(entra, trouble.status)}`;
        return new report/* UserError */.yo('azure-unreachable', text, options);
    }
    if (trouble instanceof LongWait || status === 429) {
        const pause = trouble instanceof LongWait ? ` and asks for a pause of ${trouble.wait}` : '';
        const text = `The sign-in failed: ${entra} gets too many requests${pause}. Run again later.`;
        return new report/* UserError */.yo('throttled', text, options);
    }
    if (trouble instanceof Error && trouble.name === 'RestError') {
        const { code = '' } = trouble;
        const text = `The sign-in failed: ${unreachable(entra, code)} If authority-host is given, check it too.`;
        return new report/* UserError */.yo('azure-unreachable', text, options);
    }
    if (status < 500)
        return undefined;
    const text = `The sign-in failed: ${entra} answered ${status}, several times. Run again later, and look at https://status.azure.com.`;
    return new report/* UserError */.yo('azure-refused', text, options);
}
function explainAnswer(error, refusal) {
    const text = (0,report/* messageOf */.bD)(error);
    // MSAL's own code, where the tenant's configuration could not be read: it keeps what Entra said to itself.
    const code = /AADSTS\d+|endpoints_resolution_error/.exec(text)?.[0];
    const wrongClock = code && timeCodes.includes(code)
        ? clockError(`${entra} refused the sign-in (${code}).`, refusal.seen?.skew, error)
        : undefined;
    if (wrongClock)
        return wrongClock;
    const remedy = code ? remedies[code]?.({ clientId: 'unknown', tenantId: 'unknown', ...refusal }) : undefined;
    if (remedy)
        return new report/* UserError */.yo('sign-in-refused', `${entra} refused the sign-in (${code}). ${remedy}`, { cause: error });
    if (refusal.isManaged) {
        const message = `The managed identity ${refusal.clientId} gave no token: is it assigned to this runner? To sign in by OIDC, give tenant-id as well. (${summary(text)})`;
        return new report/* UserError */.yo('sign-in-refused', message, { cause: error });
    }
    if (code || libraryErrors.includes(error.name)) {
        // Before its code, the library writes numbers and a time.
        const said = code ? text.slice(text.indexOf(code)) : text;
        return new report/* UserError */.yo('sign-in-refused', `The sign-in failed: ${summary(said)}`, { cause: error });
    }
    return error;
}
/** Entra's texts go on with trace ids and stack traces over many lines; the first says what happened. */
function summary(text) {
    return (0,report/* quoted */.TL)(text.split(/\r?\n| Trace ID:| - Correlation ID:/, 1)[0]?.slice(0, 500) ?? '').slice(1, -1);
}

;// CONCATENATED MODULE: ./build/azureml/explaining-credential.js

/** Tokens are renewed so long before they expire. */
const renewalMargin = 5 * 60_000;
/** After a renewal that failed, the next is tried so much later, as long as there is a token. */
const pause = 10_000;
/**
 * A credential that keeps its tokens for the several clients that ask for them (the library asks Entra, and GitHub, each time anew), and whose
 * failures read as instructions. A renewal that fails is no failure while the token is still good: the clients renew ahead of time in the
 * background, where nobody catches an error and it would end the process.
 */
function explaining(credential, context) {
    const tokens = new Map();
    return {
        async getToken(scopes, options = {}) {
            const key = [scopes].flat().join(' ');
            const now = Date.now();
            const kept = options.claims ? undefined : tokens.get(key);
            if (kept && now < kept.renewAt)
                return kept.token;
            try {
                const token = await credential.getToken(scopes, options);
                if (token)
                    tokens.set(key, { token, renewAt: token.expiresOnTimestamp - renewalMargin });
                return token;
            }
            catch (error) {
                if (!kept || kept.token.expiresOnTimestamp <= now)
                    throw explainEntraRefusal(error, context);
                tokens.set(key, { token: kept.token, renewAt: Math.min(now + pause, kept.token.expiresOnTimestamp) });
                return kept.token;
            }
        },
    };
}

;// CONCATENATED MODULE: ./build/azureml/jwt.js
/** The claims of a JWT, unverified: for what we tell the user about a token, never for a decision. Empty for what is no JWT. */
function claimsOf(jwt) {
    try {
        const claims = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString());
        return typeof claims === 'object' && claims !== null ? { ...claims } : {};
    }
    catch {
        return {};
    }
}

;// CONCATENATED MODULE: ./build/azureml/credentials.js





/** No credentials were given or found. What `on-missing-credentials: skip` forgives; a refused sign-in is not this. */
class MissingCredentials extends report/* UserError */.yo {
}
/**
 * Signs in. Credentials that are given are final; with none, the environment, a managed identity and the Azure CLI are tried in turn.
 * A management token is got at once, so that a failure to sign in shows here and not in the middle of the work.
 * @throws MissingCredentials, or UserError with what Entra refused
 */
async function signIn(settings, cloud, idToken, log) {
    if (settings.clientSecret)
        log.mask(settings.clientSecret);
    const library = await __webpack_require__.e(/* import() */ 563).then(__webpack_require__.bind(__webpack_require__, 25563));
    const identity = givenIdentity(library, settings, cloud, idToken, log) ?? (await foundIdentity(library, cloud, log));
    await within(60_000, identity.credential.getToken(cloud.scopes.management), `Signing in with ${identity.description}: `);
    log.info(`Signed in to Azure with ${identity.description}.`);
    return identity;
}
/** The identity that the inputs name, or undefined where they name none. */
function givenIdentity(library, settings, cloud, idToken, log) {
    const { clientId, tenantId, clientSecret } = settings;
    requirePlainIds({ 'client-id': clientId, 'tenant-id': tenantId });
    if (clientSecret) {
        requireInputs({ 'client-id': clientId, 'tenant-id': tenantId }, 'client-secret');
        const seen = {};
        const credential = new library.ClientSecretCredential(tenantId, clientId, clientSecret, entraOptions(cloud, log, seen));
        return {
            credential: explaining(credential, { clientId, tenantId, seen }),
            description: `the client secret of application ${clientId}`,
        };
    }
    if (clientId && tenantId)
        return federatedIdentity(library, clientId, tenantId, cloud, idToken, log);
    if (tenantId)
        requireInputs({ 'client-id': clientId }, 'tenant-id');
    if (!clientId)
        return undefined;
    const credential = new library.ManagedIdentityCredential({ clientId });
    return {
        credential: explaining(credential, { clientId, isManaged: true }),
        description: `the managed identity ${clientId}`,
    };
}
/** OIDC: every request to Entra carries an id token that GitHub made for it, so nothing expires while the job runs. */
function federatedIdentity(library, clientId, tenantId, cloud, idToken, log) {
    if (!idToken) {
        throw new MissingCredentials('no-id-token', 'GitHub gives this job no id token, so it cannot sign in to Azure by OIDC. Add "permissions: id-token: write" to the job. ' +
            'Runs from forks and from Dependabot never get one: set "on-missing-credentials: skip" to let them pass without data.');
    }
    const seen = {};
    const context = { clientId, tenantId, audience: cloud.federationAudience, seen };
    const assertion = async () => {
        const token = await idToken(cloud.federationAudience);
        const { sub } = claimsOf(token); // who GitHub says that we are; not a secret
        context.subject = sub === undefined ? undefined : String(sub);
        return token;
    };
    const credential = new library.ClientAssertionCredential(tenantId, clientId, assertion, entraOptions(cloud, log, seen));
    return { credential: explaining(credential, context), description: `OIDC as application ${clientId}` };
}
/** Milliseconds, so that three waits in a row end before the patience of {@link signIn}. */
const credentials_longestWait = 15_000;
/**
 * How the sign-in library reaches Entra, and tells what it sees there. Entra's list of clouds does not hold private ones, so that discovery
 * is switched off for them.
 */
function entraOptions({ authorityHost, isPrivate }, log, seen) {
    const policy = watchPolicy(entra, credentials_longestWait, log, seen);
    return {
        authorityHost,
        disableInstanceDiscovery: isPrivate,
        retryOptions: retryOptions,
        additionalPolicies: [{ policy, position: 'perRetry' }],
    };
}
/** The first of the machine's own identities that gives a token. */
async function foundIdentity(library, cloud, log) {
    const misses = [];
    for (const { description, credential, patience, seen } of machineIdentities(library, cloud, log)) {
        try {
            const kept = explaining(credential, { ...contextOfEnvironment(), seen });
            await within(patience, kept.getToken(cloud.scopes.management));
            return { credential: kept, description };
        }
        catch (error) {
            // Variables that are set and refused are the error; variables that are not set are a reason to go on.
            if (description === environmentVariables && !isUnavailable(error))
                throw error;
            misses.push(`${description} (${firstLine((0,report/* messageOf */.bD)(error))})`);
        }
    }
    throw new MissingCredentials('no-credentials', `There is nothing to sign in to Azure with. Give client-id and tenant-id, and the job "permissions: id-token: write". Also tried: ${misses.join('; ')}.`);
}
const environmentVariables = 'the environment variables AZURE_…';
/** Who the environment says that we are, for the errors. */
function contextOfEnvironment() {
    const { AZURE_CLIENT_ID: clientId, AZURE_TENANT_ID: tenantId } = process.env;
    return { ...(clientId ? { clientId } : {}), ...(tenantId ? { tenantId } : {}) };
}
function machineIdentities(library, cloud, log) {
    const environment = {};
    const workload = {};
    const federated = process.env.AZURE_FEDERATED_TOKEN_FILE
        ? [
            {
                description: 'workload identity',
                credential: new library.WorkloadIdentityCredential(entraOptions(cloud, log, workload)),
                patience: 30_000,
                seen: workload,
            },
        ]
        : [];
    return [
        {
            description: environmentVariables,
            credential: new library.EnvironmentCredential(entraOptions(cloud, log, environment)),
            patience: 30_000,
            seen: environment,
        },
        ...federated,
        // Off Azure nothing answers at the metadata address, so that a longer wait would be felt by everyone.
        {
            description: 'the managed identity',
            credential: new library.ManagedIdentityCredential(),
            patience: 1000,
            seen: {},
        },
        { description: 'the Azure CLI', credential: new library.AzureCliCredential(), patience: 30_000, seen: {} },
    ];
}
async function within(milliseconds, work, what = '') {
    let timer;
    const timeout = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new report/* UserError */.yo('sign-in-refused', `${what}no answer within ${milliseconds / 1000} s`)), milliseconds);
    });
    try {
        return await Promise.race([work, timeout]);
    }
    finally {
        clearTimeout(timer);
    }
}
function requireInputs(inputs, because) {
    const missing = Object.keys(inputs).filter((name) => !inputs[name]);
    if (missing.length === 0)
        return;
    throw new report/* UserError */.yo('bad-input', `${because} is given, but not ${missing.join(' and ')}. Give them together.`);
}
/** Ids are GUIDs or, for a tenant, a domain. Others are refused by the library in words that nobody understands. */
function requirePlainIds(inputs) {
    for (const [name, value] of Object.entries(inputs)) {
        if (!/^[\w.-]*$/.test(value))
            throw new report/* UserError */.yo('bad-input', `${name}: ${(0,report/* quoted */.TL)(value)} is not an id: it has characters that no id has.`);
    }
}
/** The library also calls a credential unavailable when Entra does not answer; that has a code of its own by now. */
function isUnavailable(error) {
    if (!(error instanceof report/* UserError */.yo) || error.code !== 'sign-in-refused')
        return false;
    return error.cause instanceof Error && error.cause.name === 'CredentialUnavailableError';
}
function firstLine(text) {
    return text.split('\n', 1)[0]?.slice(0, 200) ?? '';
}

;// CONCATENATED MODULE: ./build/azureml/data-assets.js


/** `GET {workspace}/data/{name}`; undefined where there is no such asset. */
async function findDataContainer(workspace, name) {
    const { resourceGroup, workspace: workspaceName } = workspace.name;
    const container = await findingInArm(`Reading dataset "${name}"`, () => workspace.client.dataContainers.get(resourceGroup, workspaceName, name));
    return (container && {
        latestVersion: container.properties.latestVersion,
        nextVersion: container.properties.nextVersion ?? '1',
    });
}
/** `GET {workspace}/data/{name}/versions/{version}`; undefined where there is no such version. */
async function findDataVersion(workspace, name, version) {
    const { resourceGroup, workspace: workspaceName } = workspace.name;
    const found = await findingInArm(`Reading dataset "${name}" version ${version}`, () => workspace.client.dataVersions.get(resourceGroup, workspaceName, name, version));
    return found && toDataVersion(workspace, name, found);
}
/** `GET {workspace}/data/{name}/versions`: the newest first, by default without archived ones; empty where there is no such asset. */
async function listDataVersions(workspace, name, view = 'ActiveOnly') {
    const { resourceGroup, workspace: workspaceName } = workspace.name;
    const versions = await findingInArm(`Listing the versions of dataset "${name}"`, () => collect(workspace.client.dataVersions.list(resourceGroup, workspaceName, name, { listViewType: view })));
    return (versions ?? []).map((version) => toDataVersion(workspace, name, version));
}
/** `GET {workspace}/data`: the names of all data assets, archived ones too. */
async function listDataNames(workspace) {
    const { resourceGroup, workspace: workspaceName } = workspace.name;
    const containers = await askingArm('Listing the datasets of the workspace', () => collect(workspace.client.dataContainers.list(resourceGroup, workspaceName, { listViewType: 'All' })));
    return containers.flatMap(({ name }) => name ?? []);
}
/**
 * `PUT {workspace}/data/{name}/versions/{version}`. An existing version with another `dataUri` cannot be changed: the service
 * refuses it with 409 (older services with 400), and that is no error but the answer `taken`, with the reason it gave.
 */
async function putDataVersion(workspace, name, version, { dataType, dataUri, description, tags }) {
    const { resourceGroup, workspace: workspaceName } = workspace.name;
    const properties = { dataType, dataUri, description, tags: { ...tags }, isAnonymous: false, isArchived: false };
    return askingArm(`Registering dataset "${name}" version ${version}`, async () => {
        try {
            await workspace.client.dataVersions.createOrUpdate(resourceGroup, workspaceName, name, version, { properties });
            return { taken: false, reason: '' };
        }
        catch (error) {
            const failure = armFailure(error);
            const isRefused = failure?.status === 400 || failure?.status === 409;
            if (!failure || !isRefused || isManagersOwn(failure))
                throw error;
            return { taken: true, reason: failure.message };
        }
    });
}
async function collect(items) {
    const all = [];
    for await (const item of items)
        all.push(item);
    return all;
}
/** In the service's answer, `name` is the version; the name of the asset is in the address only. */
function toDataVersion(workspace, name, { name: version = '', properties }) {
    const tags = Object.entries(properties.tags ?? {}).filter((tag) => typeof tag[1] === 'string');
    return {
        id: `${workspaceId(workspace.name)}/data/${name}/versions/${version}`,
        name,
        version,
        dataType: properties.dataType,
        dataUri: properties.dataUri,
        tags: Object.fromEntries(tags),
        isArchived: properties.isArchived ?? false,
    };
}

;// CONCATENATED MODULE: ./build/azureml/data-uri.js

const longForm = /^azureml:\/\/subscriptions\/([^/]+)\/resourcegroups\/([^/]+)\/(?:providers\/[^/]+\/)?workspaces\/([^/]+)\/datastores\/([^/]+)(?:\/(.*))?$/i;
const shortForm = /^azureml:\/\/datastores\/([^/]+)(?:\/(.*))?$/i;
const jobForm = /^azureml:\/\/jobs\/([^/]+)\/outputs\/([^/]+)(?:\/paths)?(?:\/(.*))?$/i;
/**
 * Takes a `dataUri` apart. Paths of `azureml://` URIs are kept as they are, those of the others are percent-decoded.
 * @throws UserError that names the form, for forms that cannot be staged (registries, other web sites)
 */
function parseDataUri(uri) {
    const long = longForm.exec(uri);
    if (long) {
        const [, subscriptionId = '', resourceGroup = '', workspace = '', datastore = '', path] = long;
        return { kind: 'datastore', datastore, path: pathOf(path), workspace: { subscriptionId, resourceGroup, workspace } };
    }
    const short = shortForm.exec(uri);
    if (short)
        return { kind: 'datastore', datastore: short[1] ?? '', path: pathOf(short[2]) };
    const job = jobForm.exec(uri);
    if (job)
        return { kind: 'job-output', job: job[1] ?? '', output: job[2] ?? '', path: job[3] ?? '' };
    return parseStorageUrl(uri) ?? unsupported(uri);
}
/** The service writes `/paths/…`; run artifacts come without it (`azureml://datastores/workspaceartifactstore/ExperimentRun/…`). */
function pathOf(rest = '') {
    return rest === 'paths' ? '' : rest.replace(/^paths\//, '');
}
/** Scheme, container (before `@`), host with its port, and path; read from the text itself, as `URL` would encode a path that is not. */
const storageForm = /^(https?|wasbs|abfss):\/\/(?:([^/@]*)@)?([^/@]+)(?:\/(.*))?$/is;
function parseStorageUrl(uri) {
    const [, scheme = '', user = '', host = '', path = ''] = storageForm.exec(uri.replace(/[?#].*$/s, '')) ?? [];
    if (!URL.canParse(`https://${host}/`))
        return undefined;
    const [, accountName = '', endpoint = ''] = /^([^.:]+)\.(?:blob|dfs)\.(.+)$/i.exec(host) ?? [];
    const protocol = scheme.toLowerCase() === 'http' ? 'http' : 'https';
    const accountUrl = accountName ? `${protocol}://${accountName}.blob.${endpoint}` : '';
    if (!scheme.toLowerCase().startsWith('http')) {
        return accountName && isContainerName(user) ? blobUri(accountUrl, accountName, user, path) : undefined;
    }
    return accountName ? inAccount(accountUrl, accountName, path) : behindAddress(`${protocol}://${host}`, host, path);
}
/** `https://{account}.blob.{endpoint}/{container}/{path}` */
function inAccount(accountUrl, accountName, path) {
    const [container = '', ...rest] = path.split('/');
    return isContainerName(container) ? blobUri(accountUrl, accountName, container, rest.join('/')) : undefined;
}
/** The same with the account in the path, as Azurite has it: `https://{address}/{account}/{container}/{path}`. */
function behindAddress(origin, host, path) {
    const [accountName = '', ...rest] = path.split('/');
    return isAddress(host.replace(/:\d+$/, ''))
        ? inAccount(`${origin}/${accountName}`, accountName, rest.join('/'))
        : undefined;
}
function blobUri(accountUrl, accountName, containerName, encodedPath) {
    const url = `${accountUrl}/${containerName}`;
    return { kind: 'blob', accountName, containerName, url, path: decodePath(encodedPath) };
}
/** Letters, digits and hyphens; `$web` and the like are the service's own. */
function isContainerName(name) {
    return /^\$?[a-z0-9-]+$/i.test(name);
}
function decodePath(path) {
    try {
        return decodeURIComponent(path);
    }
    catch {
        return path; // a literal percent sign: the URL was never encoded
    }
}
/** Whether a host is an IP address or this machine, where the storage account goes into the path. */
function isAddress(host) {
    return host === 'localhost' || /^\d+(\.\d+){3}$/.test(host) || /^\[.*\]$/.test(host);
}
function unsupported(uri) {
    const form = /^azureml:\/\/registries\//i.test(uri)
        ? 'an asset of a registry'
        : /^azureml:\/\/locations\//i.test(uri)
            ? 'the id of another asset'
            : `a ${(0,report/* quoted */.TL)(`${uri.split(':', 1)[0]}:`)} address that is not Azure Blob Storage`;
    throw new report/* UserError */.yo('data-uri-unsupported', `The dataset points at ${form} (${(0,report/* quoted */.TL)(uri.split('?', 1)[0] ?? '')}), which cannot be staged. Supported: azureml:// paths of datastores and job outputs, and https, wasbs and abfss addresses of Azure Blob Storage and ADLS Gen2.`);
}
/** `azureml://subscriptions/…/datastores/{datastore}/paths/{path}`: the form that means the same in every workspace. */
function datastoreUri(workspace, datastore, path) {
    const { subscriptionId, resourceGroup, workspace: name } = workspace;
    return `azureml://subscriptions/${subscriptionId}/resourcegroups/${resourceGroup}/workspaces/${name}/datastores/${datastore}/paths/${path}`;
}
/** `azureml://datastores/{datastore}/paths/{path}`: without the subscription id, so that it may be an output of a step. */
function shortUri(uri) {
    const long = longForm.exec(uri);
    return long ? `azureml://datastores/${long[4]}/paths/${pathOf(long[5])}` : (uri.split('?', 1)[0] ?? '');
}
/** Whether two URIs mean the same: the service expands the short form, folds the case of `resourceGroups` and adds a slash to folders. */
function sameDataUri(a, b, workspace) {
    return normalised(a, workspace) === normalised(b, workspace);
}
function normalised(uri, here) {
    const parsed = longForm.test(uri) || shortForm.test(uri) ? parseDataUri(uri) : undefined;
    if (parsed?.kind !== 'datastore')
        return uri.replace(/\/$/, '');
    const { subscriptionId, resourceGroup, workspace } = parsed.workspace ?? here;
    const home = `${subscriptionId}/${resourceGroup}/${workspace}/${parsed.datastore}`.toLowerCase();
    return `${home}/${parsed.path.replace(/\/$/, '')}`;
}

;// CONCATENATED MODULE: ./build/azureml/data-location.js




/**
 * Finds what a `dataUri` points at and opens its container for reading.
 * @throws UserError for forms that cannot be staged, and for what is missing or refused on the way
 */
async function locateData(workspace, access, uri, signal) {
    const parsed = parseDataUri(uri);
    switch (parsed.kind) {
        case 'datastore':
            return locateInDatastore(workspace, access, parsed, signal);
        case 'blob': {
            const path = trimSlashes(parsed.path);
            return { container: await access.openLocation(workspace, parsed, path, signal), path };
        }
        case 'job-output': {
            const output = await jobOutputUri(workspace, parsed.job, parsed.output);
            return locateData(workspace, access, `${output.replace(/\/$/, '')}/${parsed.path}`, signal);
        }
    }
}
async function locateInDatastore(here, access, uri, signal) {
    const workspace = uri.workspace ? await workspaceOf(here, uri.workspace, signal) : here;
    const datastore = await access.datastore(workspace, uri.datastore);
    const path = trimSlashes(uri.path);
    return { container: await access.open(workspace, datastore, path, 'read', signal), path };
}
/** Data may lie in a datastore of another workspace; the same identity opens that one. */
async function workspaceOf(here, name, signal) {
    return isSameWorkspace(name, here.name) ? here : openWorkspace(name, here.cloud, here.identity, signal, here.log);
}
/** `GET {workspace}/jobs/{job}` → `properties.outputs.{output}.uri`. */
async function jobOutputUri(workspace, job, output) {
    const { resourceGroup, workspace: workspaceName } = workspace.name;
    const found = await findingInArm(`Reading job "${job}"`, () => workspace.client.jobs.get(resourceGroup, workspaceName, job));
    // The typed client knows `outputs` of some job types only, but keeps what the service sends.
    const outputs = found?.properties?.outputs;
    const uri = outputs?.[output]?.uri;
    if (uri)
        return uri;
    throw new report/* UserError */.yo('job-output-not-found', `The dataset points at output "${output}" of AzureML job "${job}", and there is no such ${found ? 'output' : 'job'}.`);
}
function trimSlashes(path) {
    return path.replace(/^\/+|\/+$/g, '');
}

;// CONCATENATED MODULE: ./build/azureml/datastores.js




/**
 * The datastore of that name (`GET {workspace}/datastores/{name}`).
 * @throws UserError that names the datastores there are, or the kinds that are supported
 */
async function getDatastore(workspace, name) {
    const { resourceGroup, workspace: workspaceName } = workspace.name;
    const found = await findingInArm(`Reading datastore "${name}"`, () => workspace.client.datastores.get(resourceGroup, workspaceName, name));
    if (found)
        return toDatastore(found, workspace);
    const names = (await listDatastores(workspace)).map((datastore) => datastore.name ?? '');
    const near = (0,report/* nearest */.pA)(name, names);
    throw new report/* UserError */.yo('datastore-not-found', `Datastore ${(0,report/* quoted */.TL)(name)} does not exist in workspace "${workspaceName}". ${near.length > 0 ? `Did you mean ${(0,report/* listed */.KE)(near)}? ` : ''}There are: ${(0,report/* listed */.KE)(names)}.`);
}
/** The workspace's default datastore (`GET {workspace}/datastores?isDefault=true`). */
async function getDefaultDatastore(workspace) {
    const [datastore] = await listDatastores(workspace, true);
    if (datastore)
        return toDatastore(datastore, workspace);
    throw new report/* UserError */.yo('datastore-not-found', `Workspace "${workspace.name.workspace}" has no default datastore. Name one with default-datastore.`);
}
/** All datastores that hold blobs, for finding the one that a blob address belongs to. */
async function listBlobDatastores(workspace) {
    const datastores = await listDatastores(workspace);
    return datastores.filter(holdsBlobs).map((datastore) => toDatastore(datastore, workspace));
}
async function listDatastores(workspace, isDefault) {
    const { resourceGroup, workspace: workspaceName } = workspace.name;
    return askingArm(`Listing the datastores of workspace "${workspaceName}"`, async () => {
        const datastores = [];
        for await (const datastore of workspace.client.datastores.list(resourceGroup, workspaceName, isDefault ? { isDefault } : {})) {
            datastores.push(datastore);
        }
        return datastores;
    });
}
/**
 * The account key, SAS (without a leading `?`) or client secret that a datastore keeps, masked before anybody sees it
 * (`POST {workspace}/datastores/{name}/listSecrets`).
 */
async function readDatastoreSecret(workspace, name) {
    const { resourceGroup, workspace: workspaceName } = workspace.name;
    const answer = await askingArm(`Reading the credentials of datastore "${name}"`, () => workspace.client.datastores.listSecrets(resourceGroup, workspaceName, name));
    const { key, sasToken, clientSecret } = answer;
    const secret = key ?? sasToken?.replace(/^\?/, '') ?? clientSecret ?? '';
    if (!secret)
        throw new report/* UserError */.yo('datastore-secret-missing', `the workspace gave no secret for datastore "${name}"`);
    for (const form of [secret, ...signaturesIn(secret)])
        workspace.log.mask(form);
    return secret;
}
/** The signature of a SAS, as it is and as it stands in a URL: each would do as a key. */
function signaturesIn(secret) {
    const signature = secret.includes('sig=') ? new URLSearchParams(secret).get('sig') : null;
    return signature ? [signature, encodeURIComponent(signature)] : [];
}
function holdsBlobs({ properties }) {
    return properties.datastoreType === 'AzureBlob' || properties.datastoreType === 'AzureDataLakeGen2';
}
function toDatastore(datastore, { cloud, name }) {
    const shown = `${(0,report/* quoted */.TL)(datastore.name ?? '')} of workspace "${name.workspace}"`;
    if (!holdsBlobs(datastore)) {
        throw new report/* UserError */.yo('datastore-unsupported', `Datastore ${shown} is of kind ${datastore.properties.datastoreType}. Supported are Azure Blob Storage (AzureBlob) and ADLS Gen2 (AzureDataLakeGen2).`);
    }
    const properties = datastore.properties;
    const containerName = 'filesystem' in properties ? properties.filesystem : properties.containerName;
    const { accountName } = properties;
    const endpoint = properties.endpoint ?? cloud.storageSuffix;
    const protocol = properties.protocol ?? 'https';
    if (!accountName || !containerName) {
        throw new report/* UserError */.yo('datastore-unsupported', `Datastore ${shown} has no storage account or container. Its definition is broken: create it anew (${workspaceId(name)}).`);
    }
    return {
        name: datastore.name ?? '',
        location: { accountName, containerName, url: containerUrl(protocol, accountName, endpoint, containerName) },
        credentials: toCredentials(properties),
    };
}
/** Behind an address (Azurite, with or without a port) the account goes into the path. */
function containerUrl(protocol, account, endpoint, container) {
    const host = endpoint.replace(/:\d+$/, '');
    return isAddress(host)
        ? `${protocol}://${endpoint}/${account}/${container}`
        : `${protocol}://${account}.blob.${endpoint}/${container}`;
}
function toCredentials({ credentials }) {
    if (credentials.credentialsType !== 'ServicePrincipal')
        return { kind: credentials.credentialsType };
    const { tenantId, clientId, authorityUrl } = credentials;
    return { kind: 'ServicePrincipal', tenantId, clientId, authorityUrl };
}

;// CONCATENATED MODULE: ./build/azureml/environments.js



/** Environments that are made for one job all have this name, as those of the CLI: their version is the hash of what they hold. */
const anonymous = 'CliV2AnonymousEnvironment';
/** `PUT {workspace}/environments/…/versions/{hash}`: an environment without a name. Gives its ARM id. */
async function putAnonymousEnvironment(workspace, hash, environment) {
    const { resourceGroup, workspace: workspaceName } = workspace.name;
    const { image, condaFile, build, osType } = environment;
    const given = { ...(image ? { image } : {}), ...(condaFile ? { condaFile } : {}), ...(build ? { build } : {}) };
    await askingArm('Registering the environment of the job', () => workspace.client.environmentVersions.createOrUpdate(resourceGroup, workspaceName, anonymous, hash, {
        properties: { ...given, osType, isAnonymous: true },
    }));
    return environmentId(workspace, anonymous, hash);
}
/** `GET {workspace}/environments/{name}`: the ARM id of the version that was made last. @throws UserError where there is none */
async function findLatestEnvironment(workspace, name) {
    const { resourceGroup, workspace: workspaceName } = workspace.name;
    const found = await findingInArm(`Reading environment "${name}"`, async () => {
        const versions = workspace.client.environmentVersions.list(resourceGroup, workspaceName, name, {
            orderBy: 'createdtime desc',
            top: 1,
        });
        for await (const { name: version } of versions)
            return version;
        return undefined;
    });
    if (found)
        return environmentId(workspace, name, found);
    throw new report/* UserError */.yo('bad-job', `Environment "${name}" does not exist in workspace "${workspaceName}", or has no version. Those of Microsoft are named azureml://registries/azureml/environments/….`);
}
function environmentId({ name: workspace }, name, version) {
    return `${workspaceId(workspace)}/environments/${name}/versions/${version}`;
}

// EXTERNAL MODULE: ./node_modules/@azure/core-rest-pipeline/dist/esm/index.js + 82 modules
var esm = __webpack_require__(61340);
;// CONCATENATED MODULE: ./build/azureml/jobs.js



/**
 * The version of the interface that jobs are written with. The typed client (2022-10-01) drops `uri` and `mode` of inputs and outputs, and knows
 * neither queues nor named outputs; this is the version with which the Python SDK submits.
 */
const jobsApiVersion = '2023-04-01-preview';
/** Milliseconds: a step that is told to stop has few. */
const cancelPatience = 4000;
/** `PUT {workspace}/jobs/{name}`. Sent again, it is the same job. @throws UserError with what AzureML says */
async function putJob(workspace, name, body, headers = {}) {
    return askingArm(`Submitting job "${name}"`, async () => toState(await send(workspace, 'PUT', `/jobs/${name}`, body, headers)));
}
/** `GET {workspace}/jobs/{name}`; undefined where there is no such job. */
async function findJob(workspace, name) {
    return findingInArm(`Reading job "${name}"`, async () => toState(await send(workspace, 'GET', `/jobs/${encodeURIComponent(name)}`)));
}
/** `POST {workspace}/jobs/{name}/cancel`. It is sent also when the step was told to stop, and not waited for: the job's status tells. */
async function cancelJob(workspace, name) {
    const signal = AbortSignal.timeout(cancelPatience);
    await askingArm(`Cancelling job "${name}"`, () => send(workspace, 'POST', `/jobs/${name}/cancel`, undefined, {}, signal));
}
/** `GET {workspace}/jobs?tag={tag}`: jobs that have a tag. */
async function listJobs(workspace, tag) {
    return askingArm('Listing the jobs of the workspace', async () => {
        const jobs = [];
        let next = `/jobs?tag=${encodeURIComponent(tag)}`;
        while (next !== undefined) {
            const page = (await send(workspace, 'GET', next));
            jobs.push(...(page.value ?? []).map(toState));
            next = page.nextLink || undefined;
        }
        return jobs;
    });
}
function toState(answer) {
    const { name = '', properties = {} } = answer;
    const outputs = Object.entries(properties.outputs ?? {}).flatMap(([output, value]) => value?.uri ? [[output, value.uri]] : []);
    return {
        name,
        status: properties.status ?? 'Unknown',
        displayName: properties.displayName ?? '',
        tags: properties.tags ?? {},
        properties: properties.properties ?? {},
        studioUrl: properties.services?.Studio?.endpoint ?? '',
        outputs: Object.fromEntries(outputs),
    };
}
/**
 * Sends a request through the client's own pipeline: signed in, watched and retried as all others, but with the body as it is.
 * @param path below the workspace, or a whole URL that the service gave
 * @throws RestError for every status that is not good, as the typed client does
 */
async function send({ client, cloud, name }, method, path, body, headers = {}, signal) {
    const url = new URL(path.startsWith('https:') ? path : `${cloud.resourceManagerUrl}${workspaceId(name)}${path}`);
    if (!url.searchParams.has('api-version'))
        url.searchParams.set('api-version', jobsApiVersion);
    const request = (0,esm.createPipelineRequest)({ url: url.href, method, ...(body ? { body: JSON.stringify(body) } : {}) });
    if (signal)
        request.abortSignal = signal;
    request.headers.set('accept', 'application/json');
    if (body)
        request.headers.set('content-type', 'application/json');
    for (const [header, value] of Object.entries(headers))
        request.headers.set(header, value);
    const response = await client.sendRequest(request);
    const { status, bodyAsText } = response;
    const answer = parsed(bodyAsText);
    if (status < 300)
        return answer;
    const { code, message } = answer?.error ?? {};
    throw new esm.RestError(message ?? bodyAsText ?? '', { statusCode: status, request, response, ...(code ? { code } : {}) });
}
function parsed(text) {
    try {
        return JSON.parse(text ?? '');
    }
    catch {
        return undefined;
    }
}

// EXTERNAL MODULE: ./node_modules/valibot/dist/index.mjs
var dist = __webpack_require__(77934);
;// CONCATENATED MODULE: ./build/azureml/permissions.js




const permissionList = dist/* object */.Ikc({
    value: dist/* array */.YOg(dist/* object */.Ikc({ actions: dist/* array */.YOg(dist/* string */.YjP()), notActions: dist/* array */.YOg(dist/* string */.YjP()) })),
    nextLink: dist/* nullish */.cl6(dist/* string */.YjP()),
});
const errorBody = dist/* object */.Ikc({ error: dist/* object */.Ikc({ code: dist/* string */.YjP(), message: dist/* string */.YjP() }) });
/** Whether any of the roles allows an action: what one takes back, another may give. */
function allowsAction(permissions, action) {
    const isAmong = (patterns) => patterns.some((pattern) => matchesAction(pattern, action));
    return permissions.some(({ actions, notActions }) => isAmong(actions) && !isAmong(notActions));
}
/** Each part between two stars is looked for behind the one before: no pattern, whatever it is, takes long. */
function matchesAction(pattern, action) {
    const [first = '', ...rest] = pattern.toLowerCase().split('*');
    const text = action.toLowerCase();
    const last = rest.pop();
    if (last === undefined)
        return text === first;
    if (!text.startsWith(first))
        return false;
    let end = first.length;
    for (const part of rest) {
        const found = text.indexOf(part, end);
        if (found < 0)
            return false;
        end = found + part.length;
    }
    return text.length - last.length >= end && text.endsWith(last);
}
/**
 * The error that an action on the workspace would end with, found out without doing it; undefined where it is allowed. Deny assignments are
 * not looked at.
 * @throws UserError where Azure does not tell our permissions
 */
async function foreseeRefusal(workspace, what, action) {
    if (allowsAction(await readPermissions(workspace), action))
        return undefined;
    const { RestError } = await Promise.resolve(/* import() */).then(__webpack_require__.bind(__webpack_require__, 61340));
    const { appid = 'unknown', oid = 'unknown' } = await ourClaims(workspace);
    // As Resource Manager itself would say it, so that it is explained as if it had.
    const message = `The client '${appid}' with object id '${oid}' does not have authorization to perform action '${action}' ` +
        `over scope '${workspaceId(workspace.name)}'.`;
    const refused = askingArm(what, () => Promise.reject(new RestError(message, { statusCode: 403, code: 'AuthorizationFailed' })));
    return refused.catch((error) => error);
}
/** `GET {workspace}/providers/Microsoft.Authorization/permissions`: "all permissions the caller has for a resource". */
async function readPermissions({ client, cloud, name }) {
    const { createPipelineRequest, RestError } = await Promise.resolve(/* import() */).then(__webpack_require__.bind(__webpack_require__, 61340));
    const path = workspaceId(name).split('/').map(encodeURIComponent).join('/');
    const first = `${cloud.resourceManagerUrl}${path}/providers/Microsoft.Authorization/permissions?api-version=2022-04-01`;
    return askingArm('Reading our own permissions on the workspace', async () => {
        const permissions = [];
        for (let url = first; url;) {
            const { status, bodyAsText } = await client.sendRequest(createPipelineRequest({ url }));
            if (status !== 200)
                throw toRestError(RestError, status, bodyAsText);
            const page = dist/* parse */.qgA(permissionList, JSON.parse(bodyAsText ?? ''));
            permissions.push(...page.value);
            url = page.nextLink;
        }
        return permissions;
    });
}
/** A bare request does not throw for what the service refuses, as those of the typed client do. */
function toRestError(RestError, statusCode, body) {
    const parsed = dist/* safeParse */.xLC(dist/* pipe */.FsL(dist/* string */.YjP(), dist/* parseJson */.qFJ(), errorBody), body);
    const { code, message } = parsed.success ? parsed.output.error : { code: '', message: '' };
    return new RestError(message, { statusCode, ...(code ? { code } : {}) });
}
/** Who our management token says that we are. */
async function ourClaims({ identity, cloud }) {
    const token = await identity.credential.getToken(cloud.scopes.management);
    return claimsOf(token?.token ?? '');
}

;// CONCATENATED MODULE: ./build/azureml/run-history.js


/**
 * `GET {api}/history/v1.0{workspace}/runs/{job}/details`, where `{api}` is what the workspace's `discoveryUrl` names. It takes the token of
 * Resource Manager (azure-ai-ml).
 */
async function readRunDetails(workspace, api, job) {
    return askingArm(`Reading the run of job "${job}"`, async () => {
        const answer = (await getJson(workspace, `${api}/history/v1.0${workspaceId(workspace.name)}/runs/${job}/details`, true));
        const { code, message } = answer.error?.error ?? {};
        const logFiles = answer.logFiles ?? {};
        for (const url of Object.values(logFiles))
            maskSignature(workspace, url);
        return {
            logFiles,
            error: message === undefined ? undefined : { code: code ?? '', message },
            warnings: (answer.warnings ?? []).flatMap(({ message: text }) => text ?? []),
        };
    });
}
/** Where the data plane of the workspace is: `GET {discoveryUrl}` → `api`; without a discovery URL, the address of its region. */
async function findApi(workspace) {
    const { client, name, cloud } = workspace;
    const found = await askingArm(`Reading workspace "${name.workspace}"`, () => client.workspaces.get(name.resourceGroup, name.workspace));
    if (!found.discoveryUrl)
        return `https://${found.location}.api.${cloud.name === 'public' ? 'azureml.ms' : new URL(cloud.studioUrl).host}`;
    const answer = (await askingArm('Finding the run history', () => getJson(workspace, found.discoveryUrl ?? '', false)));
    return answer?.api ?? new URL(found.discoveryUrl).origin;
}
async function getJson({ client }, url, withToken) {
    const { createPipelineRequest, createDefaultHttpClient } = await Promise.resolve(/* import() */).then(__webpack_require__.bind(__webpack_require__, 61340));
    const request = createPipelineRequest({ url, method: 'GET' });
    const response = withToken ? await client.sendRequest(request) : await createDefaultHttpClient().sendRequest(request);
    if (response.status < 300)
        return JSON.parse(response.bodyAsText ?? 'null');
    const { RestError } = await Promise.resolve(/* import() */).then(__webpack_require__.bind(__webpack_require__, 61340));
    throw new RestError(response.bodyAsText ?? '', { statusCode: response.status, request, response });
}
/** The signature in an address, as it stands there and decoded. */
function maskSignature({ log }, url) {
    const signature = URL.canParse(url) ? new URL(url).searchParams.get('sig') : null;
    if (signature)
        for (const form of [signature, encodeURIComponent(signature)])
            log.mask(form);
}

;// CONCATENATED MODULE: ./build/azureml/sent-credential.js


/** The principals behind the credentials that were made of them. */
const principals = new WeakMap();
/** Signs in as a service principal when it is asked for a token. */
async function principalCredential(principal, cloud, log) {
    const { tenantId, clientId, clientSecret, authorityHost } = principal;
    const { ClientSecretCredential } = await __webpack_require__.e(/* import() */ 563).then(__webpack_require__.bind(__webpack_require__, 25563));
    const seen = {};
    const options = entraOptions({ ...cloud, authorityHost }, log, seen);
    const credential = new ClientSecretCredential(tenantId, clientId, clientSecret, options);
    const token = explaining(credential, { clientId, tenantId, seen });
    principals.set(token, principal);
    return token;
}
/** A credential as it is told to another process. */
function sendCredential(credential) {
    if (credential.kind !== 'token')
        return credential;
    const principal = principals.get(credential.token);
    return principal ? { kind: 'principal', principal } : { kind: 'own' };
}
/** The credential that another process told. @param identity signs in as who we are, where that is needed */
async function receiveCredential(sent, cloud, identity, log) {
    switch (sent.kind) {
        case 'principal':
            return { kind: 'token', token: await principalCredential(sent.principal, cloud, log) };
        case 'own':
            return { kind: 'token', token: (await identity()).credential };
        default:
            return sent;
    }
}

// EXTERNAL MODULE: ./build/blobs/index.js + 18 modules
var blobs = __webpack_require__(52026);
// EXTERNAL MODULE: external "node:dns/promises"
var promises_ = __webpack_require__(71553);
// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __webpack_require__(48161);
;// CONCATENATED MODULE: ./build/azureml/runner-address.js


/** The resolvers of OpenDNS. Asked for `myip.opendns.com`, they answer with the address that the question came from. */
const openDns = ['208.67.222.222', '208.67.220.220'];
/** For one resolver; no more than two are asked. */
const patience = 1000;
/**
 * The address of this runner, for the error of a firewall, which does not name it. One DNS question is asked, which says nothing about us;
 * without an answer within two seconds it is the address of the first interface. Undefined where there is none either.
 */
async function runnerAddress(servers = openDns) {
    return (await publicAddress(servers)) ?? ownAddress();
}
async function publicAddress(servers) {
    const resolver = new promises_.Resolver({ timeout: patience, tries: 1 });
    resolver.setServers(servers);
    const deadline = setTimeout(() => resolver.cancel(), 2 * patience);
    try {
        const [address] = await resolver.resolve4('myip.opendns.com');
        return address === undefined ? undefined : { address, isPublic: true };
    }
    catch {
        return undefined; // no way to that resolver, or another one that answers in its place
    }
    finally {
        clearTimeout(deadline);
    }
}
function ownAddress() {
    const all = Object.values((0,external_node_os_.networkInterfaces)()).flatMap((addresses) => addresses ?? []);
    const own = all.find(({ family, internal }) => family === 'IPv4' && !internal);
    return own && { address: own.address, isPublic: false };
}

;// CONCATENATED MODULE: ./build/azureml/storage-verdicts.js





/**
 * Judges a refusal by the service's code. Codes: learn.microsoft.com, "Common REST API error codes", "Azure Blob Storage error codes" and
 * "Shared access signature error codes".
 */
async function verdictOn(error, access) {
    if (error instanceof report/* UserError */.yo)
        return { code: error.code, advice: '' }; // an instruction already
    switch (error instanceof blobs/* BlobError */.K4 ? error.code : '') {
        case 'AuthorizationPermissionMismatch':
            return access.credential?.kind === 'sas' ? narrowSas(access) : storage_verdicts_missingRole(access);
        case 'AuthorizationFailure':
            return firewall(access.location, await runnerAddress());
        case 'AuthorizationProtocolMismatch':
        case 'AuthorizationResourceTypeMismatch':
        case 'AuthorizationServiceMismatch':
            return narrowSas(access);
        case 'AuthorizationSourceIPMismatch':
            return { code: 'storage-firewall', advice: `The SAS allows other addresses than this runner's. ${renewal}` };
        case 'KeyBasedAuthenticationNotPermitted':
            return {
                code: 'storage-keys-disabled',
                advice: `The account forbids keys and SAS. Give our identity the role "${roleFor(access)}": ${await storage_verdicts_assignment(access)}`,
            };
        case 'AuthenticationFailed':
        case 'InvalidAuthenticationInfo':
            return unauthenticated(error, access);
        default:
            return {
                code: 'storage-refused',
                advice: `Give the identity the role "${roleFor(access)}" (${await storage_verdicts_assignment(access)}), or renew the credentials of the datastore.`,
            };
    }
}
/** Codes that a wrong clock may be behind. */
const storage_verdicts_outsideItsTime = ['AuthenticationFailed', 'InvalidAuthenticationInfo'];
const renewal = 'Store new credentials in the datastore, or none, so that our own token is used.';
/** Credentials that are outside their time, or are not those of the account. */
async function unauthenticated({ date }, access) {
    const { credential } = access;
    const expiry = credential?.kind === 'sas' ? new URLSearchParams(credential.sas).get('se') : null;
    // Their clock decides: ours may be what is wrong.
    if (expiry && Date.parse(expiry) <= (Date.parse(date ?? '') || Date.now()))
        return { code: 'sas-expired', advice: `The SAS expired on ${(0,report/* quoted */.TL)(expiry)}. ${renewal}` };
    const clock = clockAdvice(clockSkew(date));
    if (clock)
        return { code: 'clock-skew', advice: clock };
    const advice = credential?.kind === 'token'
        ? 'The account does not accept the token: check that it belongs to the tenant that we signed in to.'
        : `The key was rotated, or the SAS revoked. ${renewal}`;
    return { code: 'storage-refused', advice };
}
/** Whether something signed was refused by a service whose clock is not ours. */
function isClockTrouble(error) {
    if (error instanceof report/* UserError */.yo)
        return error.code === 'clock-skew';
    return (error instanceof blobs/* BlobError */.K4 &&
        storage_verdicts_outsideItsTime.includes(error.code) &&
        describeSkew(clockSkew(error.date)) !== undefined);
}
async function storage_verdicts_missingRole(access) {
    return {
        code: 'storage-role-missing',
        advice: `The identity lacks the role "${roleFor(access)}" on the storage account. Assign it: ${await storage_verdicts_assignment(access)}`,
    };
}
function narrowSas({ purpose }) {
    return {
        code: 'storage-refused',
        advice: `The SAS does not allow this: it needs the permissions ${purpose === 'write' ? 'racwl' : 'rl'} on the container and its blobs. ${renewal}`,
    };
}
function firewall({ accountName }, runner) {
    const address = runner?.isPublic ? runner.address : '<its public address>';
    return {
        code: 'storage-firewall',
        advice: `The account's firewall keeps this runner out${whereFrom(runner)}; this is about the network, not about roles. ` +
            `Let it in: az storage account network-rule add --account-name ${accountName} --ip-address ${address}. ` +
            "Rules by address do not apply to runners in the account's own region, and GitHub's own runners have another address each time: there, use a runner inside the account's network.",
    };
}
function whereFrom(runner) {
    if (!runner)
        return '';
    return runner.isPublic
        ? ` (${runner.address})`
        : ` (${runner.address} inside its own network; its public address could not be found out)`;
}
function roleFor({ purpose }) {
    return purpose === 'write' ? 'Storage Blob Data Contributor' : 'Storage Blob Data Reader';
}
/** The line that assigns the role on the storage account to whom the token is of. */
async function storage_verdicts_assignment(access) {
    const scope = `"$(az storage account show --name ${access.location.accountName} --query id --output tsv)"`;
    return `az role assignment create --assignee ${await assigneeOf(access)} --role "${roleFor(access)}" --scope ${scope}`;
}
/** The object id, else the client id, that a token names; our own where a key or SAS was used. */
async function assigneeOf({ credential, workspace }) {
    const principal = credential?.kind === 'token' ? credential.token : workspace.identity.credential;
    const token = await principal.getToken(workspace.cloud.scopes.storage).catch(() => null);
    const { oid, appid } = claimsOf(token?.token ?? '');
    return [oid, appid].map(String).find((id) => /^[0-9a-f-]{36}$/i.test(id)) ?? '<client-id>';
}

;// CONCATENATED MODULE: ./build/azureml/storage-refusals.js




/** One error for all attempts to open a container: what was tried, what each got, and what to do. */
async function explainStorageRefusals(location, refusals) {
    const tried = refusals.map(({ label, error }) => `with ${label}: ${reason(error)}`).join('; ');
    // A wrong clock spoils whatever is signed, though a later attempt may have got further and failed of something else.
    const deciding = refusals.find(({ error }) => isClockTrouble(error)) ?? refusals.at(-1);
    if (!deciding)
        return new Error(`${describe(location)}: nothing was tried`);
    const { code, advice } = await verdictOn(deciding.error, deciding.access);
    const text = `${describe(location)} cannot be opened. Tried ${tried}. ${advice}`.trimEnd();
    return new report/* UserError */.yo(code, text, { cause: deciding.error });
}
/**
 * The same for what fails later, when the container is open: the first file that was refused, and what to do. What is no failure of storage
 * comes back as it is.
 */
async function explainStorageFailure(error, label, access) {
    if (!(error instanceof blobs/* BlobError */.K4))
        return error;
    const { status, operation } = error;
    if (storage_refusals_isForeign(error) || (status !== 401 && status !== 403))
        return explainStorageTrouble(error, access.location);
    const { code, advice } = await verdictOn(error, access);
    return new report/* UserError */.yo(code, `${describe(access.location)} refuses to ${shown(operation)} with ${label}: ${reason(error)}. ${advice}`, { cause: error });
}
/** What is no refusal of credentials: a missing container, a broken network, an account that is too busy. */
function explainStorageTrouble(error, { accountName, containerName }) {
    if (!(error instanceof blobs/* BlobError */.K4))
        return error;
    const { status, code, operation } = error;
    const options = { cause: error };
    const account = `Storage account "${accountName}"`;
    if (storage_refusals_isForeign(error))
        return new report/* UserError */.yo('storage-unreachable', foreignAnswer(`storage account "${accountName}"`, status), options);
    if (code === 'CutShort') {
        const text = `The connection to storage account "${accountName}" broke (${code}). Run again; if it stays, check the network of the runner.`;
        return new report/* UserError */.yo('connection-lost', text, options);
    }
    if (status === 0)
        return new report/* UserError */.yo('storage-unreachable', unreachable(account, code), options);
    if (status === 404) {
        const text = `Container "${containerName}" does not exist in storage account "${accountName}". The datastore points at nothing: create the container, or mend the datastore.`;
        return new report/* UserError */.yo('container-not-found', text, options);
    }
    const answered = `${account}, container "${containerName}" did not ${shown(operation)}: ${reason(error)}.`;
    return status === 429 || status === 503
        ? new report/* UserError */.yo('throttled', `${answered} The account is too busy, also after several tries: run again later.`, options)
        : new report/* UserError */.yo('storage-refused', `${answered} Run again; if it stays, look at the account's health.`, options);
}
/** The service names its code with every refusal; without one, something before it refused. */
function storage_refusals_isForeign({ status, code }) {
    return status !== 0 && (code === '' || status < 400);
}
/** `list its files`, `read "folder/file"`: foreign text in quotes. */
function shown(operation) {
    const [verb = '', ...name] = operation.split(' ');
    return verb === 'list' ? 'list its files' : `${verb} ${(0,report/* quoted */.TL)(name.join(' '))}`;
}
function reason(error) {
    return error instanceof blobs/* BlobError */.K4 ? `${error.status} ${error.code}`.trim() : (0,report/* messageOf */.bD)(error).replace(/\.$/, '');
}
function describe({ accountName, containerName }) {
    return `Storage account "${accountName}", container "${containerName}"`;
}

;// CONCATENATED MODULE: ./build/azureml/stored-credential.js


/** The credential that a datastore keeps; undefined for identity-based datastores, and for certificates, which cannot be used here. */
function storedCredential(workspace, { name, credentials, location }, purpose, secretOf) {
    const secret = () => secretOf(workspace, name);
    // Unlike a key, which only signs, a SAS and a token are sent as they are.
    const secretForHttps = async () => {
        if (location.url.startsWith('https:'))
            return secret();
        throw new report/* UserError */.yo('storage-refused', `datastore "${name}" is http, over which only an account key is used`);
    };
    switch (credentials.kind) {
        case 'AccountKey':
            return {
                label: "the datastore's account key",
                credential: async () => ({ kind: 'account-key', accountKey: await secret() }),
            };
        case 'Sas':
            return {
                label: "the datastore's SAS",
                credential: async () => ({ kind: 'sas', sas: checkedSas(name, await secretForHttps(), purpose) }),
            };
        case 'ServicePrincipal':
            return {
                label: "the datastore's service principal",
                credential: async () => servicePrincipal(workspace, name, credentials, await secretForHttps()),
            };
        default:
            return undefined;
    }
}
/** A SAS tells itself when it ends and what it allows: no request is needed to know that it will be refused. */
function checkedSas(datastore, sas, purpose) {
    const fields = new URLSearchParams(sas);
    const expiry = fields.get('se');
    if (expiry && Date.parse(expiry) < Date.now()) {
        throw new report/* UserError */.yo('sas-expired', `the SAS of datastore "${datastore}" expired on ${(0,report/* quoted */.TL)(expiry)}`);
    }
    if (purpose === 'write' && !/[wc]/.test(fields.get('sp') ?? 'w')) {
        throw new report/* UserError */.yo('sas-read-only', `the SAS of datastore "${datastore}" gives no right to write`);
    }
    return sas;
}
async function servicePrincipal({ cloud, log }, datastore, { tenantId, clientId, authorityUrl }, clientSecret) {
    const authorityHost = authorityUrl && URL.canParse(authorityUrl) ? new URL(authorityUrl).origin : cloud.authorityHost;
    const token = await principalCredential({ tenantId, clientId, clientSecret, authorityHost }, cloud, log);
    try {
        await token.getToken(cloud.scopes.storage);
    }
    catch (error) {
        const message = `the service principal ${(0,report/* quoted */.TL)(clientId)} of datastore "${datastore}" cannot sign in: ${stored_credential_firstLine((0,report/* messageOf */.bD)(error))}`;
        throw new report/* UserError */.yo('sign-in-refused', message, { cause: error });
    }
    return { kind: 'token', token };
}
function stored_credential_firstLine(text) {
    return text.split(/\r?\n/, 1)[0] ?? '';
}

;// CONCATENATED MODULE: ./build/azureml/storage-access.js







function createStorageAccess() {
    const opened = new WeakMap();
    const datastore = once(({ name }, store = '') => `${workspaceId(name)} ${store}`, findDatastore);
    const secret = once(({ name }, store) => `${workspaceId(name)} ${store}`, readDatastoreSecret);
    const open = once(({ name }, store, _prefix, purpose, _signal) => `${workspaceId(name)} ${store.name} ${purpose}`, (workspace, store, prefix, purpose, signal) => {
        const stored = storedCredential(workspace, store, purpose, secret);
        const attempts = [...(stored ? [stored] : []), ownToken(workspace, store.location)];
        return openFirst({ workspace, location: store.location, purpose, prefix }, attempts, signal, opened);
    });
    const openLocation = once((_workspace, { url }, _prefix, _signal) => url, async (workspace, location, prefix, signal) => {
        const same = (await listBlobDatastores(workspace)).find((store) => (0,blobs/* isSameContainer */.W7)(store.location, location));
        if (same)
            return open(workspace, same, prefix, 'read', signal);
        return openFirst({ workspace, location, purpose: 'read', prefix }, [ownToken(workspace, location)], signal, opened);
    });
    const openingOf = (container) => {
        const opening = opened.get(container);
        if (opening)
            return opening;
        throw new Error(`container ${container.location.containerName} was not opened here`);
    };
    const explain = async (container, error) => {
        const { label, access } = openingOf(container);
        return explainStorageFailure(error, label, access);
    };
    const mayListSecret = async (workspace, { name, credentials }) => {
        if (credentials.kind === 'None' || credentials.kind === 'Certificate')
            return false;
        await secret(workspace, name);
        return true;
    };
    return { datastore, open, openingOf, mayListSecret, openLocation, explain };
}
/** A function that does its work once for each key, and gives everybody the same promise. */
function once(keyOf, work) {
    const results = new Map();
    return (...args) => {
        const key = keyOf(...args);
        const result = results.get(key) ?? work(...args);
        results.set(key, result);
        return result;
    };
}
function findDatastore(workspace, name) {
    return name === undefined ? getDefaultDatastore(workspace) : getDatastore(workspace, name);
}
async function openFirst({ prefix, ...target }, attempts, signal, opened) {
    const { workspace, location } = target;
    const { accountName, containerName } = location;
    const refusals = [];
    for (const { label, credential: make } of attempts) {
        let credential;
        try {
            credential = await make();
            const container = (0,blobs/* openContainer */.Qx)(location, credential, workspace.log);
            await container.probe(prefix, signal);
            opened.set(container, { label, refusals, access: { ...target, credential } });
            workspace.log.debug(`Opened container ${containerName} of account ${accountName} with ${label}.`);
            return container;
        }
        catch (error) {
            if (!mayTryNext(error))
                throw explainStorageTrouble(error, location);
            refusals.push({ label, error, access: { ...target, credential } });
            workspace.log.debug(`Container ${containerName} does not open with ${label}: ${(0,report/* messageOf */.bD)(error)}`);
        }
    }
    throw await explainStorageRefusals(location, refusals);
}
/** Refused credentials are a reason to try others; a missing container, a broken network or a proxy that refuses is not. */
function mayTryNext(error) {
    if (error instanceof report/* UserError */.yo)
        return true;
    return error instanceof blobs/* BlobError */.K4 && error.code !== '' && (error.status === 401 || error.status === 403);
}
function ownToken({ identity, cloud }, { url }) {
    const label = 'our own token';
    return {
        label,
        credential: async () => {
            if (isOwnStorage(cloud, url))
                return { kind: 'token', token: identity.credential };
            const message = `it is sent to https://*.blob.${cloud.storageSuffix} only, and not to ${(0,report/* quoted */.TL)(new URL(url).origin)}`;
            throw new report/* UserError */.yo('storage-refused', message);
        },
    };
}

;// CONCATENATED MODULE: ./build/azureml/studio.js

/** The page of a dataset version in the AzureML studio. */
function studioUrl({ cloud, name }, dataset, version) {
    return `${cloud.studioUrl}/data/${dataset}/${version}/details?wsid=${workspaceId(name)}`;
}

;// CONCATENATED MODULE: ./build/azureml/index.js
/** The AzureML workspace: signing in, datastores and their credentials, data assets and their URIs. */





















/***/ }),

/***/ 4082:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  Ii: () => (/* reexport */ askDaemon),
  fj: () => (/* reexport */ deadMounts),
  uu: () => (/* reexport */ lackingForMount),
  G5: () => (/* reexport */ launchDaemon),
  $V: () => (/* reexport */ manifestOf),
  WI: () => (/* reexport */ readManifest),
  Tr: () => (/* reexport */ readMountRights),
  zH: () => (/* reexport */ readyDescriptor),
  LC: () => (/* reexport */ startDaemon),
  BG: () => (/* reexport */ unmountLeftovers)
});

// UNUSED EXPORTS: hasSysAdmin

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(73024);
// EXTERNAL MODULE: external "node:net"
var external_node_net_ = __webpack_require__(77030);
// EXTERNAL MODULE: external "node:stream/consumers"
var consumers_ = __webpack_require__(38321);
;// CONCATENATED MODULE: ./build/mount/control.js



const socketName = 'mount.sock';
/** Milliseconds in which a daemon answers. */
const patience = { status: 5000, seal: 5000, finish: 120_000 };
/** The socket lies in a folder that only its owner can enter. Its path may be longer than the 107 bytes of a socket's address: so it goes by a descriptor. */
function withFolder(folder, work) {
    const descriptor = (0,external_node_fs_.openSync)(folder, external_node_fs_.constants.O_RDONLY | external_node_fs_.constants.O_DIRECTORY);
    try {
        return work(`/proc/self/fd/${descriptor}/${socketName}`);
    }
    finally {
        setImmediate(() => (0,external_node_fs_.closeSync)(descriptor));
    }
}
/**
 * Answers requests on the socket of a folder.
 * @param answer gives what is sent back as JSON
 * @param onFinished is called when the answer to `finish` has left
 */
async function serveControl(folder, answer, onFinished) {
    const server = (0,external_node_net_.createServer)({ allowHalfOpen: true }, (socket) => {
        socket.on('error', () => { }); // who asked has gone
        (0,consumers_.text)(socket)
            .then(async (said) => {
            const request = JSON.parse(said);
            socket.end(JSON.stringify(await answer(request)));
            if (request.ask !== 'finish')
                return;
            if (socket.closed)
                onFinished();
            else
                socket.once('close', onFinished);
        })
            .catch(() => socket.destroy());
    });
    const { promise, resolve, reject } = Promise.withResolvers();
    server.once('error', reject);
    withFolder(folder, (path) => server.listen(path, resolve));
    await promise;
    return server;
}
/** Asks the daemon whose socket lies in a folder. @returns undefined where none answers */
async function askDaemon(folder, request) {
    try {
        const socket = withFolder(folder, (path) => (0,external_node_net_.connect)({ path, allowHalfOpen: true }));
        socket.setTimeout(patience[request.ask], () => socket.destroy(new Error('no answer')));
        socket.end(JSON.stringify(request));
        return JSON.parse(await (0,consumers_.text)(socket));
    }
    catch {
        return undefined;
    }
}

// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(76760);
// EXTERNAL MODULE: ./build/report/index.js + 3 modules
var report = __webpack_require__(92036);
// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __webpack_require__(48161);
;// CONCATENATED MODULE: ./build/mount/memory.js

/** Bytes of files that a daemon keeps in memory, if the machine has them. */
const usual = 128 * 1024 * 1024;
/** Enough for all reads that the kernel sends at a time to be answered one after another. */
const least = 16 * 1024 * 1024;
/** The share of a limit that files may take: the job needs the rest. */
const share = 1 / 16;
/** Bytes of file contents that all mounts together may keep: less where the machine, or its cgroup, has little. */
function memoryForChunks(limit = Math.min((0,external_node_os_.totalmem)(), process.constrainedMemory() || (0,external_node_os_.totalmem)())) {
    return Math.floor(Math.min(usual, Math.max(least, limit * share)));
}

// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(51455);
// EXTERNAL MODULE: external "node:util"
var external_node_util_ = __webpack_require__(57975);
;// CONCATENATED MODULE: ./build/mount/fuse/device.js



/** The kernel wants at least 8 KiB of room for a request, and the largest that it may write beside its head. */
const headRoom = 4096;
/** @param mostWrite bytes of the largest WRITE @throws what the system says where there is no device, or we may not open it */
function openDevice(mostWrite, reader) {
    let fd = (0,external_node_fs_.openSync)('/dev/fuse', external_node_fs_.constants.O_RDWR);
    const buffer = Buffer.allocUnsafeSlow(Math.max(2 * headRoom, headRoom + mostWrite));
    let answers = 0;
    const forget = () => {
        fd = -1; // the number may be that of another file by now
    };
    return {
        get fd() {
            return fd;
        },
        buffer,
        serve: async (onRequest) => {
            const onRequests = () => {
                const before = answers;
                onRequest();
                if (answers > before)
                    goOnServing(fd, buffer, onRequest, () => answers);
            };
            const piped = reader === 'pipe' ? servePiped(fd, buffer, onRequests) : undefined;
            if (piped)
                return piped.finally(forget);
            await serveRead(fd, buffer, onRequest);
            (0,external_node_fs_.closeSync)(fd);
            forget();
        },
        write: (head, rest) => {
            if (fd < 0)
                return;
            answers += 1;
            try {
                if (rest)
                    (0,external_node_fs_.writevSync)(fd, [head, ...rest]);
                else
                    (0,external_node_fs_.writeSync)(fd, head);
            }
            catch (error) {
                if (!isEnd(error) && codeOf(error) !== 'ENOENT')
                    throw error;
            }
        },
    };
}
/**
 * Wraps the device into a pipe, which the event loop polls. The class of pipes is found at a connection that goes nowhere.
 * @returns undefined where this Node does not let us: then there is `read`
 */
function servePiped(fd, buffer, onRequest) {
    const socket = pipeOver(fd, buffer, onRequest);
    if (!socket)
        return undefined;
    const { promise, resolve, reject } = Promise.withResolvers();
    socket.on('error', (error) => (isEnd(error) ? resolve() : reject(error)));
    socket.on('close', () => resolve());
    socket.resume();
    return promise;
}
/** Milliseconds in which who got an answer is expected to ask again, and after which other events have their turn in any case. */
const attention = { next: 0.05, all: 1 };
/**
 * Reads on, without going to sleep in between, as long as each request is answered at once and the next one comes at once: a script that makes a file asks five
 * times. To wake a process takes longer than to answer it: this is three times as fast, and takes less CPU (measured on a virtual machine).
 */
function goOnServing(fd, buffer, onRequest, answers) {
    const begun = performance.now();
    let last = begun;
    for (let now = begun; now - last < attention.next && now - begun < attention.all; now = performance.now()) {
        if (!readIfThere(fd, buffer))
            continue;
        const before = answers();
        onRequest();
        if (answers() === before)
            return; // it waits for something that the event loop brings
        last = performance.now();
    }
}
/** That there is nothing yet is an error, and its stack would cost more than the look. All others the event loop is told too. */
function readIfThere(fd, buffer) {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
        return (0,external_node_fs_.readSync)(fd, buffer, 0, buffer.byteLength, null) > 0;
    }
    catch {
        return false;
    }
    finally {
        Error.stackTraceLimit = stackTraceLimit;
    }
}
function pipeOver(fd, buffer, onRequest) {
    try {
        const nowhere = (0,external_node_net_.connect)({ path: `\0azureml-datasets-${process.pid}` }).on('error', () => { });
        const known = nowhere._handle;
        nowhere.destroy();
        const handle = new known.constructor(0);
        if (handle.open(fd))
            return undefined;
        const onread = {
            buffer,
            callback: () => {
                onRequest();
                return true;
            },
        };
        // Its type knows neither `handle` nor that `onread` goes with it.
        return new external_node_net_.Socket({ handle, onread, readable: true, writable: false });
    }
    catch {
        return undefined;
    }
}
/** By the thread pool of Node, one request after another. */
async function serveRead(fd, buffer, onRequest) {
    const readOne = (0,external_node_util_.promisify)(external_node_fs_.read);
    for (;;) {
        try {
            await readOne(fd, buffer, 0, buffer.byteLength, null);
        }
        catch (error) {
            if (isEnd(error))
                return;
            if (['EINTR', 'EAGAIN', 'ENOENT'].includes(codeOf(error)))
                continue;
            throw error;
        }
        onRequest();
    }
}
/** Unmounted, or aborted. */
function isEnd(error) {
    return ['ENODEV', 'ECONNABORTED', 'ENOTCONN'].includes(codeOf(error));
}
function codeOf(error) {
    return error instanceof Error && 'code' in error ? String(error.code) : '';
}

;// CONCATENATED MODULE: ./build/mount/fuse/requests.js
/**
 * What the kernel asks: the layouts of linux/fuse.h as byte offsets from the beginning of the message, which is `fuse_in_header` and a body.
 * All numbers are little-endian; those of 64 bits are named with their size.
 */
const header = {
    /** `fuse_in_header`, 40 bytes. */
    length: 0,
    opcode: 4,
    unique64: 8,
    nodeid64: 16,
    uid: 24,
    gid: 28,
    pid: 32,
    bytes: 40,
};
const body = header.bytes;
/** `fuse_init_in` */
const INIT = {
    major: body,
    minor: body + 4,
    maxReadahead: body + 8,
    flags: body + 12,
    flags2: body + 16,
};
/** A name alone, which ends with a NUL: LOOKUP, UNLINK, RMDIR. */
const LOOKUP = { name: body };
/** `fuse_read_in`: READ, and with the same layout READDIR and READDIRPLUS. There, `offset` is the cookie of the last entry that was seen. */
const READ = { handle64: body, offset64: body + 8, size: body + 16 };
/** `fuse_forget_in`; and `fuse_batch_forget_in`, with `fuse_forget_one` for each inode. */
const FORGET = { lookups64: body };
const BATCH_FORGET = { count: body, first: body + 8, nodeid64: 0, lookups64: 8, bytes: 16 };
/** `fuse_setattr_in`. `valid` says which fields count, by the bits of {@link setattrValid}. */
const SETATTR = {
    valid: body,
    size64: body + 16,
    atime64: body + 32,
    mtime64: body + 40,
    atimensec: body + 56,
    mtimensec: body + 60,
    mode: body + 68,
    uid: body + 76,
    gid: body + 80,
};
/** `FATTR_…` */
const setattrValid = {
    mode: 1 << 0,
    uid: 1 << 1,
    gid: 1 << 2,
    size: 1 << 3,
    atime: 1 << 4,
    mtime: 1 << 5,
    atimeNow: 1 << 7,
    mtimeNow: 1 << 8,
    killSuidgid: 1 << 11,
};
/** `fuse_open_in`: OPEN and OPENDIR. The flags are those of open(2). */
const OPEN = { flags: body };
/** `fuse_release_in`: RELEASE and RELEASEDIR. */
const RELEASE = { handle64: body };
/** `fuse_write_in`. `writeFlags` has {@link writeKillSuidgid} where somebody else than root writes. */
const WRITE = {
    handle64: body,
    offset64: body + 8,
    size: body + 16,
    writeFlags: body + 20,
    data: body + 40,
};
/** `FUSE_WRITE_KILL_SUIDGID` */
const writeKillSuidgid = 1 << 2;
/** `fuse_create_in`. The rights in `mode` have lost what the umask takes. */
const CREATE = { flags: body, mode: body + 4, name: body + 16 };
/** `fuse_mknod_in` */
const MKNOD = { mode: body, rdev: body + 4, name: body + 16 };
/** `fuse_mkdir_in` */
const MKDIR = { mode: body, name: body + 8 };
/** Two names behind each other: of the link, and what it points to. */
const SYMLINK = { name: body };
/** `fuse_link_in` */
const LINK = { oldnodeid64: body, name: body + 8 };
/** `fuse_rename_in`; the new name stands behind the old one. */
const RENAME = { newdir64: body, name: body + 8 };
/** `fuse_rename2_in`, with the flags of renameat2(2). */
const RENAME2 = { newdir64: body, flags: body + 8, name: body + 16 };
/** `RENAME_NOREPLACE`, `RENAME_EXCHANGE` */
const renameFlags = { noReplace: 1, exchange: 2 };
/** `fuse_fallocate_in`, with the modes of fallocate(2). */
const FALLOCATE = { offset64: body + 8, length64: body + 16, mode: body + 24 };
/** `FALLOC_FL_KEEP_SIZE`, `FALLOC_FL_PUNCH_HOLE` */
const fallocateModes = { keepSize: 1, punchHole: 2 };
/** `fuse_interrupt_in`: the unique number of the request that nobody waits for any more. */
const INTERRUPT = { unique64: body };
const highWord = 2 ** 32;
/** Reads requests from a buffer, which begins on a multiple of eight bytes. It is one object for all of them: there may be 100,000 in a second. */
function requestsIn(buffer) {
    const words = new Uint32Array(buffer.buffer, buffer.byteOffset, buffer.byteLength >> 2);
    const u32 = (offset) => words[offset >> 2] ?? 0;
    const u64 = (offset) => u32(offset) + u32(offset + 4) * highWord;
    return {
        get length() {
            return u32(header.length);
        },
        get opcode() {
            return u32(header.opcode);
        },
        get unique() {
            return u64(header.unique64);
        },
        get nodeid() {
            return u64(header.nodeid64);
        },
        get uid() {
            return u32(header.uid);
        },
        get gid() {
            return u32(header.gid);
        },
        u32,
        u64,
        bytes: (offset, length) => buffer.subarray(offset, offset + length),
        name: (offset) => {
            const end = buffer.indexOf(0, offset);
            return buffer.subarray(offset, end < 0 || end > u32(header.length) ? u32(header.length) : end);
        },
    };
}

;// CONCATENATED MODULE: ./build/mount/fuse/init.js

/** The version of the protocol that everything here is written for. Kernels since 5.4 speak at least 7.31. */
const protocol = { major: 7, minor: 45, oldest: 31 };
/** What a kernel may offer, as bit numbers (linux/fuse.h, `FUSE_…`), and what each is good for. */
const initFlags = {
    /** Several READs of one file at a time. */
    ASYNC_READ: 0,
    /** WRITEs of more than a page. */
    BIG_WRITES: 5,
    /** Folders come with the attributes of their entries. */
    DO_READDIRPLUS: 13,
    /** After ENOSYS to OPEN, files are opened without asking, and stay in the page cache. */
    NO_OPEN_SUPPORT: 17,
    /** Look-ups in one folder side by side. */
    PARALLEL_DIROPS: 18,
    /** Requests of more than 128 KiB. */
    MAX_PAGES: 22,
    /** The same as NO_OPEN_SUPPORT for folders: entries stay in the cache. */
    NO_OPENDIR_SUPPORT: 24,
    /** The page cache is dropped only when we say so. */
    EXPLICIT_INVAL_DATA: 25,
    /** The kernel tells, with what changes a file, when the set-user-ID bit has to go, instead of asking for it each time. */
    HANDLE_KILLPRIV_V2: 28,
};
const everywhere = ['ASYNC_READ', 'DO_READDIRPLUS', 'PARALLEL_DIROPS', 'MAX_PAGES'];
/** What a tree that never changes asks for, and one that others write to. */
const readOnlyFlags = [
    ...everywhere,
    'NO_OPEN_SUPPORT',
    'NO_OPENDIR_SUPPORT',
    'EXPLICIT_INVAL_DATA',
];
const writableFlags = [...everywhere, 'BIG_WRITES', 'HANDLE_KILLPRIV_V2'];
/** `fuse_init_out`, from the beginning of the message. */
const out = {
    length: 0,
    unique64: 8,
    major: 16,
    minor: 20,
    maxReadahead: 24,
    flags: 28,
    maxBackground16: 32,
    congestionThreshold16: 34,
    maxWrite: 36,
    timeGranularity: 40,
    maxPages16: 44,
    bytes: 80,
};
/** Requests that the kernel sends ahead of time, such as those of read-ahead; and how many make it hold back. */
const background = { most: 64, congested: 48 };
/** Bytes of one READ. Larger ones are slower again. */
const mostRead = 1024 * 1024;
/** The answer to INIT. @throws Error for a kernel that is too old */
function answerInit(request, { pageBytes, mostWrite, flags }) {
    const [major, minor] = [request.u32(INIT.major), request.u32(INIT.minor)];
    if (major < protocol.major || (major === protocol.major && minor < protocol.oldest))
        throw new Error(`the kernel speaks FUSE ${major}.${minor}, and 7.${protocol.oldest} (Linux 5.4) is needed`);
    const wanted = flags.reduce((bits, flag) => bits | (1 << initFlags[flag]), 0);
    const answer = Buffer.alloc(out.bytes);
    answer.writeUInt32LE(out.bytes, out.length);
    answer.writeBigUInt64LE(BigInt(request.unique), out.unique64);
    answer.writeUInt32LE(protocol.major, out.major);
    // To a kernel with a later major version, only ours: it asks again.
    if (major > protocol.major)
        return answer;
    answer.writeUInt32LE(Math.min(minor, protocol.minor), out.minor);
    answer.writeUInt32LE(request.u32(INIT.maxReadahead), out.maxReadahead);
    answer.writeUInt32LE((request.u32(INIT.flags) & wanted) >>> 0, out.flags);
    answer.writeUInt16LE(background.most, out.maxBackground16);
    answer.writeUInt16LE(background.congested, out.congestionThreshold16);
    answer.writeUInt32LE(mostWrite, out.maxWrite);
    answer.writeUInt32LE(1, out.timeGranularity);
    answer.writeUInt16LE(Math.max(1, mostRead / pageBytes), out.maxPages16);
    return answer;
}

;// CONCATENATED MODULE: ./build/mount/fuse/replies.js

/** What we answer: the layouts of linux/fuse.h as byte offsets from the beginning of each struct. */
const outHeader = { length: 0, error: 4, unique64: 8, bytes: 16 };
/** `fuse_attr` */
const attr = {
    ino64: 0,
    size64: 8,
    blocks64: 16,
    atime64: 24,
    mtime64: 32,
    ctime64: 40,
    atimensec: 48,
    mtimensec: 52,
    ctimensec: 56,
    mode: 60,
    nlink: 64,
    uid: 68,
    gid: 72,
    rdev: 76,
    blksize: 80,
    flags: 84,
    bytes: 88,
};
/** `fuse_entry_out`: an inode, and for how many seconds the kernel may keep its name and its attributes. */
const entry = {
    nodeid64: 0,
    generation64: 8,
    entryValid64: 16,
    attrValid64: 24,
    entryValidNsec: 32,
    attrValidNsec: 36,
    attr: 40,
    bytes: 40 + attr.bytes,
};
/** `fuse_attr_out` */
const attrOut = { valid64: 0, validNsec: 8, attr: 16, bytes: 16 + attr.bytes };
/** `fuse_open_out` */
const openOut = { handle64: 0, flags: 8, bytes: 16 };
/** `fuse_write_out` */
const writeOut = { size: 0, bytes: 8 };
/** `fuse_dirent`, then the name, filled up to a multiple of eight bytes; READDIRPLUS has `fuse_entry_out` in front. */
const dirent = { ino64: 0, cookie64: 8, nameLength: 16, type: 20, name: 24 };
/** `fuse_kstatfs` */
const statfs = {
    blocks64: 0,
    bfree64: 8,
    bavail64: 16,
    files64: 24,
    ffree64: 32,
    bsize: 40,
    namelen: 44,
    frsize: 48,
    bytes: 80,
};
/** Unit of `st_blocks`. */
const sectorBytes = 512;
/** Unit of statfs and `st_blksize`: larger ones are an adventure in some kernels. */
const blockBytes = 4096;
/** The longest name of a file in bytes, as everywhere on Linux. */
const longestName = 255;
/** File types in modes: `S_IFDIR` and its like of sys/stat.h. */
const fileTypes = { folder: 0o040000, file: 0o100000, link: 0o120000, fifo: 0o010000, socket: 0o140000 };
const fileTypeMask = 0o170000;
/** @param milliseconds since the epoch */
function timeOf(milliseconds) {
    const seconds = Math.floor(milliseconds / 1000);
    return { seconds, nanoseconds: Math.floor((milliseconds - seconds * 1000) * 1_000_000) };
}
/**
 * What a file is opened with, `FOPEN_…` of linux/fuse.h: reads and writes go past the page cache; what the kernel has of the file in it is still right.
 */
const openFlags = { directIo: 1 << 0, keepCache: 1 << 1 };
const replies_highWord = 2 ** 32;
const scratchBytes = 64 * 1024;
/** @param validSeconds how long the kernel may rely on what it was told */
function repliesTo(device, validSeconds) {
    const scratch = Buffer.alloc(scratchBytes);
    const words = new Uint32Array(scratch.buffer, scratch.byteOffset, scratchBytes >> 2);
    const put32 = (offset, value) => {
        words[offset >> 2] = value;
    };
    const put64 = (offset, value) => {
        words[offset >> 2] = value % replies_highWord;
        words[(offset + 4) >> 2] = value / replies_highWord;
    };
    /** Times before 1970 are below zero. */
    const putSigned64 = (offset, value) => {
        words[offset >> 2] = value;
        words[(offset + 4) >> 2] = Math.floor(value / replies_highWord);
    };
    const putHeader = (unique, length, error) => {
        put32(outHeader.length, length);
        put32(outHeader.error, -error);
        put64(outHeader.unique64, unique);
    };
    const send = (unique, bodyBytes) => {
        putHeader(unique, outHeader.bytes + bodyBytes, 0);
        device.write(scratch.subarray(0, outHeader.bytes + bodyBytes));
    };
    const putAttributes = (start, { ino, size, atime, mtime, ctime, mode, nlink, uid, gid }) => {
        put64(start + attr.ino64, ino);
        put64(start + attr.size64, size);
        put64(start + attr.blocks64, Math.ceil(size / sectorBytes));
        putSigned64(start + attr.atime64, atime.seconds);
        putSigned64(start + attr.mtime64, mtime.seconds);
        putSigned64(start + attr.ctime64, ctime.seconds);
        put32(start + attr.atimensec, atime.nanoseconds);
        put32(start + attr.mtimensec, mtime.nanoseconds);
        put32(start + attr.ctimensec, ctime.nanoseconds);
        put32(start + attr.mode, mode);
        put32(start + attr.nlink, nlink);
        put32(start + attr.uid, uid);
        put32(start + attr.gid, gid);
        put32(start + attr.rdev, 0);
        put32(start + attr.blksize, blockBytes);
        put32(start + attr.flags, 0);
    };
    const putEntry = (start, attributes) => {
        put64(start + entry.nodeid64, attributes.ino);
        put64(start + entry.generation64, 0);
        put64(start + entry.entryValid64, validSeconds);
        put64(start + entry.attrValid64, validSeconds);
        put32(start + entry.entryValidNsec, 0);
        put32(start + entry.attrValidNsec, 0);
        putAttributes(start + entry.attr, attributes);
    };
    const putOpened = (start, handle, flags) => {
        put64(start + openOut.handle64, handle);
        put32(start + openOut.flags, flags);
        put32(start + openOut.flags + 4, 0);
    };
    const clear = (bytes) => words.fill(0, outHeader.bytes >> 2, (outHeader.bytes + bytes) >> 2);
    return {
        error: (unique, errno) => {
            putHeader(unique, outHeader.bytes, external_node_os_.constants.errno[errno]);
            device.write(scratch.subarray(0, outHeader.bytes));
        },
        ok: (unique) => send(unique, 0),
        attributes: (unique, attributes) => {
            put64(outHeader.bytes + attrOut.valid64, validSeconds);
            put64(outHeader.bytes + attrOut.validNsec, 0);
            putAttributes(outHeader.bytes + attrOut.attr, attributes);
            send(unique, attrOut.bytes);
        },
        entry: (unique, attributes) => {
            putEntry(outHeader.bytes, attributes);
            send(unique, entry.bytes);
        },
        noEntry: (unique) => {
            clear(entry.bytes); // inode 0 says that there is none
            put64(outHeader.bytes + entry.entryValid64, validSeconds);
            send(unique, entry.bytes);
        },
        opened: (unique, handle, flags) => {
            putOpened(outHeader.bytes, handle, flags);
            send(unique, openOut.bytes);
        },
        created: (unique, attributes, handle, flags) => {
            putEntry(outHeader.bytes, attributes);
            putOpened(outHeader.bytes + entry.bytes, handle, flags);
            send(unique, entry.bytes + openOut.bytes);
        },
        written: (unique, size) => {
            clear(writeOut.bytes);
            put32(outHeader.bytes + writeOut.size, size);
            send(unique, writeOut.bytes);
        },
        statfs: (unique, { bytes, files, free }) => {
            clear(statfs.bytes);
            put64(outHeader.bytes + statfs.blocks64, Math.ceil((bytes + free) / blockBytes));
            put64(outHeader.bytes + statfs.bfree64, Math.floor(free / blockBytes));
            put64(outHeader.bytes + statfs.bavail64, Math.floor(free / blockBytes));
            put64(outHeader.bytes + statfs.files64, files);
            put32(outHeader.bytes + statfs.bsize, blockBytes);
            put32(outHeader.bytes + statfs.namelen, longestName);
            put32(outHeader.bytes + statfs.frsize, blockBytes);
            send(unique, statfs.bytes);
        },
        data: (unique, pieces) => {
            let length = outHeader.bytes;
            for (const piece of pieces)
                length += piece.byteLength;
            putHeader(unique, length, 0);
            device.write(scratch.subarray(0, outHeader.bytes), pieces);
        },
        entries: (size, withAttributes) => {
            const room = Math.min(size, scratchBytes - outHeader.bytes);
            let used = 0;
            return {
                add: (cookie, name, attributes, isKnown) => {
                    const plus = withAttributes ? entry.bytes : 0;
                    const length = plus + ((dirent.name + name.byteLength + 7) & ~7);
                    if (used + length > room)
                        return false;
                    const start = outHeader.bytes + used;
                    words.fill(0, start >> 2, (start + length) >> 2);
                    if (withAttributes && isKnown)
                        putEntry(start, attributes);
                    put64(start + plus + dirent.ino64, attributes.ino);
                    put64(start + plus + dirent.cookie64, cookie);
                    put32(start + plus + dirent.nameLength, name.byteLength);
                    put32(start + plus + dirent.type, attributes.mode >> 12);
                    scratch.set(name, start + plus + dirent.name);
                    used += length;
                    return true;
                },
                send: (unique) => send(unique, used),
            };
        },
    };
}

;// CONCATENATED MODULE: ./build/mount/fuse/operations.js
/**
 * The operations of the FUSE protocol by their numbers: `enum fuse_opcode` of linux/fuse.h, protocol 7.31 to 7.45.
 * What each request carries is in requests.ts, what it is answered with in replies.ts.
 */
const operations = {
    // Names and attributes
    LOOKUP: 1,
    FORGET: 2,
    GETATTR: 3,
    SETATTR: 4,
    READLINK: 5,
    SYMLINK: 6,
    MKNOD: 8,
    MKDIR: 9,
    UNLINK: 10,
    RMDIR: 11,
    RENAME: 12,
    LINK: 13,
    ACCESS: 34,
    BATCH_FORGET: 42,
    RENAME2: 45,
    STATX: 52,
    // Files
    OPEN: 14,
    READ: 15,
    WRITE: 16,
    RELEASE: 18,
    FSYNC: 20,
    FLUSH: 25,
    CREATE: 35,
    FALLOCATE: 43,
    LSEEK: 46,
    COPY_FILE_RANGE: 47,
    TMPFILE: 51,
    COPY_FILE_RANGE_64: 53,
    // Folders
    OPENDIR: 27,
    READDIR: 28,
    RELEASEDIR: 29,
    FSYNCDIR: 30,
    READDIRPLUS: 44,
    // Extended attributes
    SETXATTR: 21,
    GETXATTR: 22,
    LISTXATTR: 23,
    REMOVEXATTR: 24,
    // The whole
    STATFS: 17,
    INIT: 26,
    INTERRUPT: 36,
    DESTROY: 38,
    IOCTL: 39,
    POLL: 40,
    SYNCFS: 50,
};
/** The kernel waits for no answer to these. */
const unanswered = ['FORGET', 'BATCH_FORGET', 'INTERRUPT', 'DESTROY'];
/** Numbers in requests are looked up here. */
const operationNames = Array.from({ length: Math.max(...Object.values(operations)) + 1 }, (_, number) => Object.keys(operations).find((name) => operations[name] === number));

;// CONCATENATED MODULE: ./build/mount/fuse/serve.js




/**
 * Answers what the kernel asks, until the file system is unmounted. To be called when it is mounted: a device that is not cannot be read.
 * Whatever a handler throws is a bug, which costs who asked an EIO, and all others nothing.
 */
function serve(device, replies, handlers, speech, log) {
    const { promise: ready, resolve, reject } = Promise.withResolvers();
    ready.catch(() => { });
    const request = requestsIn(device.buffer);
    const byNumber = operationNames.map((name) => name && handlers[name]);
    byNumber[operations.INIT] = () => {
        device.write(answerInit(request, speech));
        resolve();
    };
    const silent = new Set(unanswered.map((name) => operations[name]));
    const refuse = (errno) => {
        if (!silent.has(request.opcode))
            replies.error(request.unique, errno);
    };
    const ended = device.serve(() => {
        const handler = byNumber[request.opcode];
        if (!handler)
            return refuse('ENOSYS');
        try {
            handler(request);
        }
        catch (error) {
            log.warning(`${operationNames[request.opcode]} failed: ${(0,report/* messageOf */.bD)(error)}`);
            refuse('EIO');
            reject(error);
        }
    });
    ended.then(() => reject(new Error('the file system was unmounted before it was ready')), (error) => reject(error));
    return { ready, ended };
}

// EXTERNAL MODULE: ./build/blobs/index.js + 18 modules
var blobs = __webpack_require__(52026);
;// CONCATENATED MODULE: ./build/mount/buffers.js
/** Chunks of small files are as large as the file: buffers come in powers of two from here on. */
const smallest = 4096;
/**
 * @param most bytes of all buffers, lent or not
 * @param isShared whether other threads may read them
 */
function createBuffers(most, isShared = false) {
    const free = new Map();
    let lent = 0;
    let kept = 0;
    /** What is kept of other sizes makes room for what was lent. */
    const dropSurplus = () => {
        for (const [size, buffers] of free)
            while (lent + kept > most && buffers.pop())
                kept -= size;
    };
    return {
        get lent() {
            return lent;
        },
        take: (bytes) => {
            const size = Math.max(smallest, 2 ** Math.ceil(Math.log2(bytes)));
            if (lent + size > most)
                return undefined;
            const known = free.get(size)?.pop();
            lent += size;
            if (known) {
                kept -= size;
                return known;
            }
            dropSurplus();
            return isShared ? Buffer.from(new SharedArrayBuffer(size)) : Buffer.allocUnsafeSlow(size);
        },
        giveBack: (buffer) => {
            lent -= buffer.byteLength;
            kept += buffer.byteLength;
            const same = free.get(buffer.byteLength);
            if (same)
                same.push(buffer);
            else
                free.set(buffer.byteLength, [buffer]);
        },
        leave: (buffer) => {
            lent -= buffer.byteLength;
        },
    };
}

;// CONCATENATED MODULE: ./build/mount/chunks.js

/** A file is kept in chunks of so many bytes: what a random read moves at least. Large reads are many of them in one request. */
const chunkBytes = 64 * 1024;
/** The indices of the first and the last chunk of a stretch of a file. */
function indicesOf(offset, length) {
    return [Math.floor(offset / chunkBytes), Math.floor((offset + length - 1) / chunkBytes)];
}
function createChunks({ most, mostForeseen, sizeOf, readStretch, onRoom }) {
    const buffers = createBuffers(most);
    /** By inode and index: both together may be more than a number can hold. */
    const files = new Map();
    /** Filled chunks that nobody has read to their end, the oldest first; and those that somebody has: the kernel keeps a copy of these. */
    const unread = new Set();
    const read = new Set();
    const pending = new Map();
    const waitingForRoom = new Set();
    let foreseen = 0;
    const lengthOf = (inode, index) => Math.min(chunkBytes, sizeOf(inode) - index * chunkBytes);
    const release = (chunk) => {
        const chunks = files.get(chunk.inode);
        chunks?.delete(chunk.index);
        if (chunks?.size === 0)
            files.delete(chunk.inode);
        unread.delete(chunk);
        read.delete(chunk);
        buffers.giveBack(chunk.buffer);
    };
    const oldest = (set) => {
        for (const chunk of set)
            if (chunk.pins === 0)
                return chunk;
        return undefined;
    };
    const makeRoom = (mayDropUnread) => {
        const chunk = oldest(read) ?? (mayDropUnread ? oldest(unread) : undefined);
        if (chunk)
            release(chunk);
        return chunk !== undefined;
    };
    const take = (length, isForeseen) => {
        for (;;) {
            // What is foreseen leaves half of the memory to what is asked for.
            if (isForeseen && buffers.lent > most / 2 && !makeRoom(false))
                return undefined;
            const buffer = buffers.take(length);
            if (buffer || !makeRoom(!isForeseen))
                return buffer;
        }
    };
    const present = (inode, first, last) => {
        const found = [];
        for (let index = first; index <= last; index += 1) {
            const chunk = files.get(inode)?.get(index);
            if (chunk)
                found.push(chunk);
        }
        return found;
    };
    /** The chunks with these indices that are not there yet, or undefined where there is no room for all of them. */
    const addMissing = (inode, first, last, isForeseen) => {
        const added = [];
        for (let index = first; index <= last; index += 1) {
            if (files.get(inode)?.has(index))
                continue;
            const length = lengthOf(inode, index);
            const buffer = take(length, isForeseen);
            if (!buffer) {
                for (const chunk of added)
                    release(chunk);
                return undefined;
            }
            const chunk = { inode, index, buffer, length, pins: 0, isFilled: false, waiting: new Set() };
            const chunks = files.get(inode);
            if (chunks)
                chunks.set(index, chunk);
            else
                files.set(inode, new Map([[index, chunk]]));
            added.push(chunk);
        }
        return added;
    };
    const fill = (chunk) => {
        chunk.isFilled = true;
        unread.add(chunk);
        for (const one of chunk.waiting) {
            one.missing -= 1;
            if (one.missing === 0)
                answer(one);
        }
        chunk.waiting.clear();
    };
    const fail = (chunk, error) => {
        release(chunk);
        for (const one of chunk.waiting) {
            settle(one);
            one.reader.onFailed(error);
        }
        chunk.waiting.clear();
    };
    /** Puts a chunk behind all others of its kind: it is the last to be thrown away. */
    const noteUse = (chunk, toItsEnd) => {
        if (read.delete(chunk) || (toItsEnd && unread.delete(chunk)))
            read.add(chunk);
        else if (unread.delete(chunk))
            unread.add(chunk);
    };
    const settle = (one) => {
        pending.delete(one.reader);
        for (const chunk of one.chunks) {
            chunk.pins -= 1;
            chunk.waiting.delete(one);
        }
    };
    const answer = (one) => {
        const { offset, length } = one.reader;
        settle(one);
        let position = offset;
        const pieces = one.chunks.map((chunk) => {
            const start = position % chunkBytes;
            const end = Math.min(chunk.length, start + offset + length - position);
            position += end - start;
            noteUse(chunk, end === chunk.length);
            return chunk.buffer.subarray(start, end);
        });
        one.reader.onData(pieces);
    };
    /** Runs of chunks that follow each other, each one request. */
    const fetchRuns = (inode, added, isForeseen) => {
        for (let start = 0; start < added.length;) {
            let end = start + 1;
            while (end < added.length && added[end]?.index === (added[end - 1]?.index ?? 0) + 1)
                end += 1;
            void fetch(inode, added.slice(start, end), isForeseen);
            start = end;
        }
    };
    const fetch = async (inode, run, isForeseen) => {
        const offset = (run[0]?.index ?? 0) * chunkBytes;
        const length = run.reduce((sum, chunk) => sum + chunk.length, 0);
        let [place, filled] = [0, 0];
        const onBytes = (bytes) => {
            for (let taken = 0; taken < bytes.byteLength;) {
                const chunk = run[place];
                const count = Math.min(chunk.length - filled, bytes.byteLength - taken);
                chunk.buffer.set(taken === 0 && count === bytes.byteLength ? bytes : bytes.subarray(taken, taken + count), filled);
                taken += count;
                filled += count;
                if (filled === chunk.length) {
                    place += 1;
                    filled = 0;
                    fill(chunk);
                }
            }
        };
        if (isForeseen)
            foreseen += 1;
        try {
            await readStretch(inode, offset, length, onBytes);
        }
        catch (error) {
            for (const chunk of run.slice(place))
                fail(chunk, error);
        }
        finally {
            if (isForeseen)
                foreseen -= 1;
            goOn();
        }
    };
    const goOn = () => {
        for (const reader of waitingForRoom) {
            if (!begin(reader))
                return;
            waitingForRoom.delete(reader);
        }
        onRoom();
    };
    /** Begins with a reader when there is room for all that it needs at once: so every one that has begun can end. */
    const begin = (reader) => {
        const { inode, offset, length } = reader;
        const [first, last] = indicesOf(offset, length);
        const there = present(inode, first, last);
        for (const chunk of there)
            chunk.pins += 1; // what is there stays while room is made for the rest
        const added = addMissing(inode, first, last, false);
        for (const chunk of there)
            chunk.pins -= 1;
        if (!added)
            return false;
        const needed = present(inode, first, last);
        const one = { reader, chunks: needed, missing: 0 };
        for (const chunk of needed) {
            chunk.pins += 1;
            if (chunk.isFilled)
                continue;
            one.missing += 1;
            chunk.waiting.add(one);
        }
        if (one.missing === 0) {
            answer(one);
            return true;
        }
        pending.set(reader, one);
        fetchRuns(inode, added, false);
        return true;
    };
    return {
        get bytes() {
            return buffers.lent;
        },
        read: (reader) => {
            if (waitingForRoom.size > 0 || !begin(reader))
                waitingForRoom.add(reader);
        },
        forget: (reader) => {
            if (waitingForRoom.delete(reader))
                return true;
            const one = pending.get(reader);
            if (one)
                settle(one);
            return one !== undefined;
        },
        foresee: (inode, offset, length) => {
            if (foreseen >= mostForeseen || waitingForRoom.size > 0)
                return false;
            const [first, last] = indicesOf(offset, length);
            const added = addMissing(inode, first, last, true);
            if (added)
                fetchRuns(inode, added, true);
            return added !== undefined;
        },
    };
}

;// CONCATENATED MODULE: ./build/mount/foresight.js

/** Reads of a run come in order, but for some that the kernel sends side by side. */
const disorder = { bytes: 256 * 1024, files: 16 };
/** What begins counts one, a read near the place where it was expected one more, and one exactly there two: only then is anything fetched ahead. */
const sureHits = 3;
/** More places in one file, and more walks, are not followed: the oldest are forgotten. */
const most = { runsOfAFile: 4, runs: 64, walks: 16 };
/** Bytes of a request for what is foreseen: at first, and at most. */
const request = { least: 256 * 1024, most: 4 * 1024 * 1024 };
/** Files fetched ahead: at first, and at most. */
const filesAhead = { least: 4, most: 128 };
/** Of a large file, only the beginning is fetched before it is opened. */
const beginning = 1024 * 1024;
/** Milliseconds after which a run or walk does not count as one that needs memory. */
const idleAfter = 2000;
/**
 * Two directions: ahead within a file that is read in sequence, and ahead from file to file where they are read one after another. Both windows
 * grow with use, and end where it ends: who reads here and there is given what was asked for, and no more.
 */
function createForesight({ tree, memory, foresee }) {
    const runs = [];
    const walks = [];
    /** Half of the memory is for runs, and half for walks; each has an equal share, as long as it is used. */
    const shareOf = (all) => {
        const now = performance.now();
        const active = all.filter(({ at }) => now - at < idleAfter);
        return memory / 2 / Math.max(1, active.length);
    };
    const sawStretch = (inode, offset, length) => {
        const found = runs.findIndex((run) => run.inode === inode && Math.abs(offset - run.next) <= disorder.bytes);
        const end = offset + length;
        const run = runs[found] ?? { inode, next: offset, seen: 0, hits: 1, fetched: end, at: 0 };
        if (found < 0)
            forgetOldest(runs, inode);
        else {
            runs.splice(found, 1);
            run.hits += offset === run.next ? 2 : 1;
        }
        run.next = Math.max(run.next, end);
        run.fetched = Math.max(run.fetched, run.next);
        run.seen += length;
        run.at = performance.now();
        runs.push(run);
        return run;
    };
    const fetchRun = (run) => {
        if (run.hits < sureHits)
            return true;
        const size = tree.sizeOf(run.inode);
        const window = Math.min(run.seen, shareOf(runs));
        const goal = Math.min(size, run.next + window);
        const step = Math.min(request.most, Math.max(request.least, 2 ** Math.floor(Math.log2(window / 4))));
        while (run.fetched < goal && (goal - run.fetched >= step || goal === size)) {
            const length = Math.min(step, size - run.fetched);
            if (!foresee(run.inode, run.fetched, length))
                return false;
            run.fetched += length;
        }
        return true;
    };
    const sawFile = (inode) => {
        const found = walks.findIndex(({ last, fetched }) => inode > last - disorder.files && inode <= Math.max(fetched, last) + 2);
        const walk = walks[found] ?? { last: inode, ahead: 0, hits: 1, fetched: inode, bytes: 0, at: 0 };
        if (found >= 0 && walk.last === inode)
            return undefined; // it is read once more
        if (found >= 0) {
            walks.splice(found, 1);
            walk.hits += inode === walk.last + 1 ? 2 : 1;
        }
        else if (walks.length === most.walks)
            walks.shift();
        for (let passed = walk.last + 1; passed <= inode; passed += 1)
            if (passed <= walk.fetched)
                walk.bytes -= bytesAhead(passed);
        walk.last = Math.max(walk.last, inode);
        walk.fetched = Math.max(walk.fetched, walk.last);
        walk.ahead = walk.hits < sureHits ? 0 : Math.min(filesAhead.most, Math.max(filesAhead.least, 2 * walk.ahead));
        walk.at = performance.now();
        walks.push(walk);
        return walk;
    };
    const bytesAhead = (inode) => Math.min(tree.sizeOf(inode), beginning);
    const fetchWalk = (walk) => {
        // Several at a time: requests that leave together wake a server once.
        if (walk.last + walk.ahead - walk.fetched < walk.ahead / 4)
            return true;
        const share = shareOf(walks);
        while (walk.fetched < walk.last + walk.ahead && tree.isFile(walk.fetched + 1) && walk.bytes < share) {
            const inode = walk.fetched + 1;
            const bytes = bytesAhead(inode);
            if (bytes > 0 && !foresee(inode, 0, bytes))
                return false;
            walk.fetched = inode;
            walk.bytes += bytes;
        }
        return true;
    };
    const fetchAhead = () => {
        // The newest first: what was read last is read on most probably.
        for (let index = runs.length - 1; index >= 0; index -= 1)
            if (!fetchRun(runs[index]))
                return;
        for (let index = walks.length - 1; index >= 0; index -= 1)
            if (!fetchWalk(walks[index]))
                return;
    };
    const soon = (0,blobs/* oncePerTurn */.E7)(fetchAhead);
    return {
        saw: (inode, offset, length) => {
            const run = offset + length < tree.sizeOf(inode) || offset > 0 ? sawStretch(inode, offset, length) : undefined;
            const walk = offset === 0 ? sawFile(inode) : undefined;
            if (run || walk)
                soon();
        },
        goOn: soon,
    };
}
function forgetOldest(runs, inode) {
    const same = runs.filter((run) => run.inode === inode);
    if (same.length >= most.runsOfAFile)
        runs.splice(runs.indexOf(same[0]), 1);
    else if (runs.length >= most.runs)
        runs.shift();
}

;// CONCATENATED MODULE: ./build/mount/tree.js
/** Inode of the root, in every FUSE file system. */
const rootInode = 1;
/** The index of a file's inode in the snapshot. */
function indexOf(inode) {
    return inode - rootInode - 1;
}
/** @param snapshot sorted by path; its paths have no empty segments, and no file is a folder too */
function treeOf(snapshot) {
    const { parents, nameStarts, nameLengths, names, order } = collectNodes(snapshot);
    const firstFolder = rootInode + 1 + snapshot.length;
    const inodes = parents.length;
    const isFolder = (inode) => inode === rootInode || (inode >= firstFolder && inode < inodes);
    /** Folders counted from 0, which is the root. */
    const numberOf = (folder) => (folder === rootInode ? 0 : folder - firstFolder + 1);
    const compare = (inode, name, start, end) => {
        const from = nameStarts[inode] ?? 0;
        return names.compare(name, start, end, from, from + (nameLengths[inode] ?? 0));
    };
    const compareTwo = (a, b) => {
        const start = nameStarts[b] ?? 0;
        return compare(a, names, start, start + (nameLengths[b] ?? 0));
    };
    const { ends, entries, folders } = collectEntries(parents, order, numberOf, isFolder);
    const startOf = (folder) => ends[numberOf(folder) - 1] ?? 0;
    const endOf = (folder) => ends[numberOf(folder)] ?? 0;
    for (const [number, end] of ends.entries())
        sortIfNot(entries.subarray(ends[number - 1] ?? 0, end), compareTwo);
    const sizes = Float64Array.from({ length: snapshot.length }, (_, index) => snapshot.sizeAt(index));
    const times = Float64Array.from({ length: snapshot.length }, (_, index) => snapshot.lastModifiedAt(index));
    const newest = times.reduce((latest, time) => Math.max(latest, time), 0);
    return {
        files: snapshot.length,
        bytes: snapshot.bytes,
        isFolder,
        isFile: (inode) => inode > rootInode && inode < firstFolder,
        sizeOf: (inode) => sizes[indexOf(inode)] ?? 0,
        timeOf: (inode) => (isFolder(inode) ? newest : (times[indexOf(inode)] ?? 0)),
        parentOf: (inode) => parents[inode] ?? rootInode,
        foldersIn: (folder) => folders[numberOf(folder)] ?? 0,
        find: (folder, name) => {
            let [low, high] = [startOf(folder), endOf(folder)];
            while (low < high) {
                const middle = (low + high) >> 1;
                const inode = entries[middle] ?? 0;
                const order = compare(inode, name, 0, name.byteLength);
                if (order === 0)
                    return inode;
                if (order < 0)
                    low = middle + 1;
                else
                    high = middle;
            }
            return undefined;
        },
        countIn: (folder) => endOf(folder) - startOf(folder),
        entryAt: (folder, place) => entries[startOf(folder) + place] ?? 0,
        nameOf: (inode) => {
            const start = nameStarts[inode] ?? 0;
            return names.subarray(start, start + (nameLengths[inode] ?? 0));
        },
    };
}
/** In a sorted snapshot, all that lies in a folder stands together: what is open is a path of folders, as deep as that of the file before. */
function collectNodes(snapshot) {
    const nodes = createNodes(snapshot.length);
    const open = [];
    const enter = (segments) => {
        let depth = 0;
        while (depth < open.length && open[depth]?.name === segments[depth])
            depth += 1;
        open.length = depth;
        for (const name of segments.slice(depth))
            open.push({ name, inode: nodes.addFolder(open.at(-1)?.inode ?? rootInode, name) });
    };
    let folder = '';
    for (let index = 0; index < snapshot.length; index += 1) {
        const path = snapshot.pathAt(index);
        const end = path.lastIndexOf('/') + 1;
        if (end !== folder.length || !path.startsWith(folder)) {
            folder = path.slice(0, end);
            enter(folder.split('/').slice(0, -1));
        }
        nodes.addFile(index, open.at(-1)?.inode ?? rootInode, path.slice(end));
    }
    return nodes.done();
}
function createNodes(files) {
    let count = rootInode + 1 + files;
    let parents = new Uint32Array(count + 256);
    let nameStarts = new Uint32Array(count + 256);
    let nameLengths = new Uint16Array(count + 256);
    let order = new Uint32Array(count + 256);
    let names = Buffer.allocUnsafeSlow(64 * (files + 1));
    let [ordered, named] = [0, 0];
    const set = (inode, parent, name) => {
        // No character needs more than three bytes for each of its UTF-16 units.
        if (named + 3 * name.length > names.byteLength)
            names = grown(names, Buffer.allocUnsafeSlow(2 * names.byteLength + 3 * name.length));
        const length = names.write(name, named, 'utf8');
        parents[inode] = parent;
        nameStarts[inode] = named;
        nameLengths[inode] = length;
        order[ordered] = inode;
        ordered += 1;
        named += length;
    };
    const makeRoom = () => {
        if (count < parents.length)
            return;
        parents = grown(parents, new Uint32Array(2 * count));
        nameStarts = grown(nameStarts, new Uint32Array(2 * count));
        nameLengths = grown(nameLengths, new Uint16Array(2 * count));
        order = grown(order, new Uint32Array(2 * count));
    };
    return {
        addFile: (index, parent, name) => set(rootInode + 1 + index, parent, name),
        addFolder: (parent, name) => {
            makeRoom();
            set(count, parent, name);
            count += 1;
            return count - 1;
        },
        done: () => ({
            parents: parents.slice(0, count).fill(rootInode, 0, rootInode + 1),
            nameStarts: nameStarts.slice(0, count),
            nameLengths: nameLengths.slice(0, count),
            names: Buffer.from(names.subarray(0, named)),
            order: order.slice(0, ordered),
        }),
    };
}
/** The entries of all folders one behind the other, where those of each end, and how many of them are folders. */
function collectEntries(parents, order, numberOf, isFolder) {
    const last = order.reduce((most, inode) => (isFolder(inode) ? Math.max(most, numberOf(inode)) : most), 0);
    const folders = new Uint32Array(last + 1);
    const places = new Uint32Array(last + 2);
    for (const inode of order) {
        const number = numberOf(parents[inode] ?? rootInode);
        places[number + 1] = (places[number + 1] ?? 0) + 1;
        if (isFolder(inode))
            folders[number] = (folders[number] ?? 0) + 1;
    }
    for (let number = 1; number < places.length; number += 1)
        places[number] = (places[number] ?? 0) + (places[number - 1] ?? 0);
    const entries = new Uint32Array(order.length);
    for (const inode of order) {
        const number = numberOf(parents[inode] ?? rootInode);
        entries[places[number] ?? 0] = inode;
        places[number] = (places[number] ?? 0) + 1; // when all are there, it is where the folder ends
    }
    return { ends: places.subarray(0, last + 1), entries, folders };
}
/** Nearly all folders are in order already: a snapshot is sorted by paths, and differs only where `a-b` stands before `a/`, and beyond UTF-16. */
function sortIfNot(inodes, compare) {
    for (let place = 1; place < inodes.length; place += 1)
        if (compare(inodes[place - 1] ?? 0, inodes[place] ?? 0) > 0) {
            inodes.sort(compare);
            return;
        }
}
/** Copies what there is to the beginning of something larger. */
function grown(from, to) {
    to.set(from);
    return to;
}

;// CONCATENATED MODULE: ./build/mount/input-files.js







/** Everybody may read, nobody may write. */
const modes = { folder: fileTypes.folder | 0o555, file: fileTypes.file | 0o444 };
/** What changes something. The kernel refuses it already, as the mount is read-only. */
const changing = [
    'SETATTR',
    'SYMLINK',
    'MKNOD',
    'MKDIR',
    'UNLINK',
    'RMDIR',
    'RENAME',
    'RENAME2',
    'LINK',
    'WRITE',
    'CREATE',
    'TMPFILE',
    'FALLOCATE',
    'SETXATTR',
    'REMOVEXATTR',
];
/** Requests in flight for what will probably be read. */
const mostForeseen = 64;
/** A read that failed is asked for once more by the kernel, in another size. Whoever asks within so many milliseconds gets the same answer. */
const verdictMilliseconds = 1000;
/** A fault of every file is kept; not more than so many are told. */
const mostFaults = 1000;
/**
 * The files of a snapshot. What is not here, the kernel is told to do without: it opens files and folders without asking (ENOSYS to OPEN and
 * OPENDIR), there is nothing to flush, and no extended attributes.
 */
function inputFiles({ snapshot, container, replies, memory, signal, log }) {
    const tree = treeOf(snapshot);
    const faults = new Map();
    const verdicts = new Map();
    const moved = { read: 0, fetched: 0 };
    const reading = new Map();
    const readStretch = (inode, offset, length, onBytes) => {
        const { name, etag } = snapshot.at(indexOf(inode));
        moved.fetched += length;
        return container.read({ name, etag, offset, length, signal, onBytes });
    };
    const chunks = createChunks({
        most: memory,
        mostForeseen,
        sizeOf: tree.sizeOf,
        readStretch,
        onRoom: () => foresight.goOn(),
    });
    const foresight = createForesight({ tree, memory, foresee: chunks.foresee });
    const isRefused = (inode) => {
        if (faults.get(inode)?.isChanged)
            return true; // what it was can never be had again
        const verdict = verdicts.get(inode);
        return verdict !== undefined && performance.now() - verdict < verdictMilliseconds;
    };
    const noteFault = (inode, error) => {
        verdicts.set(inode, performance.now());
        if (signal.aborted || (faults.size >= mostFaults && !faults.has(inode)))
            return;
        const path = snapshot.pathAt(indexOf(inode));
        const isChanged = error instanceof blobs/* BlobError */.K4 && (error.status === 412 || error.status === 404);
        if (!faults.has(inode))
            log.warning(`${(0,report/* quoted */.TL)(path)} ${isChanged ? 'has changed since it was listed' : 'cannot be read'} (${(0,report/* messageOf */.bD)(error)}); who reads it gets EIO.`);
        faults.set(inode, { path, isChanged, reason: (0,report/* messageOf */.bD)(error) });
    };
    const read = (request) => {
        const { nodeid: inode, unique } = request;
        const offset = request.u64(READ.offset64);
        const length = Math.min(request.u32(READ.size), tree.sizeOf(inode) - offset);
        if (!tree.isFile(inode))
            return replies.error(unique, 'EISDIR');
        if (length <= 0)
            return replies.data(unique, []);
        if (isRefused(inode))
            return replies.error(unique, 'EIO');
        const reader = {
            inode,
            offset,
            length,
            onData: (pieces) => {
                reading.delete(unique);
                moved.read += length;
                replies.data(unique, pieces);
            },
            onFailed: (error) => {
                reading.delete(unique);
                noteFault(inode, error);
                replies.error(unique, 'EIO');
            },
        };
        reading.set(unique, reader);
        chunks.read(reader);
        foresight.saw(inode, offset, length);
    };
    const interrupt = (request) => {
        const unique = request.u64(INTERRUPT.unique64);
        const reader = reading.get(unique);
        if (!reader || !chunks.forget(reader))
            return;
        reading.delete(unique);
        replies.error(unique, 'EINTR');
    };
    const readOnly = Object.fromEntries(changing.map((name) => [name, ({ unique }) => replies.error(unique, 'EROFS')]));
    return {
        handlers: {
            ...readOnly,
            ...namesAndAttributes(tree, replies),
            READ: read,
            INTERRUPT: interrupt,
            READLINK: ({ unique }) => replies.error(unique, 'EINVAL'),
            STATFS: ({ unique }) => replies.statfs(unique, { ...tree, free: 0 }),
        },
        get faults() {
            return [...faults.values()];
        },
        moved,
        get memory() {
            return chunks.bytes;
        },
    };
}
/** What is answered from the tree alone. The kernel asks for each thing once: the tree never changes. */
function namesAndAttributes(tree, replies) {
    const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
    const never = timeOf(0);
    const attributes = {
        ino: 0,
        size: 0,
        atime: never,
        mtime: never,
        ctime: never,
        mode: 0,
        nlink: 0,
        ...owner,
    };
    const attributesOf = (inode) => {
        const isFolder = tree.isFolder(inode);
        attributes.ino = inode;
        attributes.size = isFolder ? 0 : tree.sizeOf(inode);
        attributes.atime = attributes.mtime = attributes.ctime = timeOf(tree.timeOf(inode));
        attributes.mode = isFolder ? modes.folder : modes.file;
        attributes.nlink = isFolder ? 2 + tree.foldersIn(inode) : 1;
        return attributes;
    };
    const lookup = (request) => {
        const { unique, nodeid } = request;
        if (!tree.isFolder(nodeid))
            return replies.error(unique, 'ENOTDIR');
        const name = request.name(LOOKUP.name);
        if (name.byteLength > longestName)
            return replies.error(unique, 'ENAMETOOLONG');
        const inode = tree.find(nodeid, name);
        return inode === undefined ? replies.noEntry(unique) : replies.entry(unique, attributesOf(inode));
    };
    const getattr = ({ unique, nodeid }) => {
        if (!tree.isFolder(nodeid) && !tree.isFile(nodeid))
            return replies.error(unique, 'ENOENT');
        return replies.attributes(unique, attributesOf(nodeid));
    };
    /** Cookies count the entries: `.` is 1, `..` is 2, and those of the tree follow. */
    const readdir = (withAttributes) => (request) => {
        const { unique, nodeid: folder } = request;
        if (!tree.isFolder(folder))
            return replies.error(unique, 'ENOTDIR');
        const entries = replies.entries(request.u32(READ.size), withAttributes);
        const count = tree.countIn(folder) + dots.length;
        let cookie = request.u64(READ.offset64);
        for (; cookie < count; cookie += 1) {
            const dot = dots[cookie];
            const inode = dot ? (cookie === 0 ? folder : tree.parentOf(folder)) : tree.entryAt(folder, cookie - dots.length);
            if (!entries.add(cookie + 1, dot ?? tree.nameOf(inode), attributesOf(inode), !dot))
                break;
        }
        return entries.send(unique);
    };
    return { LOOKUP: lookup, GETATTR: getattr, READDIR: readdir(false), READDIRPLUS: readdir(true) };
}
const dots = [Buffer.from('.'), Buffer.from('..')];

;// CONCATENATED MODULE: ./build/mount/mount-table.js

/** The type that our file systems have in the table of mounts: by it they are found again. */
const fileSystemType = 'fuse.azureml-datasets';
/** Folders at which our file systems are mounted, as this process sees them. Nothing of them is touched: one that hangs would hang who asks. */
async function ourMounts() {
    return parseMountTable(await (0,promises_.readFile)('/proc/self/mountinfo', 'utf8').catch(() => ''));
}
/** `/proc/self/mountinfo` (proc(5)): `id parent major:minor root folder options … - type source options`. */
function parseMountTable(table) {
    return table.split('\n').flatMap((line) => {
        const fields = line.split(' ');
        const [, , , , folder] = fields;
        const type = fields[fields.indexOf('-') + 1];
        return type === fileSystemType && folder ? [unescaped(folder)] : [];
    });
}
/** Spaces, tabs, line ends and backslashes stand there in octal. The bytes need not be UTF-8, but paths that we mount at are. */
function unescaped(text) {
    return text.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)));
}

// EXTERNAL MODULE: external "node:child_process"
var external_node_child_process_ = __webpack_require__(31421);
;// CONCATENATED MODULE: ./build/mount/rights.js



/** What a container needs so that one can mount in it: the line of the workflow that gives it. */
const containerOptions = '"container: options: --device /dev/fuse --cap-add SYS_ADMIN --security-opt apparmor:unconfined"';
/** The first thing that is missing for a mount, and what gives it; undefined where there is nothing. */
function lackingForMount({ platform, device, isRoot, sudo, mayMount, mount }) {
    if (platform !== 'linux')
        return `datasets are mounted on Linux only, and this is ${platform}`;
    if (!device)
        return `there is no /dev/fuse that we may open (in a container: ${containerOptions})`;
    if (mount === undefined)
        return 'there is no program mount in /usr/bin or /bin that belongs to root alone';
    if (!isRoot && !sudo)
        return 'we are not root, and sudo does not mount without a password';
    return mayMount ? undefined : `CAP_SYS_ADMIN is missing (in a container: ${containerOptions})`;
}
async function readMountRights(signal) {
    const isRoot = process.getuid?.() === 0;
    const mount = await systemProgram('mount');
    const [device, sudo, capabilities] = await Promise.all([
        mayOpen('/dev/fuse'),
        process.platform === 'linux' && !isRoot && mount !== undefined && mountsBySudo(mount, signal),
        (0,promises_.readFile)('/proc/self/status', 'utf8').catch(() => ''),
    ]);
    const mayMount = hasSysAdmin(capabilities, isRoot ? 'CapEff' : 'CapBnd');
    return { platform: process.platform, device, isRoot, sudo, mayMount, mount };
}
function mayOpen(device) {
    return (0,promises_.access)(device, promises_.constants.R_OK | promises_.constants.W_OK).then(() => true, () => false);
}
/** Asks for the version of `mount`, which mounts nothing. */
async function mountsBySudo(mount, signal) {
    const sudo = await systemProgram('sudo');
    if (sudo === undefined)
        return false;
    return (0,external_node_util_.promisify)(external_node_child_process_.execFile)(sudo, ['-n', mount, '--version'], { signal, timeout: 10_000 }).then(() => true, () => false);
}
const systemFolders = ['/usr/bin', '/bin', '/usr/sbin', '/sbin'];
const writableByOthers = 0o022;
/** A program of the system: never one that PATH happens to find, and none that anybody but root can have written. */
async function systemProgram(name) {
    for (const folder of systemFolders) {
        const file = `${folder}/${name}`;
        const status = await (0,promises_.stat)(file).catch(() => undefined);
        if (status?.isFile() && status.uid === 0 && (status.mode & writableByOthers) === 0)
            return file;
    }
    return undefined;
}
/** CAP_SYS_ADMIN is bit 21 of a set in `/proc/self/status` (capabilities(7)): of what root has, or of the most that sudo could give. */
function hasSysAdmin(status, set) {
    const mask = new RegExp(`^${set}:\\s*([0-9a-f]+)$`, 'm').exec(status)?.[1];
    return mask !== undefined && ((BigInt(`0x${mask}`) >> 21n) & 1n) === 1n;
}

;// CONCATENATED MODULE: ./build/mount/system.js





/** A command of the system failed. */
class CommandFailure extends Error {
    output;
    constructor(command, status, output) {
        super(`${command} ended with ${status}: ${output.replace(/\s+/g, ' ').trim()}`);
        this.output = output;
    }
}
/** Commands that hang are given up after so many milliseconds. */
const system_patience = 15_000;
/**
 * Runs a program of the system with the rights of root. Never waited for synchronously: `umount` asks the file system, and that may be us.
 * @param stdin a descriptor that it gets as its standard input
 * @throws CommandFailure
 */
async function asRoot(name, args, stdin = 'ignore') {
    const program = await systemProgram(name);
    const sudo = process.getuid?.() === 0 ? undefined : await systemProgram('sudo');
    if (program === undefined)
        throw new CommandFailure(name, 'nothing', 'there is no such program of the system');
    const command = [...(sudo ? [sudo, '-n'] : []), program, ...args];
    const child = (0,external_node_child_process_.spawn)(command[0], command.slice(1), {
        stdio: [typeof stdin === 'string' && stdin !== 'ignore' ? 'pipe' : stdin, 'ignore', 'pipe'],
        // The plain locale, so that what a program says reads the same on every machine.
        env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
        timeout: system_patience,
        killSignal: 'SIGKILL',
    });
    if (typeof stdin === 'string')
        child.stdin?.end(stdin);
    const { promise, resolve } = Promise.withResolvers();
    child.once('error', (error) => resolve(error.message));
    child.once('close', (status, killed) => resolve(status ?? killed ?? 'nothing'));
    const [output, status] = await Promise.all([child.stderr ? (0,consumers_.text)(child.stderr) : '', promise]);
    if (status !== 0)
        throw new CommandFailure(name, status, output);
}
/**
 * Mounts an open `/dev/fuse` at a folder. The descriptor goes as standard input, since sudo closes all others. Other users may look into it too:
 * later steps may run as root, or mount it into a container; `-i` keeps `mount` from looking for a helper.
 * @throws CommandFailure
 */
async function mountDevice(fd, folder, { isReadOnly, mostRead }) {
    const options = [
        'fd=0',
        'rootmode=40000',
        `user_id=${process.getuid?.() ?? 0}`,
        `group_id=${process.getgid?.() ?? 0}`,
        'allow_other',
        'default_permissions',
        `max_read=${mostRead}`,
        ...(isReadOnly ? ['ro'] : []),
        'nosuid',
        'nodev',
    ];
    await asRoot('mount', ['-i', '-t', fileSystemType, '-o', options.join(','), 'azureml-datasets', folder], fd);
}
/** @param isLazy whether it disappears from the tree at once, and ends when the last who uses it has gone @throws CommandFailure */
async function unmountFolder(folder, isLazy) {
    await asRoot('umount', [...(isLazy ? ['-l'] : []), folder]);
}
/** Milliseconds in which the kernel has to hand over what programs have written into mapped files. */
const syncPatience = 60_000;
/** Lets the kernel hand over what it still has of a file system: what was written into mapped files, and nowhere else yet. Best effort. */
async function syncFolder(folder) {
    const program = await systemProgram('sync');
    if (program === undefined)
        return;
    const child = (0,external_node_child_process_.spawn)(program, ['-f', folder], { stdio: 'ignore', timeout: syncPatience, killSignal: 'SIGKILL' });
    const { promise, resolve } = Promise.withResolvers();
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
    await promise;
}
/** So many KiB the kernel reads ahead: by default 128, which leaves each READ too small. */
const readAheadKiB = 1024;
/** Best effort: it is only slower without. @param folder where it is mounted; it has to answer by now */
async function raiseReadAhead(folder) {
    const { dev } = await (0,promises_.stat)(folder);
    // How the C library packs the two numbers of a device (gnu_dev_major(3)); those without hardware have 0 as the first.
    const [major, minor] = [(dev >> 8) & 0xfff, (dev & 0xff) | ((dev >> 12) & 0xfff00)];
    await writeAsRoot(`/sys/class/bdi/${major}:${minor}/read_ahead_kb`, String(readAheadKiB)).catch(() => { });
}
async function writeAsRoot(file, value) {
    if (process.getuid?.() === 0)
        await (0,promises_.writeFile)(file, value);
    else
        await asRoot('tee', [file], value);
}
/** Processes that use something below a folder, as far as we may see: `python3 (4711)`. */
async function holdersOf(folder) {
    const holders = [];
    for (const pid of await (0,promises_.readdir)('/proc').catch(() => [])) {
        if (!/^\d+$/.test(pid) || !(await holds(pid, folder)))
            continue;
        const name = await (0,promises_.readFile)(`/proc/${pid}/comm`, 'utf8').catch(() => '');
        holders.push(`${name.trim()} (${pid})`);
    }
    return holders;
}
async function holds(pid, folder) {
    const isBelow = (path) => path === folder || path.startsWith(`${folder}/`);
    const open = (await (0,promises_.readdir)(`/proc/${pid}/fd`).catch(() => [])).map((fd) => `fd/${fd}`);
    for (const link of ['cwd', 'root', 'exe', ...open]) {
        if (isBelow(await (0,promises_.readlink)(`/proc/${pid}/${link}`).catch(() => '')))
            return true;
    }
    const maps = await (0,promises_.readFile)(`/proc/${pid}/maps`, 'utf8').catch(() => '');
    return maps.split('\n').some((line) => isBelow(line.slice(line.indexOf('/'))));
}

;// CONCATENATED MODULE: ./build/mount/mounted.js










/** All that changes comes through the kernel, or nothing changes: what it knows it may keep, if not for ever. */
const validSeconds = 7 * 24 * 60 * 60;
/** Bytes of the largest READ and WRITE, as the kernel takes them. Where nothing may be written, there is no need for room. */
const mounted_most = { read: 1024 * 1024, write: 1024 * 1024, noWrite: 4096 };
const pageBytes = 4096;
/**
 * Mounts a file system at a folder, and serves it until it is unmounted.
 * @throws CommandFailure of `mount`, and what the system says
 */
async function serveAt({ folder, isWritable, reader, log }, handlersFor) {
    const mostWrite = isWritable ? mounted_most.write : mounted_most.noWrite;
    const device = openDevice(mostWrite, reader);
    const replies = repliesTo(device, validSeconds);
    const handlers = handlersFor(replies);
    await mountDevice(device.fd, folder, { isReadOnly: !isWritable, mostRead: mounted_most.read });
    const flags = isWritable ? writableFlags : readOnlyFlags;
    const { ready, ended } = serve(device, replies, handlers, { pageBytes, mostWrite, flags }, log);
    const over = ended.catch((error) => log.warning(`The connection to the kernel broke: ${(0,report/* detailOf */.Rw)(error)}`));
    await ready;
    await raiseReadAhead(folder);
    let holders = [];
    return {
        ended: over,
        get holders() {
            return holders;
        },
        unmount: async () => {
            holders = await unmountWhateverHappens(folder, log);
            await (0,promises_.rmdir)(folder).catch(() => { }); // something may lie below it that is not ours
        },
    };
}
/**
 * Mounts a dataset, read-only.
 * @param memory bytes of file contents that it may keep
 * @throws CommandFailure of `mount`, and what the system says
 */
async function mountInput({ label, folder, container, snapshot }, { memory, reader, log }) {
    const stop = new AbortController();
    let files;
    const served = await serveAt({ folder, isWritable: false, reader, log }, (replies) => {
        files = inputFiles({ snapshot, container, replies, memory, signal: stop.signal, log });
        return files.handlers;
    });
    return {
        ended: served.ended.finally(() => stop.abort(new Error('unmounted'))),
        status: () => ({
            ...{ label, folder, faults: files?.faults ?? [], memory: files?.memory ?? 0, holders: served.holders },
            ...(files?.moved ?? { read: 0, fetched: 0 }),
        }),
        unmount: served.unmount,
    };
}
/** As it should be; if somebody uses it, lazily: it goes from the tree at once. Gives who used it. */
async function unmountWhateverHappens(folder, log) {
    if (!(await ourMounts()).includes(folder))
        return [];
    try {
        await unmountFolder(folder, false);
        return [];
    }
    catch {
        const holders = await holdersOf(folder);
        await unmountFolder(folder, true).catch((error) => log.warning((0,report/* detailOf */.Rw)(error)));
        return holders;
    }
}
/**
 * Unmounts what is still mounted at these folders, and of this action: its daemon was killed, or does not answer. What a mount covered, or was made
 * for it, goes too, if it is empty.
 */
async function unmountLeftovers(folders) {
    for (const folder of await ourMounts()) {
        if (folders.includes(folder))
            await unmountFolder(folder, true).catch(() => { }); // somebody else did it meanwhile
    }
    for (const folder of folders)
        await (0,promises_.rmdir)(folder).catch(() => { });
}
/** Folders of file systems of ours whose daemon has ended: they refuse everything. */
async function deadMounts() {
    const dead = [];
    for (const folder of await ourMounts())
        if (await isDead(folder))
            dead.push(folder);
    return dead;
}
/** Milliseconds after which a file system that does not answer is taken for one that hangs, and left alone. */
const answerWithin = 2000;
/** Asked asynchronously, since one that hangs would hang us. */
async function isDead(folder) {
    const { promise, resolve } = Promise.withResolvers();
    const timer = setTimeout(() => resolve(false), answerWithin);
    (0,external_node_fs_.stat)(folder, (error) => resolve(error?.code === 'ENOTCONN'));
    return promise.finally(() => clearTimeout(timer));
}

;// CONCATENATED MODULE: ./build/mount/output/content.js

/** So many blocks of one size, then as many of twice that size; it doubles so often. */
const blocksOfASize = 4096;
const doublings = 3;
/** @param firstBytes size of the first blocks */
function geometryOf(firstBytes) {
    const sizes = Array.from({ length: doublings + 1 }, (_, step) => firstBytes * 2 ** step);
    const starts = sizes.map((_, step) => sizes.slice(0, step).reduce((sum, bytes) => sum + bytes * blocksOfASize, 0));
    const of = (index) => {
        const step = Math.min(doublings, Math.floor(index / blocksOfASize));
        const bytes = sizes[step] ?? 0;
        return { index, start: (starts[step] ?? 0) + (index - step * blocksOfASize) * bytes, bytes };
    };
    const last = of(blobs/* mostBlocks */.o5 - 1);
    return {
        mostBytes: last.start + last.bytes,
        of,
        at: (offset) => {
            let step = 0;
            while (step < doublings && offset >= (starts[step + 1] ?? 0))
                step += 1;
            const within = Math.floor((offset - (starts[step] ?? 0)) / (sizes[step] ?? 1));
            return of(step * blocksOfASize + within);
        },
    };
}
function emptyContent() {
    return { size: 0, blocks: [], version: 0, committed: -1, blob: undefined, home: undefined, isGone: false };
}
function emptyBlock() {
    return {
        length: 0,
        buffer: undefined,
        spooled: undefined,
        stored: undefined,
        version: 0,
        isAppended: true,
        touched: 0,
        pins: 0,
    };
}
/** Whether its content has to be fetched from the store. */
function isAway({ buffer, spooled, length }) {
    return buffer === undefined && spooled === undefined && length > 0;
}
/** Whether all that was written is in the store. */
function isCommitted({ version, committed }) {
    return version === committed;
}
/** Bytes that a block has in its file: all blocks but the last are full, with zeros where nothing was written. */
function wantedBytes({ size }, { start, bytes }) {
    return Math.max(0, Math.min(bytes, size - start));
}

;// CONCATENATED MODULE: ./build/mount/output/file.js

/** What was never written. */
const zeros = Buffer.alloc(1024 * 1024);
function fileContents(geometry, spool) {
    const changed = (block) => {
        block.stored = undefined;
        block.version += 1;
        block.touched = performance.now();
    };
    const blockOf = (content, index) => {
        const block = content.blocks[index] ?? emptyBlock();
        content.blocks[index] = block;
        return block;
    };
    /** Writes within one block. */
    const writePiece = (block, place, from, piece) => {
        const { length } = block;
        if (isAway(block)) {
            if (from > 0 || piece.byteLength < length)
                return block;
            block.length = 0; // nothing is left of what the store has
        }
        // The first block of a file may be all of it; of those behind it, all but the last are full.
        const expected = place.index > 0 && block.isAppended ? place.bytes : 0;
        if (!spool.write(block, from, piece, expected)) {
            block.length = length;
            return 'room';
        }
        block.isAppended &&= from === length;
        changed(block);
        return undefined;
    };
    const write = (content, offset, data) => {
        const full = [];
        let done = 0;
        let needs;
        while (done < data.byteLength) {
            const place = geometry.at(offset + done);
            const from = offset + done - place.start;
            const count = Math.min(place.bytes - from, data.byteLength - done);
            const block = blockOf(content, place.index);
            needs = writePiece(block, place, from, data.subarray(done, done + count));
            if (needs)
                break;
            done += count;
            if (block.isAppended && block.length === place.bytes)
                full.push(place.index);
        }
        if (done > 0) {
            content.size = Math.max(content.size, offset + done);
            content.version += 1;
        }
        return { done, needs, full };
    };
    const parts = (content, offset, length) => {
        const found = [];
        for (let position = offset; position < offset + length;) {
            const { index, start, bytes } = geometry.at(position);
            const block = content.blocks[index];
            const from = position - start;
            const end = Math.min(bytes, offset + length - start);
            const to = block && from < block.length ? Math.min(end, block.length) : Math.min(end, from + zeros.byteLength);
            if (!block || from >= block.length)
                found.push(zeros.subarray(0, to - from));
            else if (isAway(block))
                found.push({ block, from, to });
            else
                found.push(spool.read(block, from, to));
            position = start + to;
        }
        return found;
    };
    const cut = (block, length) => {
        if (length >= block.length)
            return;
        if (block.stored && isAway(block)) {
            block.stored.isCut = true;
            block.length = length;
            block.version += 1;
            return;
        }
        spool.cut(block, length);
        changed(block);
    };
    const resize = (content, size) => {
        if (size < content.size) {
            const { index, start } = geometry.at(size);
            const kept = size > start ? index + 1 : index;
            for (const block of content.blocks.slice(kept))
                if (block)
                    spool.drop(block);
            content.blocks.length = Math.min(content.blocks.length, kept);
            const last = content.blocks[index];
            if (last)
                cut(last, size - start);
        }
        content.size = size;
        content.version += 1;
    };
    const zero = (content, offset, length) => {
        const end = Math.min(offset + length, content.size);
        content.version += 1;
        for (let position = offset; position < end;) {
            const { index, start, bytes } = geometry.at(position);
            const block = content.blocks[index];
            const from = position - start;
            const to = Math.min(bytes, end - start);
            position = start + to;
            if (!block || from >= block.length)
                continue;
            if (to >= block.length)
                cut(block, from);
            else if (isAway(block))
                return block;
            else
                for (let at = from; at < to; at += zeros.byteLength) {
                    // What it overwrites has its room already.
                    spool.write(block, at, zeros.subarray(0, Math.min(zeros.byteLength, to - at)));
                    changed(block);
                }
        }
        return undefined;
    };
    const drop = (content) => {
        for (const block of content.blocks)
            if (block)
                spool.drop(block);
        content.blocks.length = 0;
    };
    return { write, parts, resize, zero, drop };
}

// EXTERNAL MODULE: external "node:readline"
var external_node_readline_ = __webpack_require__(80481);
;// CONCATENATED MODULE: ./build/mount/output/manifest.js



/** Bytes that are written at a time. */
const pieceBytes = 1024 * 1024;
/** Writes down what an output was when it was sealed, a line of JSON for each file: whole or not at all. */
async function writeManifest(path, files) {
    const file = await (0,promises_.open)(`${path}.new`, 'w', 0o600);
    try {
        let lines = '';
        for (const { path: name, size, etag, md5 } of files) {
            lines += `${JSON.stringify([name, size, etag, md5 ?? ''])}\n`;
            if (lines.length < pieceBytes)
                continue;
            await file.write(lines);
            lines = '';
        }
        await file.write(lines);
    }
    finally {
        await file.close();
    }
    await (0,promises_.rename)(`${path}.new`, path);
}
/** Reads it line by line. It is a file of ours, in a folder that only we can enter. */
async function* readManifest(path) {
    for await (const line of (0,external_node_readline_.createInterface)({ input: (0,external_node_fs_.createReadStream)(path) })) {
        const [name, size, etag, md5] = JSON.parse(line);
        yield { path: name, size, etag, md5: md5 || undefined };
    }
}

;// CONCATENATED MODULE: ./build/mount/output/nodes.js



const setGroupId = 0o2000;
/** Files have no more names than so many, as on ext4. */
const mostLinks = 65_000;
function isFolder({ mode }) {
    return (mode & fileTypeMask) === fileTypes.folder;
}
function now() {
    return timeOf(Date.now());
}
/** @param onFreed gets what has no name any more and is not open: nobody can reach it again */
function nodes_createNodes(owner, onFreed) {
    const nodes = new Map();
    let nextInode = rootInode;
    let nextCookie = 1;
    let files = 0;
    const create = ({ mode, uid, gid, target }) => {
        const type = mode & fileTypeMask;
        const time = now();
        const node = {
            inode: nextInode,
            ...{ mode, uid, gid, atime: time, mtime: time, ctime: time },
            lookups: 0,
            places: [],
            children: type === fileTypes.folder ? new Map() : undefined,
            subfolders: 0,
            target,
            content: type === fileTypes.file ? emptyContent() : undefined,
            ...{ writers: 0, cached: 0, uncached: 0, isStale: false },
        };
        nextInode += 1;
        nodes.set(node.inode, node);
        return node;
    };
    const root = create({ mode: fileTypes.folder | 0o755, ...owner });
    const childrenOf = ({ children }) => {
        if (!children)
            throw new Error('not a folder');
        return children;
    };
    const changed = (folder) => {
        folder.mtime = folder.ctime = now();
    };
    const put = (place) => {
        place.cookie = nextCookie;
        nextCookie += 1;
        childrenOf(place.parent).set(place.name, place);
        if (isFolder(place.node))
            place.parent.subfolders += 1;
        place.node.ctime = now();
        changed(place.parent);
    };
    const take = (place) => {
        childrenOf(place.parent).delete(place.name);
        if (isFolder(place.node))
            place.parent.subfolders -= 1;
        place.node.ctime = now();
        changed(place.parent);
    };
    const addPlace = (node, parent, name) => {
        const place = { node, parent, name, cookie: 0 };
        node.places.push(place);
        put(place);
    };
    const removePlace = (place) => {
        take(place);
        const { node } = place;
        node.places.splice(node.places.indexOf(place), 1);
        freeIfUnused(node);
    };
    const freeIfUnused = (node) => {
        if (node.places.length > 0 || node.lookups > 0 || node === root)
            return;
        nodes.delete(node.inode);
        if (node.content)
            files -= 1;
        onFreed(node);
    };
    /** What stands against removing it. */
    const objection = ({ node }, what) => {
        if (what === 'file')
            return isFolder(node) ? 'EISDIR' : undefined;
        if (!isFolder(node))
            return 'ENOTDIR';
        return childrenOf(node).size > 0 ? 'ENOTEMPTY' : undefined;
    };
    return {
        root,
        get files() {
            return files;
        },
        get: (inode) => {
            const node = nodes.get(inode);
            if (!node)
                throw new Error(`the kernel asks about inode ${inode}, which it has forgotten`);
            return node;
        },
        find: (folder, name) => childrenOf(folder).get(name)?.node,
        make: (folder, name, making) => {
            if (folder.places.length === 0 && folder !== root)
                return 'ENOENT'; // it was removed
            if (childrenOf(folder).has(name))
                return 'EEXIST';
            const isInherited = (folder.mode & setGroupId) !== 0;
            const isNewFolder = (making.mode & fileTypeMask) === fileTypes.folder;
            const node = create({
                ...making,
                gid: isInherited ? folder.gid : making.gid,
                mode: isInherited && isNewFolder ? making.mode | setGroupId : making.mode,
            });
            if (node.content)
                files += 1;
            addPlace(node, folder, name);
            return node;
        },
        link: (node, folder, name) => {
            if (isFolder(node))
                return 'EPERM';
            if (node.places.length === 0)
                return 'ENOENT';
            if (childrenOf(folder).has(name))
                return 'EEXIST';
            if (node.places.length >= mostLinks)
                return 'EMLINK';
            addPlace(node, folder, name);
            return undefined;
        },
        remove: (folder, name, what) => {
            const place = childrenOf(folder).get(name);
            if (!place)
                return 'ENOENT';
            const objected = objection(place, what);
            if (!objected)
                removePlace(place);
            return objected;
        },
        rename: (from, name, to, newName, how) => {
            const place = childrenOf(from).get(name);
            const there = childrenOf(to).get(newName);
            if (!place)
                return 'ENOENT';
            if (how === 'exchange') {
                if (!there)
                    return 'ENOENT';
                take(place);
                take(there);
                Object.assign(there, { parent: from, name });
                Object.assign(place, { parent: to, name: newName });
                put(there);
                put(place);
                return undefined;
            }
            if (there) {
                if (how === 'refuse')
                    return 'EEXIST';
                if (there.node === place.node)
                    return undefined;
                const objected = objection(there, isFolder(place.node) ? 'folder' : 'file');
                if (objected)
                    return objected;
                removePlace(there);
            }
            take(place);
            Object.assign(place, { parent: to, name: newName });
            put(place);
            return undefined;
        },
        forget: (inode, lookups) => {
            const node = nodes.get(inode);
            if (!node)
                return;
            node.lookups -= lookups;
            freeIfUnused(node);
        },
    };
}
/** Where a node is: its names from the root on, by its first name. Undefined for what was removed. */
function pathOf(node) {
    const names = [];
    for (let current = node; current.inode !== rootInode;) {
        const [place] = current.places;
        if (!place)
            return undefined;
        names.push(place.name);
        current = place.parent;
    }
    return names.reverse().join('/');
}

;// CONCATENATED MODULE: ./build/mount/output/attributes.js


/** `S_ISUID`, `S_ISGID`, and the right of the group to run it, without which the second means something else. */
const attributes_modes = { setUser: 0o4000, setGroup: 0o2000, groupRuns: 0o010 };
/** What a write or a change of the owner takes from a program that runs with the rights of its owner. */
function withoutSetId(mode) {
    const isSetGroup = (mode & attributes_modes.setGroup) !== 0 && (mode & attributes_modes.groupRuns) !== 0;
    return mode & ~attributes_modes.setUser & ~(isSetGroup ? attributes_modes.setGroup : 0);
}
/** The attributes of a node, in one object for all of them: it is valid until the next is asked for. */
function attributesFor() {
    const never = timeOf(0);
    const reused = {
        ...{ ino: 0, size: 0, atime: never, mtime: never, ctime: never },
        ...{ mode: 0, nlink: 0, uid: 0, gid: 0 },
    };
    return (node) => {
        reused.ino = node.inode;
        reused.size = node.content?.size ?? node.target?.byteLength ?? (node.children ? blockBytes : 0);
        reused.atime = node.atime;
        reused.mtime = node.mtime;
        reused.ctime = node.ctime;
        reused.mode = node.mode;
        reused.nlink = linksOf(node);
        reused.uid = node.uid;
        reused.gid = node.gid;
        return reused;
    };
}
/** A folder has its name, its dot and the dots of its folders; once it was removed, none. */
function linksOf({ children, places, subfolders, inode }) {
    if (!children)
        return places.length;
    return places.length > 0 || inode === rootInode ? 2 + subfolders : 0;
}

;// CONCATENATED MODULE: ./build/mount/output/folder-listing.js

/** Lists folders, also while they change. */
function folderListings({ nodes, replies, attributes }) {
    const listings = new Map();
    let nextListing = 1;
    const opendir = (request) => {
        const folder = nodes.get(request.nodeid);
        listings.set(nextListing, { folder, next: undefined, last: 0, rest: places(folder) });
        replies.opened(request.unique, nextListing, 0);
        nextListing += 1;
    };
    const readdir = (withAttributes) => (request) => {
        const listing = listings.get(request.u64(READ.handle64));
        if (!listing)
            return replies.error(request.unique, 'EBADF');
        const entries = replies.entries(request.u32(READ.size), withAttributes);
        list(listing, request.u64(READ.offset64), (cookie, name, node, isDot) => {
            if (!entries.add(cookie, name, attributes(node), !isDot))
                return false;
            if (withAttributes && !isDot)
                node.lookups += 1;
            return true;
        });
        entries.send(request.unique);
    };
    return {
        OPENDIR: opendir,
        READDIR: readdir(false),
        READDIRPLUS: readdir(true),
        RELEASEDIR: (request) => {
            listings.delete(request.u64(RELEASE.handle64));
            replies.ok(request.unique);
        },
    };
}
const folder_listing_dots = [Buffer.from('.'), Buffer.from('..')];
/** Cookies of names come behind those of the dots. */
const firstCookie = folder_listing_dots.length;
function places({ children }) {
    if (!children)
        throw new Error('not a folder');
    return children.values();
}
/**
 * Gives the entries behind that cookie, until `give` takes no more. Names keep their cookies, and maps may be gone through while they change: so nothing is
 * left out or given twice because something else was made or removed.
 */
function list(listing, cookie, give) {
    const { folder } = listing;
    if (cookie !== listing.last)
        Object.assign(listing, { rest: places(folder), next: undefined, last: cookie });
    for (let at = cookie; at < firstCookie; at += 1) {
        const node = at === 0 ? folder : (folder.places[0]?.parent ?? folder);
        if (!give(at + 1, folder_listing_dots[at], node, true))
            return;
        listing.last = at + 1;
    }
    for (;;) {
        const kept = listing.next;
        const place = kept?.place ?? listing.rest.next().value;
        if (!place)
            return;
        listing.next = undefined;
        // While it was kept it may have been removed; or renamed, then it comes again, behind all others.
        const isThere = folder.children?.get(place.name) === place && (!kept || kept.cookie === place.cookie);
        const next = place.cookie + firstCookie;
        if (!isThere || next <= cookie)
            continue;
        if (!give(next, Buffer.from(place.name, 'latin1'), place.node, false)) {
            listing.next = { place, cookie: place.cookie };
            return;
        }
        listing.last = next;
    }
}

;// CONCATENATED MODULE: ./build/mount/output/opening.js

/** How a file was opened, as bits of the handle that RELEASE brings back. */
const opened = { forWriting: 1, pastCache: 2 };
/** Access mode of open(2): `O_ACCMODE`, `O_RDONLY` and `O_WRONLY`. */
const access = { mask: 3, readOnly: 0, writeOnly: 1 };
/** Whether a file that is opened with these flags of open(2) may be written to. */
function isForWriting(flags) {
    return (flags & access.mask) !== access.readOnly;
}
/**
 * Opens a file. Who only writes goes past the kernel's page cache: putting each page into it costs more than all else, and takes memory from the job. But
 * nobody who has the file open may see old pages, which kernels before 6.6 leave in the cache: so all who have a file open at a time go the same way, but
 * for those who came first.
 * @returns the handle, and what the kernel is told
 */
function openFile(node, flags) {
    const isWriting = isForWriting(flags);
    const isPast = node.uncached > 0 || (node.cached === 0 && (flags & access.mask) === access.writeOnly);
    if (isWriting)
        node.writers += 1;
    if (isPast) {
        node.uncached += 1;
        if (isWriting)
            node.isStale = true;
    }
    else
        node.cached += 1;
    const handle = (isWriting ? opened.forWriting : 0) | (isPast ? opened.pastCache : 0);
    if (isPast)
        return { handle, flags: openFlags.directIo };
    const keeps = node.isStale ? 0 : openFlags.keepCache;
    node.isStale = false;
    return { handle, flags: keeps };
}
/** @returns whether it was open for writing */
function closeFile(node, handle) {
    const isWriting = (handle & opened.forWriting) !== 0;
    if (isWriting)
        node.writers -= 1;
    if (handle & opened.pastCache)
        node.uncached -= 1;
    else
        node.cached -= 1;
    return isWriting;
}

;// CONCATENATED MODULE: ./build/mount/output/reads-and-writes.js




function readsAndWrites(options) {
    const { nodes, replies, uploads, contents } = options;
    /** What waits, by its request: it can be told that nobody waits for it any more. */
    const working = new Map();
    let written = 0;
    let busy = Promise.resolve();
    /** Work that may have to wait: for room, or for what only the store has. It is answered when it is done. */
    const waitingFor = async (unique, work) => {
        const interrupted = Promise.withResolvers();
        working.set(unique, interrupted);
        try {
            await work(interrupted.promise);
        }
        catch (error) {
            options.log.warning(`A read or write of an output failed: ${(0,report/* messageOf */.bD)(error)}`);
            replies.error(unique, 'EIO');
        }
        finally {
            working.delete(unique);
        }
    };
    const fetchBlock = async (node, block) => {
        const { version, length } = block;
        const bytes = await uploads.read(node, block, 0, length);
        while (block.version === version && block.buffer === undefined && block.spooled === undefined)
            if (options.spool.fill(block, bytes))
                return;
            else
                await uploads.room();
    };
    const afterWrite = (node, flags, full) => {
        node.mtime = node.ctime = now();
        if (flags & writeKillSuidgid)
            node.mode = withoutSetId(node.mode);
        uploads.changed(node);
        if (full.length > 0)
            uploads.filled(node, full);
    };
    const write = (request) => {
        const { unique } = request;
        const node = nodes.get(request.nodeid);
        const content = contentOf(node);
        const [offset, size, flags] = [request.u64(WRITE.offset64), request.u32(WRITE.size), request.u32(WRITE.writeFlags)];
        if (offset + size > options.geometry.mostBytes)
            return replies.error(unique, 'EFBIG');
        const data = request.bytes(WRITE.data, size);
        const { done, needs, full } = contents.write(content, offset, data);
        written += done;
        if (done > 0)
            afterWrite(node, flags, full);
        if (!needs)
            return replies.written(unique, size);
        // The request's buffer is that of the next one, too.
        const rest = Buffer.from(data.subarray(done));
        follow(waitingFor(unique, (interrupted) => writeRest(unique, node, offset + done, rest, { interrupted, needs, flags, done })));
    };
    const writeRest = async (unique, node, offset, rest, begun) => {
        const content = contentOf(node);
        let needs = begun.needs;
        let done = 0;
        while (needs) {
            const work = needs === 'room' ? uploads.room() : fetchBlock(node, needs);
            work.catch(() => { }); // it may fail when nobody waits any more
            const hasSome = begun.done + done > 0;
            // Who has written something is told how much; the error is for the next write.
            const endedBy = await Promise.race([work, begun.interrupted]).catch((error) => {
                if (!hasSome)
                    throw error;
                return 'interrupted';
            });
            if (endedBy === 'interrupted')
                break;
            const state = contents.write(content, offset + done, rest.subarray(done));
            if (state.done > 0)
                afterWrite(node, begun.flags, state.full);
            done += state.done;
            written += state.done;
            needs = state.needs;
        }
        const all = begun.done + done;
        if (needs && all === 0)
            replies.error(unique, 'EINTR');
        else
            replies.written(unique, all);
    };
    const read = (request) => {
        const { unique } = request;
        const node = nodes.get(request.nodeid);
        const content = contentOf(node);
        const offset = request.u64(READ.offset64);
        const length = Math.min(request.u32(READ.size), content.size - offset);
        if (length <= 0)
            return replies.data(unique, []);
        const parts = contents.parts(content, offset, length);
        if (parts.every(isHere))
            return replies.data(unique, parts);
        void waitingFor(unique, async () => {
            // What is here may be written to while the rest is fetched.
            const bytes = parts.map((part) => isHere(part) ? Buffer.from(part) : uploads.read(node, part.block, part.from, part.to));
            replies.data(unique, await Promise.all(bytes));
        });
    };
    const fallocate = (request) => {
        const { unique } = request;
        const node = nodes.get(request.nodeid);
        const content = contentOf(node);
        const [offset, length] = [request.u64(FALLOCATE.offset64), request.u64(FALLOCATE.length64)];
        const mode = request.u32(FALLOCATE.mode);
        if (offset + length > options.geometry.mostBytes)
            return replies.error(unique, 'EFBIG');
        if (mode === fallocateModes.keepSize)
            return replies.ok(unique);
        if (mode === 0) {
            if (offset + length > content.size) {
                contents.resize(content, offset + length);
                afterWrite(node, 0, []);
            }
            return replies.ok(unique);
        }
        if (mode !== (fallocateModes.keepSize | fallocateModes.punchHole))
            return replies.error(unique, 'EOPNOTSUPP');
        follow(waitingFor(unique, async () => {
            for (;;) {
                const away = contents.zero(content, offset, length);
                // A part may be done even where the rest fails.
                afterWrite(node, 0, []);
                if (!away)
                    break;
                await fetchBlock(node, away);
            }
            replies.ok(unique);
        }));
    };
    /** Sealing waits for it. */
    const follow = (work) => {
        busy = Promise.all([busy, work]).then(() => { });
    };
    return {
        handlers: {
            READ: read,
            WRITE: write,
            FALLOCATE: fallocate,
            INTERRUPT: (request) => working.get(request.u64(INTERRUPT.unique64))?.resolve('interrupted'),
        },
        untilDone: () => busy,
        get written() {
            return written;
        },
    };
}
function contentOf({ content }) {
    if (!content)
        throw new Error('not a file');
    return content;
}
function isHere(part) {
    return part instanceof Uint8Array;
}

;// CONCATENATED MODULE: ./build/mount/output/output-files.js








/** Room that we say there is: the store has no end. */
const room = 2 ** 50;
/** What of a mode is not the type. */
const rights = 0o7777;
/**
 * A folder that any program may write to. Data is in the spool when a write returns, so there is nothing to flush or to sync (ENOSYS to FLUSH and
 * FSYNC, which the kernel takes for success); it is in the store when the output is sealed. Locks are the kernel's own.
 */
function outputFiles(options) {
    const { nodes, replies, uploads, contents } = options;
    const attributes = attributesFor();
    const contentHandlers = readsAndWrites(options);
    const { READ, WRITE, FALLOCATE, INTERRUPT } = contentHandlers.handlers;
    let isSealed = false;
    const nameIn = (request, offset) => request.name(offset).toString('latin1');
    const entry = (unique, node) => {
        node.lookups += 1;
        replies.entry(unique, attributes(node));
    };
    const answer = (unique, errno) => errno ? replies.error(unique, errno) : replies.ok(unique);
    /** An operation that changes something, and needs no waiting. */
    const changing = (work) => (request) => isSealed ? replies.error(request.unique, 'EROFS') : work(request);
    const make = (request, name, mode, target) => {
        if (name.length > longestName)
            return 'ENAMETOOLONG';
        const { uid, gid } = request;
        return nodes.make(nodes.get(request.nodeid), name, { mode, uid, gid, ...(target ? { target } : {}) });
    };
    const makeEntry = (request, name, mode, target) => {
        const { unique } = request;
        const made = make(request, name, mode, target);
        if (typeof made === 'string')
            return replies.error(unique, made);
        if (made.content)
            uploads.changed(made);
        entry(unique, made);
    };
    const lookup = (request) => {
        const { unique, nodeid } = request;
        const folder = nodes.get(nodeid);
        if (!isFolder(folder))
            return replies.error(unique, 'ENOTDIR');
        const name = nameIn(request, LOOKUP.name);
        if (name.length > longestName)
            return replies.error(unique, 'ENAMETOOLONG');
        const node = nodes.find(folder, name);
        return node ? entry(unique, node) : replies.noEntry(unique);
    };
    const rename = (request, newdir, offset, how) => {
        const old = request.name(offset);
        const name = old.toString('latin1');
        const newName = nameIn(request, offset + old.byteLength + 1);
        if (newName.length > longestName)
            return replies.error(request.unique, 'ENAMETOOLONG');
        const [from, to] = [nodes.get(request.nodeid), nodes.get(newdir)];
        const node = nodes.find(from, name);
        const errno = nodes.rename(from, name, to, newName, how);
        // What has not been sent yet waits a little longer: it may be renamed again.
        if (!errno && node?.content && !isCommitted(node.content))
            uploads.changed(node);
        answer(request.unique, errno);
    };
    const rename2 = (request) => {
        const hows = {
            0: 'replace',
            [renameFlags.noReplace]: 'refuse',
            [renameFlags.exchange]: 'exchange',
        };
        const how = hows[request.u32(RENAME2.flags)];
        if (!how)
            return replies.error(request.unique, 'EINVAL');
        rename(request, request.u64(RENAME2.newdir64), RENAME2.name, how);
    };
    const setattr = (request) => {
        const node = nodes.get(request.nodeid);
        const valid = request.u32(SETATTR.valid);
        const has = (bit) => (valid & bit) !== 0;
        if (has(setattrValid.size)) {
            const size = request.u64(SETATTR.size64);
            if (!node.content)
                return replies.error(request.unique, 'EINVAL');
            if (size > options.geometry.mostBytes)
                return replies.error(request.unique, 'EFBIG');
            contents.resize(node.content, size);
            node.mtime = now();
            uploads.changed(node);
        }
        if (has(setattrValid.mode))
            node.mode = (node.mode & fileTypeMask) | (request.u32(SETATTR.mode) & rights);
        if (has(setattrValid.uid))
            node.uid = request.u32(SETATTR.uid);
        if (has(setattrValid.gid))
            node.gid = request.u32(SETATTR.gid);
        if (has(setattrValid.killSuidgid))
            node.mode = withoutSetId(node.mode);
        const time = (nowBit, bit, seconds, nanoseconds) => {
            if (has(nowBit))
                return now();
            return has(bit) ? { seconds: signed64(request, seconds), nanoseconds: request.u32(nanoseconds) } : undefined;
        };
        node.atime = time(setattrValid.atimeNow, setattrValid.atime, SETATTR.atime64, SETATTR.atimensec) ?? node.atime;
        node.mtime = time(setattrValid.mtimeNow, setattrValid.mtime, SETATTR.mtime64, SETATTR.mtimensec) ?? node.mtime;
        node.ctime = now();
        replies.attributes(request.unique, attributes(node));
    };
    const open = (request) => {
        const node = nodes.get(request.nodeid);
        if (isSealed && isForWriting(request.u32(OPEN.flags)))
            return replies.error(request.unique, 'EROFS');
        const { handle, flags } = openFile(node, request.u32(OPEN.flags));
        replies.opened(request.unique, handle, flags);
    };
    const create = (request) => {
        const { unique } = request;
        const made = make(request, nameIn(request, CREATE.name), request.u32(CREATE.mode));
        if (typeof made === 'string')
            return replies.error(unique, made);
        made.lookups += 1;
        uploads.changed(made);
        const { handle, flags } = openFile(made, request.u32(CREATE.flags));
        replies.created(unique, attributes(made), handle, flags);
    };
    const release = (request) => {
        const node = nodes.get(request.nodeid);
        const wasWriting = closeFile(node, request.u64(RELEASE.handle64));
        if (wasWriting && node.content && !isCommitted(node.content))
            uploads.changed(node);
        replies.ok(request.unique);
    };
    const mknod = (request) => {
        const mode = request.u32(MKNOD.mode);
        const types = [fileTypes.file, fileTypes.fifo, fileTypes.socket];
        if (!types.includes(mode & fileTypeMask))
            return replies.error(request.unique, 'EPERM');
        makeEntry(request, nameIn(request, MKNOD.name), mode);
    };
    const symlink = (request) => {
        const name = request.name(SYMLINK.name);
        const target = Buffer.from(request.name(SYMLINK.name + name.byteLength + 1));
        makeEntry(request, name.toString('latin1'), fileTypes.link | 0o777, target);
    };
    const link = (request) => {
        const node = nodes.get(request.u64(LINK.oldnodeid64));
        const name = nameIn(request, LINK.name);
        if (name.length > longestName)
            return replies.error(request.unique, 'ENAMETOOLONG');
        const errno = nodes.link(node, nodes.get(request.nodeid), name);
        return errno ? replies.error(request.unique, errno) : entry(request.unique, node);
    };
    const remove = (what) => (request) => answer(request.unique, nodes.remove(nodes.get(request.nodeid), nameIn(request, LOOKUP.name), what));
    return {
        handlers: {
            LOOKUP: lookup,
            FORGET: (request) => nodes.forget(request.nodeid, request.u64(FORGET.lookups64)),
            BATCH_FORGET: (request) => {
                for (let index = 0; index < request.u32(BATCH_FORGET.count); index += 1) {
                    const one = BATCH_FORGET.first + index * BATCH_FORGET.bytes;
                    nodes.forget(request.u64(one + BATCH_FORGET.nodeid64), request.u64(one + BATCH_FORGET.lookups64));
                }
            },
            GETATTR: ({ unique, nodeid }) => replies.attributes(unique, attributes(nodes.get(nodeid))),
            SETATTR: changing(setattr),
            READLINK: ({ unique, nodeid }) => replies.data(unique, [nodes.get(nodeid).target ?? Buffer.alloc(0)]),
            SYMLINK: changing(symlink),
            MKNOD: changing(mknod),
            MKDIR: changing((request) => makeEntry(request, nameIn(request, MKDIR.name), fileTypes.folder | (request.u32(MKDIR.mode) & rights))),
            UNLINK: changing(remove('file')),
            RMDIR: changing(remove('folder')),
            RENAME: changing((request) => rename(request, request.u64(RENAME.newdir64), RENAME.name, 'replace')),
            RENAME2: changing(rename2),
            LINK: changing(link),
            OPEN: open,
            CREATE: changing(create),
            READ,
            INTERRUPT,
            WRITE: changing(WRITE),
            FALLOCATE: changing(FALLOCATE),
            RELEASE: release,
            ...folderListings({ nodes, replies, attributes }),
            STATFS: ({ unique }) => replies.statfs(unique, { bytes: 0, files: nodes.files, free: room }),
        },
        seal: async () => {
            isSealed = true;
            await contentHandlers.untilDone();
        },
        get written() {
            return contentHandlers.written;
        },
    };
}
/** Times before 1970 are below zero. */
function signed64(request, offset) {
    return request.u32(offset) + (request.u32(offset + 4) | 0) * 2 ** 32;
}

;// CONCATENATED MODULE: ./build/mount/output/spool-files.js
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



/** Bytes that stay free on the disk for everything else on the machine. */
const diskReserve = 1024 ** 3;
/** So many bytes are read in less time than another thread takes to begin. */
const mostAtOnce = 256 * 1024;
/** How much is written before it is looked again how much is free. */
const lookAfter = 64 * 1024 * 1024;
/** @param most bytes on the disk */
function createSpoolFiles(folder, most) {
    let bytes = 0;
    let nextFile = 1;
    let sinceLook = lookAfter;
    let isDiskLow = false;
    const fits = (more) => {
        sinceLook += more;
        if (sinceLook >= lookAfter) {
            const { bavail, bsize } = (0,external_node_fs_.statfsSync)(folder);
            isDiskLow = bavail * bsize < diskReserve;
            sinceLook = 0;
        }
        return !isDiskLow && bytes + more <= most;
    };
    const newFile = (size, blocks) => {
        nextFile += 1;
        return { path: (0,external_node_path_.join)(folder, String(nextFile)), bytes: size, blocks, isOwn: blocks === 1 };
    };
    const withFile = ({ path }, flags, work) => {
        const descriptor = (0,external_node_fs_.openSync)(path, flags, 0o600);
        try {
            return work(descriptor);
        }
        finally {
            (0,external_node_fs_.closeSync)(descriptor);
        }
    };
    const giveUp = ({ path }, error) => {
        (0,external_node_fs_.rmSync)(path, { force: true });
        noteFull(error);
    };
    /** A disk that is full, or broken, has no room: what is to be spooled is sent, or waits. */
    const noteFull = (error) => {
        if (!(error instanceof Error && 'code' in error))
            throw error;
        isDiskLow = true;
    };
    const created = external_node_fs_.constants.O_WRONLY | external_node_fs_.constants.O_CREAT | external_node_fs_.constants.O_EXCL;
    return {
        get bytes() {
            return bytes;
        },
        fits,
        begin: (content) => {
            if (!fits(content.byteLength))
                return undefined;
            const file = newFile(content.byteLength, 1);
            try {
                withFile(file, created, (descriptor) => writeFully(descriptor, content, 0));
            }
            catch (error) {
                return giveUp(file, error);
            }
            bytes += file.bytes;
            return { file, at: 0 };
        },
        writeAll: async (contents) => {
            const size = contents.reduce((sum, { byteLength }) => sum + byteLength, 0);
            if (!fits(size))
                return undefined;
            const file = newFile(size, contents.length);
            bytes += size;
            try {
                const env_1 = { stack: [], error: void 0, hasError: false };
                try {
                    const handle = __addDisposableResource(env_1, await (0,promises_.open)(file.path, 'wx', 0o600), true);
                    const { bytesWritten } = await handle.writev(contents);
                    if (bytesWritten < size)
                        throw Object.assign(new Error('a short write'), { code: 'ENOSPC' });
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
            catch (error) {
                bytes -= size;
                return giveUp(file, error);
            }
            let at = 0;
            return contents.map(({ byteLength }) => {
                at += byteLength;
                return { file, at: at - byteLength };
            });
        },
        write: ({ file }, from, data) => {
            const growth = Math.max(0, from + data.byteLength - file.bytes);
            if (growth > 0 && !fits(growth))
                return false;
            try {
                withFile(file, external_node_fs_.constants.O_WRONLY, (descriptor) => writeFully(descriptor, data, from));
            }
            catch (error) {
                noteFull(error);
                return false;
            }
            file.bytes += growth;
            bytes += growth;
            return true;
        },
        read: ({ file, at }, from, to) => {
            const found = Buffer.allocUnsafe(to - from);
            withFile(file, external_node_fs_.constants.O_RDONLY, (descriptor) => readFully(descriptor, found, at + from));
            return found;
        },
        load: async ({ file, at }, into) => {
            const env_2 = { stack: [], error: void 0, hasError: false };
            try {
                if (into.byteLength <= mostAtOnce)
                    return withFile(file, external_node_fs_.constants.O_RDONLY, (descriptor) => readFully(descriptor, into, at));
                const handle = __addDisposableResource(env_2, await (0,promises_.open)(file.path), true);
                for (let done = 0; done < into.byteLength;) {
                    const { bytesRead } = await handle.read(into, done, into.byteLength - done, at + done);
                    if (bytesRead === 0)
                        throw shorter();
                    done += bytesRead;
                }
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
        },
        cut: ({ file }, length) => {
            if (!file.isOwn)
                return;
            withFile(file, external_node_fs_.constants.O_WRONLY, (descriptor) => (0,external_node_fs_.ftruncateSync)(descriptor, length));
            bytes -= file.bytes - length;
            file.bytes = length;
        },
        leave: ({ file }) => {
            file.blocks -= 1;
            if (file.blocks > 0)
                return;
            (0,external_node_fs_.rmSync)(file.path);
            bytes -= file.bytes;
        },
    };
}
function writeFully(descriptor, data, position) {
    for (let done = 0; done < data.byteLength;)
        done += (0,external_node_fs_.writeSync)(descriptor, data, done, data.byteLength - done, position + done);
}
function readFully(descriptor, into, position) {
    for (let done = 0; done < into.byteLength;) {
        const count = (0,external_node_fs_.readSync)(descriptor, into, done, into.byteLength - done, position + done);
        if (count === 0)
            throw shorter();
        done += count;
    }
}
function shorter() {
    return new Error('a file of the spool is shorter than it was');
}

;// CONCATENATED MODULE: ./build/mount/output/spool.js


/** Blocks that are small share a file: opening one takes as long as writing many of them. Bytes, at most. */
const mostSharedBytes = 8 * 1024 * 1024;
/** Pieces that the system writes at a time (`IOV_MAX`). */
const mostShared = 1024;
function createSpool({ folder, memory, disk, onRoom }) {
    const buffers = createBuffers(memory, true);
    const files = createSpoolFiles(folder, disk);
    /** Blocks in memory, the one that was used last at the end: what the store has too, and what it has not. */
    const spare = new Set();
    const needed = new Set();
    /** A block for which memory has so little room goes on in a file. */
    const mostInMemory = memory / 4;
    const sharedBytes = Math.min(mostSharedBytes, disk / 4);
    let isSpilling = false;
    /** Whether files had no room, and none of them has gone since: who waits for room is not to try that again and again. */
    let areFilesFull = false;
    /** Who sends a block away may still read from its buffer: then it is not lent out again. */
    const endLoan = ({ pins }, buffer) => (pins === 0 ? buffers.giveBack(buffer) : buffers.leave(buffer));
    const releaseBuffer = (block) => {
        if (block.buffer)
            endLoan(block, block.buffer);
        block.buffer = undefined;
        spare.delete(block);
        needed.delete(block);
    };
    const leaveFile = (block) => {
        if (!block.spooled)
            return;
        files.leave(block.spooled);
        block.spooled = undefined;
        areFilesFull = false;
    };
    const dropSpare = (but) => {
        for (const block of spare)
            if (block.pins === 0 && block !== but) {
                releaseBuffer(block);
                return true;
            }
        return false;
    };
    const take = (bytes, block) => {
        let buffer = buffers.take(bytes);
        while (!buffer && dropSpare(block))
            buffer = buffers.take(bytes);
        if (buffers.lent > memory * (3 / 4))
            void spill(block);
        return buffer;
    };
    /** The blocks that were used longest ago, as many as go into a file. */
    const oldest = () => {
        const chosen = [];
        let bytes = 0;
        for (const block of needed) {
            if (block.pins > 0)
                continue;
            if (chosen.length > 0 && (bytes + block.length > sharedBytes || chosen.length === mostShared))
                break;
            chosen.push(block);
            bytes += block.length;
        }
        return chosen;
    };
    /** Moves blocks from memory into files, on other threads, until there is room again. A block that is worked on keeps its buffer. */
    const spill = async (but) => {
        if (isSpilling || areFilesFull)
            return;
        isSpilling = true;
        let hasWaited = false;
        try {
            for (;;) {
                while (buffers.lent > memory / 2 && dropSpare(but))
                    onRoom();
                const blocks = buffers.lent > memory / 2 ? oldest() : [];
                if (blocks.length === 0)
                    return;
                hasWaited = true;
                areFilesFull = !(await spillAll(blocks));
                if (areFilesFull)
                    return;
                onRoom();
            }
        }
        finally {
            isSpilling = false;
            // Where there is no room in files either, others have to see to it. Who only asked knows that himself.
            if (hasWaited)
                onRoom();
        }
    };
    const spillAll = async (blocks) => {
        const before = blocks.map(({ version, buffer, length }) => ({ version, buffer, length }));
        for (const block of blocks)
            block.pins += 1;
        const places = await files
            .writeAll(before.map(({ buffer, length }) => buffer?.subarray(0, length) ?? Buffer.alloc(0)))
            .finally(() => {
            for (const block of blocks)
                block.pins -= 1;
        });
        for (const [index, block] of blocks.entries()) {
            const place = places?.[index];
            const was = before[index];
            if (!place)
                continue;
            // What was written to, sent or dropped meanwhile has nothing to do with the file any more.
            const isSame = needed.has(block) && block.buffer === was?.buffer && block.version === was?.version;
            if (isSame && block.pins === 0) {
                block.spooled = place;
                releaseBuffer(block);
            }
            else
                files.leave(place);
        }
        return places !== undefined;
    };
    /** Room in memory for so many bytes of a block. */
    const reserve = (block, bytes, expected) => {
        const { buffer } = block;
        if (buffer && buffer.byteLength >= bytes)
            return buffer;
        const larger = take(expected <= mostInMemory ? Math.max(bytes, expected) : bytes, block);
        if (!larger)
            return undefined;
        if (buffer) {
            larger.set(buffer.subarray(0, block.length));
            endLoan(block, buffer);
        }
        block.buffer = larger;
        return larger;
    };
    const noteUse = (block) => {
        spare.delete(block);
        needed.delete(block);
        needed.add(block);
    };
    /** Brings a block back from a file that it shares. */
    const bringBack = (block) => {
        const { spooled, length } = block;
        if (!spooled)
            return true;
        const buffer = take(Math.max(length, 1), block);
        if (!buffer)
            return false;
        buffer.set(files.read(spooled, 0, length));
        leaveFile(block);
        block.buffer = buffer;
        noteUse(block);
        return true;
    };
    const writeToMemory = (block, from, data, expected) => {
        const buffer = reserve(block, from + data.byteLength, expected);
        if (!buffer)
            return false;
        if (from > block.length)
            buffer.fill(0, block.length, from);
        buffer.set(data, from);
        noteUse(block);
        return true;
    };
    const moveToFile = (block, end) => {
        // Not into a file that has no room for what comes: there it would stay.
        if (!files.fits(end))
            return false;
        const place = files.begin(block.buffer?.subarray(0, block.length) ?? Buffer.alloc(0));
        if (!place)
            return false;
        releaseBuffer(block);
        block.spooled = place;
        return true;
    };
    return {
        get memory() {
            return buffers.lent;
        },
        get disk() {
            return files.bytes;
        },
        mostOnTheWay: memory * (3 / 8),
        get isPressed() {
            return buffers.lent > memory / 2 || files.bytes > 0;
        },
        get isSpilling() {
            return isSpilling;
        },
        write: (block, from, data, expected = 0) => {
            const end = Math.max(block.length, from + data.byteLength);
            if (block.spooled && !block.spooled.file.isOwn && !bringBack(block))
                return false;
            if (!block.spooled && end > mostInMemory && !moveToFile(block, end))
                return false;
            const isDone = block.spooled ? files.write(block.spooled, from, data) : writeToMemory(block, from, data, expected);
            if (isDone)
                block.length = end;
            return isDone;
        },
        read: (block, from, to) => {
            if (block.buffer)
                return block.buffer.subarray(from, to);
            if (!block.spooled)
                throw new Error('a block that is not here');
            return files.read(block.spooled, from, to);
        },
        load: async (block, into) => {
            if (!block.spooled)
                throw new Error('a block that is in no file');
            await files.load(block.spooled, into);
        },
        cut: (block, length) => {
            if (length >= block.length)
                return;
            if (block.spooled)
                files.cut(block.spooled, length);
            if (block.buffer)
                noteUse(block);
            block.length = length;
        },
        fill: (block, content) => {
            const buffer = reserve(block, content.byteLength, 0);
            if (!buffer)
                return false;
            buffer.set(content);
            spare.add(block);
            return true;
        },
        isStored: (block) => {
            leaveFile(block);
            if (needed.delete(block))
                spare.add(block);
        },
        drop: (block) => {
            leaveFile(block);
            releaseBuffer(block);
            block.length = 0;
        },
    };
}

;// CONCATENATED MODULE: ./build/mount/output/unsent.js




/**
 * Writes the files that the store has not got into a folder of this machine. Blocks of them that are only in the store, and part of no blob there, are left
 * out: such a file has zeros in their place.
 */
async function keepUnsent({ root }, spool, geometry, folder) {
    const walk = async (node, path) => {
        if (node.content && !isCommitted(node.content))
            await keep(node.content, spool, geometry, path);
        if (!isFolder(node))
            return;
        // Names of a folder have no slashes, and are neither `.` nor `..`: no path leads elsewhere. They are bytes, as they were given.
        for (const [name, place] of node.children ?? [])
            await walk(place.node, (0,external_node_path_.join)(path, name));
    };
    await walk(root, Buffer.from(folder, 'utf8').toString('latin1'));
}
async function keep({ blocks, size }, spool, geometry, path) {
    await (0,promises_.mkdir)(Buffer.from((0,external_node_path_.dirname)(path), 'latin1'), { recursive: true, mode: 0o700 });
    const file = await (0,promises_.open)(Buffer.from(path, 'latin1'), 'w', 0o600);
    try {
        await file.truncate(size);
        for (const [index, block] of blocks.entries())
            if (block && block.length > 0 && !isAway(block))
                await file.write(spool.read(block, 0, block.length), 0, block.length, geometry.of(index).start);
    }
    finally {
        await file.close();
    }
}

// EXTERNAL MODULE: ./node_modules/p-map/index.js
var p_map = __webpack_require__(606);
;// CONCATENATED MODULE: ./build/mount/output/homes.js



const removedAtOnce = 16;
/** @param prefix where blobs are written while the job runs; ends in `/` */
function createHomes(prefix) {
    const owners = new Map();
    /** Names of blobs that belong to nobody, and since when, on the clock of `performance.now`. */
    const left = new Map();
    const removing = new Set();
    let nextSpare = 1;
    const spareName = () => {
        const name = `${prefix}.azureml-datasets-${nextSpare}`;
        nextSpare += 1;
        return name;
    };
    /** A name that no blob may have is refused when the output is sealed; until then the file may be renamed. */
    const isFree = (name, node) => (0,blobs/* problemOfBlobName */.Hh)(name) === undefined && !removing.has(name) && (!owners.has(name) || owners.get(name) === node);
    const settle = (node, name) => {
        leave(node);
        owners.set(name, node);
        left.delete(name);
        if (node.content)
            node.content.home = name;
    };
    const leave = ({ content }) => {
        if (content?.home === undefined)
            return;
        owners.delete(content.home);
        left.set(content.home, performance.now());
        content.home = undefined;
    };
    const claim = (node, path) => {
        const home = node.content?.home;
        const wanted = path === undefined ? undefined : prefix + utf8Of(path);
        if (wanted === home && home !== undefined)
            return home;
        const name = wanted !== undefined && isFree(wanted, node) ? wanted : (home ?? spareName());
        if (name !== home)
            settle(node, name);
        return name;
    };
    const expected = (node) => {
        const path = pathOf(node);
        return path === undefined ? undefined : expectedPath(path);
    };
    return {
        enter: (node) => node.content?.home ?? claim(node, expected(node)),
        move: (node) => claim(node, pathOf(node)),
        leave,
        settle,
        spareName,
        ownerOf: (name) => owners.get(name),
        owners: () => [...owners.values()],
        names: () => [...owners.keys(), ...left.keys()],
        sweep: async (age, but, remove) => {
            const before = performance.now() - age;
            const isDue = (name, since) => since <= before && !removing.has(name) && !but.has(name);
            const names = [...left].flatMap(([name, since]) => (isDue(name, since) ? [name] : []));
            for (const name of names)
                removing.add(name);
            const failed = [];
            const removeOne = (name) => remove(name)
                .then(() => left.delete(name), (error) => failed.push(error))
                .finally(() => removing.delete(name));
            await (0,p_map/* default */.Ay)(names, removeOne, { concurrency: removedAtOnce });
            if (failed.length > 0)
                throw failed[0];
        },
    };
}
/** The text of names that are held as latin1, byte by byte. */
function utf8Of(name) {
    return Buffer.from(name, 'latin1').toString('utf8');
}
const temporarySuffix = /(?:\.(?:tmp|temp|part|partial|incomplete|download|crdownload)|~)$/i;
/**
 * The path that a file will probably be renamed to when it is complete: programs write `model.pt.tmp`, and rsync `.model.pt.Xa81Cd`. If that is wrong,
 * nothing is lost but a copy within the store when it is published.
 */
function expectedPath(path) {
    const start = path.lastIndexOf('/') + 1;
    const name = path.slice(start);
    const ofRsync = /^\.(.+)\.[A-Za-z0-9]{6}$/.exec(name)?.[1];
    const plain = ofRsync ?? name.replace(temporarySuffix, '');
    return path.slice(0, start) + (plain === '' ? name : plain);
}

;// CONCATENATED MODULE: ./build/mount/output/listing.js




/** Links that lead to links are followed so often, as the kernel does it. */
const listing_mostLinks = 40;
/**
 * All files of an output under all their names: symbolic links inside it are followed, also those to folders. Empty folders have no place in blob
 * storage and are left out.
 */
function listFiles({ root }, { places, prefix: blobPrefix }) {
    const starts = places.map((place) => Buffer.from(place, 'utf8').toString('latin1'));
    const files = [];
    const problems = [];
    const walk = (folder, prefix, open) => {
        for (const [name, { node }] of folder.children ?? []) {
            const path = prefix + name;
            const text = utf8Of(path);
            const refuse = (reason) => void problems.push({ path: text, kind: 'refused', reason });
            if (!Buffer.from(text, 'utf8').equals(Buffer.from(path, 'latin1'))) {
                refuse('has a name that is not UTF-8; blob names are. Rename it.');
                continue;
            }
            const target = node.target ? follow(root, folder, node.target, starts) : node;
            if (target === 'nowhere')
                refuse('is a link to nowhere. Replace it by a plain file, or leave it out.');
            else if (target === 'outside')
                refuse('is a link that leads out of the folder. Replace it by a plain file, or leave it out.');
            else if (open.includes(target))
                refuse('is a link to a folder that it lies in. Replace it by a plain file, or leave it out.');
            else if (isFolder(target))
                walk(target, `${path}/`, [...open, target]);
            else if ((target.mode & fileTypeMask) !== fileTypes.file)
                refuse('is neither a file nor a folder (a FIFO or a socket). Leave it out.');
            else
                add({ path: text, node: target });
        }
    };
    const add = (file) => {
        const problem = (0,blobs/* problemOfBlobName */.Hh)(blobPrefix + file.path);
        const reason = `cannot be the name of a blob: names must not be such that they ${problem}. Rename the file.`;
        if (problem === undefined)
            files.push(file);
        else
            problems.push({ path: file.path, kind: 'refused', reason });
    };
    walk(root, '', [root]);
    files.sort((a, b) => (a.path < b.path ? -1 : 1));
    return { files, problems };
}
/** What a link leads to, going through others on its way. */
function follow(root, folder, link, places) {
    let left = listing_mostLinks;
    const resolve = (from, target) => {
        if (left === 0)
            return 'nowhere';
        left -= 1;
        const place = places.find((one) => target === one || target.startsWith(`${one}/`));
        if (target.startsWith('/') && place === undefined)
            return 'outside';
        let current = place === undefined ? from : root;
        for (const name of (place === undefined ? target : target.slice(place.length)).split('/')) {
            if (name === '' || name === '.')
                continue;
            if (!isFolder(current))
                return 'nowhere';
            if (name === '..' && current === root)
                return 'outside';
            const next = name === '..' ? current.places[0]?.parent : current.children?.get(name)?.node;
            if (!next)
                return 'nowhere';
            const reached = next.target ? resolve(current, next.target.toString('latin1')) : next;
            if (typeof reached === 'string')
                return reached;
            current = reached;
        }
        return current;
    };
    return resolve(folder, link.toString('latin1'));
}

;// CONCATENATED MODULE: ./build/mount/output/sending.js



/** Ids of the blocks of a blob have to be equally long. */
const idBytes = 9;
/** What a read answers when the blob was written anew after it was asked for; then it is asked once more. */
const mostReads = 5;
function createSending(options) {
    const { container, writer, geometry, spool, homes, requests, bodies, signal, onRoom } = options;
    const traffic = new Map();
    /** Used again and again: memory that the system gives anew has to be cleared by it each time. */
    const copies = createBuffers(spool.mostOnTheWay, true);
    let nextId = 1;
    const trafficOf = (node) => {
        const known = traffic.get(node) ?? { staging: new Map(), committing: undefined };
        traffic.set(node, known);
        return known;
    };
    const forgetIfQuiet = (node) => {
        const known = traffic.get(node);
        if (known && known.staging.size === 0 && !known.committing)
            traffic.delete(node);
    };
    const contentOf = (node) => {
        if (!node.content)
            throw new Error('not a file');
        return node.content;
    };
    const newId = () => {
        const id = Buffer.alloc(idBytes);
        id.writeUIntBE(nextId, idBytes - 6, 6);
        nextId += 1;
        return id.toString('base64');
    };
    /** The content of a block, with zeros up to that length; while `send` works on it, its place is not given to another. */
    const withBody = async (node, block, bytes, send) => {
        await bodies.enter(bytes, signal);
        try {
            const length = Math.min(block.length, bytes);
            if (block.buffer && length === bytes) {
                block.pins += 1;
                return await send(block.buffer.subarray(0, bytes)).finally(() => {
                    block.pins -= 1;
                });
            }
            const copy = copies.take(bytes) ?? Buffer.allocUnsafeSlow(bytes);
            const body = copy.subarray(0, bytes).fill(0, length);
            try {
                if (block.buffer)
                    body.set(block.buffer.subarray(0, length));
                else if (block.spooled)
                    await spool.load(block, body.subarray(0, length));
                else if (length > 0)
                    body.set(await fetch(contentOf(node), block, 0, length));
                return await send(body);
            }
            finally {
                if (copy.buffer instanceof SharedArrayBuffer)
                    copies.giveBack(copy);
            }
        }
        finally {
            bodies.leave(bytes);
        }
    };
    const withRequest = async (work) => {
        await requests.enter(1, signal);
        try {
            return await work();
        }
        finally {
            requests.leave(1);
        }
    };
    const isStaged = (content, index) => {
        const block = content.blocks[index];
        // What was cut is not to come back when the file grows again.
        if (!block?.stored || !isPartOfList(block) || block.stored.isCut)
            return false;
        return block.stored.length === wantedBytes(content, geometry.of(index));
    };
    const stageNow = async (node, index) => {
        const content = contentOf(node);
        const bytes = wantedBytes(content, geometry.of(index));
        const block = content.blocks[index] ?? emptyBlock();
        content.blocks[index] = block;
        const { version } = block;
        // What is staged and not committed cannot be read: `commit` sees to that before.
        if (content.isGone || (isAway(block) && block.stored?.at === undefined))
            return;
        const isAsItWas = () => content.blocks[index] === block && block.version === version;
        const id = newId();
        try {
            const home = homes.enter(node);
            await withRequest(() => withBody(node, block, bytes, (body) => writer.putBlock(home, id, body, signal)));
            if (!isAsItWas())
                return;
            block.stored = { id, length: bytes, at: undefined, isCut: false };
            spool.isStored(block);
        }
        catch (error) {
            if (isAsItWas())
                throw error; // else what was sent was written to meanwhile, and is sent again
        }
        finally {
            onRoom();
        }
    };
    const stage = (node, index) => {
        const { staging, committing } = trafficOf(node);
        const under = staging.get(index);
        if (under)
            return under;
        const task = (committing ?? Promise.resolve())
            .catch(() => { })
            .then(() => stageNow(node, index))
            .finally(() => {
            staging.delete(index);
            forgetIfQuiet(node);
        });
        staging.set(index, task);
        return task;
    };
    const stageAll = async (node, wants) => {
        const content = contentOf(node);
        const last = content.size === 0 ? -1 : geometry.at(content.size - 1).index;
        const tasks = [];
        for (let index = 0; index <= last; index += 1)
            if (wants(index))
                tasks.push(stage(node, index));
        const failed = (await Promise.allSettled(tasks)).find((outcome) => outcome.status === 'rejected');
        if (failed)
            throw failed.reason;
    };
    /** Makes a blob of those blocks that are staged, in their order. What only the store has must be among them, as it is there. */
    const putList = async (node) => {
        const content = contentOf(node);
        // What is in a blob that was written in one, and was changed while it was staged, would be lost with that.
        const wouldBeLost = content.blocks.some((block) => block && isAway(block) && !isPartOfList(block));
        if (content.isGone || wouldBeLost)
            return;
        const { version } = content;
        const home = homes.enter(node);
        const listed = content.blocks.flatMap((block) => (block?.stored && isPartOfList(block) ? [block.stored] : []));
        // Blocks behind the end are those of writes that had no room.
        const isAsWanted = (index) => wantedBytes(content, geometry.of(index)) === 0 || isStaged(content, index);
        const isWhole = listed.length > 0 && content.blocks.every((_, index) => isAsWanted(index));
        const ids = listed.map(({ id }) => id);
        const blob = await withRequest(() => writer.putBlockList(home, ids, { md5: undefined, replace: true, signal }));
        let at = 0;
        for (const stored of listed) {
            stored.at = at;
            at += stored.length;
        }
        content.blob = blob;
        if (isWhole && at === content.size && content.version === version)
            content.committed = version;
    };
    /** One after the other: what is staged and not in the list of a commit is thrown away by it. */
    const exclusively = (node, work) => {
        const known = trafficOf(node);
        const before = [...known.staging.values(), known.committing];
        const task = Promise.allSettled(before)
            .then(work)
            .finally(() => {
            if (known.committing === task)
                known.committing = undefined;
            forgetIfQuiet(node);
        });
        known.committing = task;
        return task;
    };
    const putWhole = async (node) => {
        const content = contentOf(node);
        if (content.isGone)
            return;
        const { version, size } = content;
        const block = content.blocks[0] ?? emptyBlock();
        const blockVersion = block.version;
        try {
            // Where the store has what it was made of, it stays, until the store has what it is now.
            const home = block.stored ? homes.enter(node) : homes.move(node);
            const blob = await withRequest(() => withBody(node, block, size, (body) => writer.putBlob(home, body, { md5: undefined, replace: true, signal })));
            content.blob = blob;
            if (content.blocks[0] === block && block.version === blockVersion) {
                block.stored = { id: '', length: size, at: 0, isCut: false };
                spool.isStored(block);
            }
            if (content.version === version)
                content.committed = version;
        }
        catch (error) {
            if (content.version === version)
                throw error;
        }
        finally {
            onRoom();
        }
    };
    const commit = async (node) => {
        const content = contentOf(node);
        if (isCommitted(content) || content.isGone)
            return;
        const isSmall = () => content.size <= geometry.of(0).bytes && !content.blocks.some((block) => block?.stored?.id);
        // It may grow, or be staged, until it is its turn.
        if (isSmall())
            return exclusively(node, async () => (isSmall() ? putWhole(node) : undefined));
        const isUnreadable = (block, index) => block && isAway(block) && block.stored?.at === undefined && !isStaged(content, index);
        if (content.blocks.some(isUnreadable))
            await makeReadable(node);
        await stageAll(node, (index) => !isStaged(content, index));
        await exclusively(node, () => putList(node));
    };
    /** What is staged and in no blob cannot be read: so it becomes one, though it is not the whole file yet. */
    const makeReadable = async (node) => {
        const content = contentOf(node);
        const isWhole = (index) => content.blocks[index]?.stored?.id === '';
        const isUnreadable = (block) => block && isAway(block) && block.stored?.at === undefined;
        await stageAll(node, isWhole);
        // Who asks for several blocks at once asks several times.
        await exclusively(node, async () => (content.blocks.some(isUnreadable) ? putList(node) : undefined));
    };
    /** Bytes of a block as they were committed last. Who must not see that change meanwhile stages, or commits. */
    const fetch = async ({ blob, home }, { stored }, from, to) => {
        if (!blob || home === undefined || stored?.at === undefined)
            throw new Error('a block that is nowhere');
        const stretch = { offset: stored.at + from, length: to - from };
        return (0,blobs/* readStretch */.Ao)(container, { name: home, etag: blob.etag, ...stretch, signal });
    };
    const read = async (node, block, from, to) => {
        const content = contentOf(node);
        for (let tries = 1;;) {
            await traffic.get(node)?.committing?.catch(() => { });
            if (!isAway(block))
                return readHere(block, from, to);
            if (block.stored?.at === undefined && !content.isGone) {
                await makeReadable(node);
                continue;
            }
            try {
                return await fetch(content, block, from, to);
            }
            catch (error) {
                const isOld = error instanceof blobs/* BlobError */.K4 && [404, 412, 416].includes(error.status);
                if (!isOld || tries === mostReads)
                    throw error;
                tries += 1;
            }
        }
    };
    /** It came here while it was asked for, and may have been cut. */
    const readHere = (block, from, to) => {
        const bytes = Buffer.alloc(to - from);
        if (from < block.length)
            bytes.set(spool.read(block, from, Math.min(to, block.length)));
        return bytes;
    };
    return {
        stage,
        commit,
        read,
        get isQuiet() {
            return traffic.size === 0;
        },
        untilQuiet: async (node) => {
            for (let known = traffic.get(node); known; known = traffic.get(node))
                await Promise.allSettled([...known.staging.values(), known.committing]);
        },
    };
}
/** Blobs that were written in one have no blocks. */
function isPartOfList({ stored }) {
    return stored !== undefined && stored.id !== '';
}

;// CONCATENATED MODULE: ./build/mount/output/placing.js


/** Bytes that are copied at a time where the service does not do it; more for blobs that would have too many blocks. */
const placing_pieceBytes = 8 * 1024 * 1024;
/**
 * Brings the blob of every file to its name. Most are there already; those that were renamed after they were sent, that are written to another folder
 * first, or that have several names, are copied within the store. All of them are committed, and nothing is written any more.
 */
async function placeFiles(files, options) {
    const { container, homes, prefix, replace, placed, signal, inParallel } = options;
    let waiting = [];
    for (const file of files) {
        if (placed.has(file.path))
            continue;
        const { home, blob } = committed(file.node);
        if (home === prefix + file.path)
            placed.set(file.path, blob);
        else
            waiting.push(file);
    }
    const copyTo = (node, to, mayReplace) => copy(container, { ...committed(node), to, replace: mayReplace, signal });
    while (waiting.length > 0) {
        const needed = new Set(waiting.map(({ node }) => node));
        const isReady = ({ path }) => {
            const owner = homes.ownerOf(prefix + path);
            return owner === undefined || !needed.has(owner);
        };
        const ready = waiting.filter(isReady);
        waiting = waiting.filter((file) => !isReady(file));
        await inParallel(ready, async ({ path, node }) => {
            placed.set(path, await copyTo(node, prefix + path, replace));
        });
        const [blocked] = waiting;
        // Files that have swapped names wait for each other: one makes way.
        if (ready.length === 0 && blocked)
            await makeWay(homes.ownerOf(prefix + blocked.path));
    }
    async function makeWay(node) {
        if (!node?.content)
            throw new Error('nobody is in the way');
        const spare = homes.spareName();
        node.content.blob = await copyTo(node, spare, true);
        homes.settle(node, spare);
    }
    settleIn(files, options);
    return files.map(({ path, node }) => {
        const { etag = '', md5 } = placed.get(path) ?? {};
        return { path, size: node.content?.size ?? 0, etag, md5 };
    });
}
/** Who reads a file from now on finds it under the name that stays. */
function settleIn(files, { homes, prefix, placed }) {
    // The blob of another file may have come to where the blob of a file was: only one of its own names will do.
    const settled = new Set(files.flatMap(({ path, node }) => (node.content?.home === prefix + path ? [node] : [])));
    const moved = files.filter(({ node }) => !settled.has(node));
    for (const { node } of moved)
        homes.leave(node);
    for (const { path, node } of moved) {
        if (!node.content || settled.has(node))
            continue;
        settled.add(node);
        node.content.blob = placed.get(path);
        homes.settle(node, prefix + path);
    }
}
function committed({ content }) {
    if (!content?.home || !content.blob)
        throw new Error('a file that was not committed');
    return { home: content.home, blob: content.blob, size: content.size };
}
/** In the service, and where it refuses that, through this machine. */
async function copy(container, work) {
    const { home, blob, to, replace, signal } = work;
    try {
        return { etag: await container.copyBlob({ from: home, etag: blob.etag, to, replace, signal }), md5: blob.md5 };
    }
    catch (error) {
        if (!(error instanceof blobs/* BlobError */.K4) || error.status === 0)
            throw error;
        if (error.code === 'BlobAlreadyExists')
            return ownCopy(container, work, error);
        return copyThrough(container, work);
    }
}
/** A blob that is there already may be our own copy, whose answer was lost. @throws the refusal where it is not */
async function ownCopy(container, work, refusal) {
    const { blob, size, to, signal } = work;
    const { blobs } = await container.listPage({ prefix: to, delimiter: '', marker: undefined, most: 1, signal });
    const there = blobs.length > 0 ? blobs.at(0) : undefined;
    const isOurs = there?.name === to && there.size === size && blob.md5 !== undefined && there.md5 === blob.md5;
    if (!isOurs)
        throw refusal;
    return { etag: there.etag, md5: there.md5 };
}
async function copyThrough(container, work) {
    const { home, blob, size, to, replace, signal } = work;
    const most = Math.max(placing_pieceBytes, Math.ceil(size / blobs/* mostBlocks */.o5));
    const piece = async (offset) => {
        const length = Math.min(most, size - offset);
        if (length === 0)
            return Buffer.alloc(0);
        return (0,blobs/* readStretch */.Ao)(container, { name: home, etag: blob.etag, offset, length, signal });
    };
    if (size <= placing_pieceBytes)
        return container.putBlob(to, await piece(0), { md5: blob.md5, replace, signal });
    const ids = [];
    for (let offset = 0; offset < size; offset += most) {
        // As long as those of blocks that were staged for that name: the service wants all of a blob equally long.
        const id = Buffer.from(String(ids.length).padStart(idBytes, '0')).toString('base64');
        await container.putBlock(to, id, await piece(offset), signal);
        ids.push(id);
    }
    return container.putBlockList(to, ids, { md5: blob.md5, replace, signal });
}

;// CONCATENATED MODULE: ./build/mount/output/uploads.js









/** Requests in flight. */
const mostRequests = 32;
/** Files that are committed at a time. */
const mostFiles = 32;
/** So often, in milliseconds, it is looked what has settled. */
const interval = 250;
/** Where there is little room, a closed file is sent after so many milliseconds. */
const settledUnderPressure = 100;
/** A file that could not be sent is tried again after so many milliseconds. */
const tryAgainAfter = 30_000;
/** A blob that belongs to no file any more is deleted after so many milliseconds: one that comes in its place would need its name. */
const sweepAfter = 10_000;
function createUploads(options) {
    const { container, writer, prefix, early, geometry, spool, settled, log } = options;
    const stopping = new AbortController();
    const { signal } = stopping;
    const requests = (0,blobs/* createGate */.qD)(mostRequests);
    const homes = createHomes(early);
    /** Files with changes that the store has not, the one that was changed last at the end. */
    const dirty = new Map();
    const sending = new Map();
    const failures = new Map();
    const waiting = new Set();
    const placed = new Map();
    let isSealing = false;
    const onRoom = () => {
        for (const one of waiting)
            one.resolve();
        waiting.clear();
    };
    const files = createSending({
        ...{ container, writer, geometry, spool, homes, requests, signal, onRoom },
        bodies: (0,blobs/* createGate */.qD)(spool.mostOnTheWay),
    });
    const fail = (node, error) => {
        if (signal.aborted || node.content?.isGone)
            return;
        const reason = (0,report/* messageOf */.bD)(error);
        if (!failures.has(node))
            log.warning(`${(0,report/* quoted */.TL)(utf8Of(pathOf(node) ?? 'a removed file'))} could not be sent (${reason}); it is tried again.`);
        failures.set(node, { reason, at: performance.now() });
        pumpSoon(); // others may make room yet
    };
    const send = (node) => {
        const under = sending.get(node);
        if (under)
            return under;
        const task = files
            .commit(node)
            .then(() => void failures.delete(node), (error) => fail(node, error))
            .finally(() => {
            sending.delete(node);
            if (node.content && isCommitted(node.content))
                dirty.delete(node);
            onRoom();
            pumpSoon();
        });
        sending.set(node, task);
        return task;
    };
    const isHeldBack = (node) => {
        const failure = failures.get(node);
        return failure !== undefined && performance.now() - failure.at < tryAgainAfter;
    };
    const pump = () => {
        const patience = spool.isPressed || waiting.size > 0 ? settledUnderPressure : settled;
        const before = performance.now() - patience;
        for (const [node, touched] of dirty) {
            if (touched > before || sending.size >= mostFiles || signal.aborted)
                break;
            const isClosed = node.writers === 0 && node.places.length > 0;
            if (isClosed && !sending.has(node) && !isHeldBack(node))
                void send(node);
        }
        if (waiting.size > 0 && sending.size === 0 && !spool.isSpilling)
            stageSomething();
    };
    /** Of files that are open, or were removed and are still read, as long as somebody waits for room. */
    const stageSomething = () => {
        const before = performance.now() - settled;
        const blocks = [...localBlocks()];
        // What is written to right now would have to be fetched back at once.
        const resting = blocks.filter(({ block }) => block.touched < before);
        for (const { node, index } of (resting.length > 0 ? resting : blocks).slice(0, mostRequests / 2))
            void files.stage(node, index).catch((error) => fail(node, error));
        if (blocks.length > 0 || !files.isQuiet)
            return;
        const [{ reason } = { reason: 'nothing is left to be sent' }] = failures.values();
        for (const one of waiting)
            one.reject(new Error(`the spool is full, and cannot be emptied: ${reason}`));
        waiting.clear();
    };
    function* localBlocks() {
        for (const node of dirty.keys()) {
            if (isHeldBack(node))
                continue;
            for (const [index, block] of (node.content?.blocks ?? []).entries())
                if (block && !isAway(block) && !block.stored && block.length > 0)
                    yield { node, index, block };
        }
    }
    const pumpSoon = (0,blobs/* oncePerTurn */.E7)(pump);
    /** Sends nothing of a file any more; its blob is deleted later. */
    const abandon = async (node) => {
        if (!node.content)
            return;
        node.content.isGone = true;
        dirty.delete(node);
        failures.delete(node);
        onRoom();
        await files.untilQuiet(node);
        homes.leave(node);
    };
    const removeBlob = (name) => container.deleteBlob(name, signal);
    let sweeping = Promise.resolve();
    const ticking = setInterval(() => {
        pump();
        if (isSealing)
            return;
        const swept = homes.sweep(sweepAfter, new Set(), removeBlob).catch(() => { }); // what stays is deleted at the end
        sweeping = Promise.all([sweeping, swept]).then(() => { });
    }, interval);
    ticking.unref();
    /** Ends when all that was begun has ended, though some failed: who tries again must not meet what is still under way. */
    const inParallel = async (items, work) => {
        const failed = [];
        const workUnlessFailed = async (item) => {
            if (failed.length === 0)
                await work(item).catch((error) => failed.push(error));
        };
        await (0,p_map/* default */.Ay)(items, workUnlessFailed, { concurrency: mostRequests, signal });
        if (failed.length > 0)
            throw failed[0];
    };
    const sendAll = async (nodes) => {
        await inParallel([...nodes], async (node) => {
            failures.delete(node);
            // A commit that was under way may have been one of before the last change.
            for (let tries = 0; tries < 3 && node.content && !isCommitted(node.content) && !failures.has(node); tries += 1)
                await send(node);
        });
        return [...nodes].flatMap((node) => {
            if (node.content && isCommitted(node.content))
                return [];
            return [
                {
                    path: utf8Of(pathOf(node) ?? ''),
                    kind: 'unsent',
                    reason: failures.get(node)?.reason ?? 'was not sent',
                },
            ];
        });
    };
    return {
        changed: (node) => {
            dirty.delete(node);
            dirty.set(node, performance.now());
            if (spool.isPressed)
                pumpSoon();
        },
        filled: (node, indices) => {
            // What was removed, and is only written to yet, will never be published.
            if (node.places.length === 0)
                return;
            for (const index of indices)
                void files.stage(node, index).catch((error) => fail(node, error));
        },
        gone: (node) => void abandon(node),
        madeRoom: onRoom,
        room: () => {
            const one = Promise.withResolvers();
            waiting.add(one);
            pumpSoon();
            return one.promise;
        },
        read: files.read,
        get left() {
            let bytes = 0;
            for (const { content } of dirty.keys())
                bytes += content?.size ?? 0;
            return { files: dirty.size, bytes };
        },
        seal: async (nodes, places) => {
            isSealing = true;
            const { files: listed, problems } = listFiles(nodes, { places, prefix });
            const kept = new Set(listed.map(({ node }) => node));
            const names = new Set(listed.map(({ path }) => prefix + path));
            // Accounts with a hierarchical namespace hold no folder where a file is: what was removed must not be in the way.
            await homes.sweep(0, names, removeBlob).catch(() => { });
            const unsent = await sendAll(kept);
            if (problems.length > 0 || unsent.length > 0)
                return { files: [], problems: [...problems, ...unsent] };
            await sweeping; // else a blob could go again after another took its name
            // What was removed is not published, though somebody may still have it open, or it is just being sent.
            await Promise.all(homes.owners().map((node) => (kept.has(node) ? undefined : abandon(node))));
            const replace = options.replace || prefix === early;
            const published = await placeFiles(listed, { container, homes, prefix, replace, placed, signal, inParallel });
            await homes.sweep(0, names, removeBlob);
            return { files: published, problems: [] };
        },
        discard: async (until) => {
            clearInterval(ticking);
            stopping.abort(new Error('discarded'));
            await writer.close(); // else a blob could come after it was deleted
            await Promise.allSettled([...sending.values(), ...[...dirty.keys()].map(files.untilQuiet)]);
            // What was in the place of others is gone already.
            const copies = options.replace ? [] : [...placed.keys()].map((path) => prefix + path);
            const ours = [...homes.names().filter((name) => name.startsWith(early)), ...copies];
            await (0,p_map/* default */.Ay)(ours, (name) => container.deleteBlob(name, until), { concurrency: mostRequests, signal: until });
        },
        stop: () => {
            clearInterval(ticking);
            stopping.abort(new Error('stopped'));
            void writer.close();
        },
    };
}

;// CONCATENATED MODULE: ./build/mount/output/mount-output.js












const mount_output_usual = { blockBytes: 8 * 1024 * 1024, settled: 3000 };
const mostProblems = 100;
/** Milliseconds in which what was sent has to be deleted: a cancelled job is not given long. */
const discardPatience = 60_000;
/** @throws CommandFailure of `mount`, and what the system says */
async function mountOutput({ label, folder, aliases, container, writer, prefix, early, replace, spool: spoolFolder, disk, unsent }, { memory, reader, log }, { blockBytes, settled } = mount_output_usual) {
    await (0,promises_.mkdir)(spoolFolder, { recursive: true, mode: 0o700 });
    const geometry = geometryOf(blockBytes);
    const spool = createSpool({ folder: spoolFolder, memory, disk, onRoom: () => uploads.madeRoom() });
    const contents = fileContents(geometry, spool);
    const uploads = createUploads({ container, writer, prefix, early, replace, geometry, spool, settled, log });
    const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
    const nodes = nodes_createNodes(owner, (node) => {
        uploads.gone(node);
        if (node.content)
            contents.drop(node.content);
    });
    let files;
    let state = 'open';
    let problems = [];
    let isLeftBehind = false;
    const served = await serveAt({ folder, isWritable: true, reader, log }, (replies) => {
        files = outputFiles({ nodes, contents, geometry, spool, uploads, replies, log });
        return files.handlers;
    });
    return {
        ended: served.ended.finally(uploads.stop),
        status: () => ({
            ...{ label, folder, faults: [], memory: spool.memory, holders: served.holders },
            ...{ read: 0, fetched: 0 },
            output: {
                ...{ written: files?.written ?? 0, left: uploads.left, state, isLeftBehind },
                ...{ problems: problems.slice(0, mostProblems), problemCount: problems.length },
            },
        }),
        seal: async (manifest) => {
            state = 'sealing';
            try {
                await syncFolder(folder);
                await files?.seal();
                const sealed = await uploads.seal(nodes, [folder, ...aliases]);
                problems = sealed.problems;
                if (problems.length === 0)
                    await writeManifest(manifest, sealed.files);
                else
                    await keepUnsent(nodes, spool, geometry, unsent).catch((error) => log.warning((0,report/* messageOf */.bD)(error)));
                return sealed;
            }
            catch (error) {
                problems = [{ path: '', kind: 'unsent', reason: (0,report/* messageOf */.bD)(error) }];
                throw error;
            }
            finally {
                state = problems.length > 0 ? 'failed' : 'sealed';
            }
        },
        discard: async () => {
            await uploads.discard(AbortSignal.timeout(discardPatience)).catch((error) => {
                log.warning(`What ${label} has sent could not be deleted: ${(0,report/* messageOf */.bD)(error)}`);
                isLeftBehind = true;
            });
        },
        unmount: served.unmount,
    };
}

;// CONCATENATED MODULE: ./build/mount/daemon.js






/** The manifest of the output with that index. */
function manifestOf(controlFolder, index) {
    return (0,external_node_path_.join)(controlFolder, `sealed-${index}.jsonl`);
}
/** Mounts datasets and serves them. @throws where one cannot be mounted; then none is */
async function startDaemon({ inputs, outputs, controlFolder, reader, log }) {
    const mounted = [];
    const writable = [];
    const options = { memory: memoryForChunks() / Math.max(1, inputs.length + outputs.length), reader, log };
    const sealing = new Map();
    const unmountAll = async () => {
        for (const mount of mounted)
            await mount.unmount();
    };
    const seal = (output, index) => {
        const isOver = output.status().output?.state === 'sealed';
        if (isOver || sealing.has(output))
            return;
        const task = output
            .seal(manifestOf(controlFolder, index))
            .then(() => { }, (error) => log.warning((0,report/* detailOf */.Rw)(error)))
            .finally(() => sealing.delete(output));
        sealing.set(output, task);
    };
    const answer = async (request) => {
        if (request.ask === 'seal')
            for (const [index, output] of writable.entries())
                seal(output, index);
        if (request.ask === 'finish') {
            isFinishing = true;
            await unmountAll();
            const discarded = writable.filter((output) => !request.keep.includes(output.status().folder));
            await Promise.all(discarded.map((output) => output.discard()));
        }
        return mounted.map((mount) => mount.status());
    };
    const finished = Promise.withResolvers();
    let isFinishing = false;
    let control;
    try {
        for (const input of inputs)
            mounted.push(await mountInput(input, options));
        for (const output of outputs) {
            const mount = await mountOutput(output, options);
            mounted.push(mount);
            writable.push(mount);
        }
        control = await serveControl(controlFolder, answer, finished.resolve);
    }
    catch (error) {
        await unmountAll();
        throw error;
    }
    // Who told us to finish gets an answer first, which comes when all is tidied up.
    const unmounted = Promise.all(mounted.map((mount) => mount.ended)).then(() => isFinishing ? finished.promise : undefined);
    const ended = Promise.race([unmounted, finished.promise]).then(() => void control?.close());
    return {
        ended,
        finish: async () => {
            await unmountAll();
            finished.resolve();
        },
    };
}

// EXTERNAL MODULE: external "node:events"
var external_node_events_ = __webpack_require__(78474);
;// CONCATENATED MODULE: ./build/mount/launch.js




/** Descriptor on which a daemon tells that it is ready. */
const readyDescriptor = 3;
/**
 * Starts a process of its own that outlives this one. It gets its secrets on its standard input, and tells on another pipe how it went.
 * @throws the signal's reason, when it has been ended
 */
async function launchDaemon({ program, environment, input, logFile, signal }) {
    signal.throwIfAborted();
    const log = await (0,promises_.open)(logFile, 'a', 0o600);
    const child = (0,external_node_child_process_.spawn)(process.execPath, [program], {
        detached: true,
        stdio: ['pipe', 'ignore', log.fd, 'pipe'],
        env: environment,
        cwd: '/', // it must not hold a folder that somebody wants to remove
    });
    const kill = () => child.kill('SIGTERM');
    signal.addEventListener('abort', kill, { once: true });
    try {
        child.on('error', () => { }); // told by the pipe, which ends
        const stdin = child.stdio[0];
        stdin.on('error', () => { }); // likewise
        for (const bytes of input)
            stdin.write(bytes);
        stdin.end();
        const said = await (0,consumers_.text)(child.stdio[readyDescriptor]);
        if (signal.aborted) {
            if (child.exitCode === null && child.signalCode === null)
                await (0,external_node_events_.once)(child, 'exit');
            throw signal.reason;
        }
        if (said === 'ready' && child.pid !== undefined)
            return { pid: child.pid };
        return { failure: said || 'the mount daemon ended before it was ready' };
    }
    finally {
        signal.removeEventListener('abort', kill);
        child.unref();
        await log.close();
    }
}


;// CONCATENATED MODULE: ./build/mount/index.js
/** Datasets as a file system of our own: the kernel's FUSE, a daemon that serves it, and the way to both. */








/***/ })

};
