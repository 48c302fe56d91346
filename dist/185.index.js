export const id = 185;
export const ids = [185];
export const modules = {

/***/ 23185:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  runMain: () => (/* binding */ runMain)
});

// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(51455);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(76760);
// EXTERNAL MODULE: ./node_modules/@actions/core/lib/core.js + 14 modules
var core = __webpack_require__(96421);
// EXTERNAL MODULE: ./build/azureml/index.js + 20 modules
var azureml = __webpack_require__(24593);
// EXTERNAL MODULE: ./build/datasets/index.js + 24 modules
var datasets = __webpack_require__(90304);
// EXTERNAL MODULE: ./build/report/index.js + 2 modules
var report = __webpack_require__(63359);
// EXTERNAL MODULE: ./build/action/action-log.js
var action_log = __webpack_require__(47178);
// EXTERNAL MODULE: ./build/action/connection.js
var action_connection = __webpack_require__(22743);
;// CONCATENATED MODULE: ./build/action/inputs.js




/** Requests in flight where `concurrency` is not given: enough to hide the latency of small files within a region. */
const defaultConcurrency = 32;
/** @throws UserError for values that make no sense, and for what is not built yet */
function readInputs() {
    const useMounting = choice('use-mounting', ['auto', 'true', 'false']);
    const inputDatasets = (0,datasets/* parseInputDatasets */.VE)(core/* getInput */.V4('input-datasets'));
    const outputDatasets = (0,datasets/* parseOutputDatasets */.SS)(core/* getInput */.V4('output-datasets'));
    if (inputDatasets.length === 0 && outputDatasets.length === 0) {
        throw new report/* UserError */.yo('bad-input', 'Neither input-datasets nor output-datasets names a dataset, so there is nothing to do.');
    }
    for (const { name, tags } of outputDatasets)
        (0,datasets/* checkTags */.MK)(name, tags);
    refuseUnbuilt(useMounting, inputDatasets, outputDatasets);
    return {
        workspace: {
            workspace: core/* getInput */.V4('workspace'),
            resourceGroup: core/* getInput */.V4('resource-group'),
            subscriptionId: core/* getInput */.V4('subscription-id'),
        },
        workspaceConfig: core/* getInput */.V4('workspace-config'),
        signIn: {
            clientId: core/* getInput */.V4('client-id'),
            tenantId: core/* getInput */.V4('tenant-id'),
            clientSecret: core/* getInput */.V4('client-secret'),
        },
        cloud: choice('cloud', azureml/* cloudNames */.cY),
        resourceManagerUrl: core/* getInput */.V4('resource-manager-url'),
        authorityHost: core/* getInput */.V4('authority-host'),
        onMissingCredentials: choice('on-missing-credentials', ['fail', 'skip']),
        defaultDatastore: core/* getInput */.V4('default-datastore'),
        inputDatasets,
        outputDatasets,
        resolveOnly: flag('resolve-only'),
        uploadOutputs: choice('upload-outputs', ['on-success', 'always', 'never']),
        ifNoFilesFound: choice('if-no-files-found', ['error', 'warn', 'ignore']),
        concurrency: concurrency(),
    };
}
/** Mounting and submitting come in later versions; until then, who asks for them by name is told, and `auto` downloads. */
function refuseUnbuilt(useMounting, inputs, outputs) {
    if (flag('submit-to-azureml')) {
        throw new report/* UserError */.yo('not-built-yet', 'submit-to-azureml: submitting AzureML jobs is not built yet. Leave it out to run the step on this runner.');
    }
    const mounts = [
        ...inputs.map((input) => input.useMounting ?? useMounting),
        ...outputs.map((output) => output.useMounting),
    ];
    if (mounts.includes('true')) {
        throw new report/* UserError */.yo('not-built-yet', 'use-mounting: true: mounting is not built yet. Leave it out, or set it to auto, and inputs are downloaded and outputs uploaded.');
    }
}
function choice(name, choices) {
    const value = core/* getInput */.V4(name).toLowerCase() || choices[0];
    const chosen = choices.find((candidate) => candidate === value);
    if (chosen !== undefined)
        return chosen;
    throw new report/* UserError */.yo('bad-input', `${name}: "${value}" is not possible; use one of ${choices.join(', ')}.`);
}
function flag(name) {
    return choice(name, ['false', 'true']) === 'true';
}
function concurrency() {
    const value = core/* getInput */.V4('concurrency');
    if (value === '' || value === 'auto')
        return defaultConcurrency;
    const number = Number(value);
    if (Number.isInteger(number) && number >= 1 && number <= 1000)
        return number;
    throw new report/* UserError */.yo('bad-input', `concurrency: "${value}" is not a whole number from 1 to 1000.`);
}

// EXTERNAL MODULE: ./build/action/job.js
var job = __webpack_require__(67712);
// EXTERNAL MODULE: ./build/action/oidc.js
var oidc = __webpack_require__(76546);
// EXTERNAL MODULE: ./build/action/outputs.js
var action_outputs = __webpack_require__(92309);
// EXTERNAL MODULE: ./build/action/session.js
var action_session = __webpack_require__(37771);
// EXTERNAL MODULE: ./build/action/step.js + 1 modules
var step = __webpack_require__(52768);
// EXTERNAL MODULE: ./build/action/summary.js
var summary = __webpack_require__(76079);
;// CONCATENATED MODULE: ./build/action/main.js















/** The main step: makes sure that the datasets exist, stages the inputs, opens folders for the outputs. */
async function runMain() {
    await (0,step/* runStep */.e)(async (signal) => {
        for (const id of await (0,action_session/* sweepDeadSessions */.ob)())
            action_log/* actionLog */.Z.info(`Cleared what the dead session ${id} left behind.`);
        const inputs = readInputs();
        const { uploadOutputs, ifNoFilesFound, concurrency } = inputs;
        const id = (0,action_session/* newSessionId */.OZ)();
        // Before the session is made: the post step of a main step that is killed now has to find it.
        core/* saveState */.LZ('session', (0,action_session/* sessionFolder */.vE)(id));
        const session = await (0,action_session/* openSession */.fA)({ uploadOutputs, ifNoFilesFound, concurrency }, id);
        try {
            await stageAndOpen(inputs, session, signal);
        }
        catch (error) {
            await abandon(session);
            if (inputs.onMissingCredentials === 'fail' || !isWithoutCredentials(error, inputs))
                throw error;
            (0,action_outputs/* setSkipped */.jJ)();
            action_log/* actionLog */.Z.info(`Skipped: ${(0,report/* messageOf */.bD)(error)}`);
            action_log/* actionLog */.Z.notice('The datasets were skipped, as this job has no credentials for Azure (on-missing-credentials: skip).');
        }
    });
}
/**
 * Runs from forks have neither credentials nor the variables that name the workspace. A runner's own identity may sign them in all the same, and
 * then it is the workspace that is missing.
 */
function isWithoutCredentials(error, { signIn }) {
    if (error instanceof azureml/* MissingCredentials */.Jl)
        return true;
    const namesNobody = (0,oidc/* idTokenSource */.k)() === undefined && signIn.clientId === '' && signIn.clientSecret === '';
    return namesNobody && error instanceof report/* UserError */.yo && error.code === 'no-workspace';
}
async function stageAndOpen(inputs, opened, signal) {
    const checkout = process.env.GITHUB_WORKSPACE ?? process.cwd();
    const root = (0,external_node_path_.join)((0,action_session/* stagingRoot */.qH)(), opened.id);
    const opens = inputs.outputDatasets.length > 0 && !inputs.resolveOnly;
    const publishes = opens && inputs.uploadOutputs !== 'never';
    const warning = publishes ? (0,job/* mayPublish */.u)(await (0,job/* currentJob */.b)()) : undefined;
    if (warning)
        action_log/* actionLog */.Z.warning(warning);
    const local = await localFolders(inputs.inputDatasets, checkout);
    const remote = inputs.inputDatasets.filter((dataset) => !local.has(dataset));
    const places = await choosePlaces(inputs, remote, root, checkout);
    // Signing in comes before everything else about the workspace: runs from forks have neither credentials nor variables that name it.
    const needsAzure = remote.length > 0 || publishes;
    const identity = needsAzure
        ? await (0,action_connection/* identify */.ls)({ ...inputs, ...inputs.signIn }, inputs.signIn.clientSecret, action_log/* actionLog */.Z)
        : undefined;
    const connection = remote.length > 0 || opens ? await (0,action_connection/* decideConnection */.r5)(inputs, checkout) : undefined;
    const session = await (0,action_session/* updateSession */.qO)(opened, { connection, undo: [{ kind: 'remove-folder', path: root }] });
    const staged = [];
    if (connection && identity) {
        const context = await (0,action_connection/* connect */.Ng)(connection, identity, signal, action_log/* actionLog */.Z);
        const ensured = [];
        for (const dataset of remote)
            ensured.push(await (0,datasets/* ensureInput */.zz)(context, dataset));
        if (publishes)
            for (const output of inputs.outputDatasets)
                await (0,datasets/* checkOutput */.yr)(context, output);
        staged.push(...(await stageRemote(context, inputs, ensured, places)));
    }
    for (const [dataset, folder] of local)
        staged.push(await (0,datasets/* stageLocalFolder */.wX)(dataset, folder, signal, action_log/* actionLog */.Z));
    const outputs = inputs.resolveOnly ? [] : await openOutputs(inputs, places);
    const inOrder = inputs.inputDatasets.flatMap(({ dataName }) => staged.filter((input) => input.dataName === dataName));
    const ready = await (0,action_session/* updateSession */.qO)(session, { state: 'ready', inputs: inOrder, outputs });
    (0,action_outputs/* setStagedOutputs */.R8)(ready);
    await (0,summary/* writeSummary */.S)(ready);
}
/** Inputs whose `local-folder` exists. */
async function localFolders(datasets, checkout) {
    const found = new Map();
    for (const dataset of datasets) {
        if (dataset.localFolder === undefined)
            continue;
        const folder = (0,external_node_path_.resolve)(checkout, dataset.localFolder);
        const status = await (0,promises_.stat)(folder).catch(() => undefined);
        if (status?.isDirectory())
            found.set(dataset, folder);
        else
            action_log/* actionLog */.Z.notice(`Input ${dataset.name}: local-folder ${folder} does not exist, so the dataset is staged.`);
    }
    return found;
}
/** Chooses and checks the folders of all datasets before anything is asked of Azure. */
async function choosePlaces(inputs, remote, root, checkout) {
    const places = new Map();
    const outputs = [];
    if (inputs.resolveOnly)
        return { inputs: places, outputs };
    for (const dataset of remote) {
        const { targetFolder, dataName } = dataset;
        const folder = targetFolder === undefined ? (0,external_node_path_.join)(root, 'inputs', dataName) : await (0,datasets/* resolveTargetFolder */.YG)(targetFolder, checkout);
        await (0,datasets/* requireOursOrEmpty */.Lm)(folder);
        places.set(dataset, folder);
    }
    for (const { targetFolder, dataName } of inputs.outputDatasets) {
        const folder = targetFolder === undefined ? (0,external_node_path_.join)(root, 'outputs', dataName) : await (0,datasets/* resolveTargetFolder */.YG)(targetFolder, checkout);
        await (0,datasets/* requireEmpty */.R2)(folder);
        outputs.push(folder);
    }
    (0,datasets/* refuseOverlaps */.b7)([...places.values(), ...outputs]);
    return { inputs: places, outputs };
}
async function stageRemote(context, { resolveOnly, concurrency }, ensured, places) {
    if (resolveOnly)
        return ensured.map(datasets/* reportResolved */.fU);
    const placed = ensured.map((input) => ({ input, folder: places.inputs.get(input.dataset) ?? '' }));
    return (0,datasets/* downloadInputs */.C)(context, placed, concurrency);
}
async function openOutputs({ outputDatasets, uploadOutputs }, places) {
    const publisher = uploadOutputs === 'never' ? 'only a step publish/ publishes it' : 'the post step publishes it';
    const outputs = [];
    for (const [index, dataset] of outputDatasets.entries()) {
        const folder = places.outputs[index] ?? '';
        await (0,datasets/* openOutputFolder */.uS)(folder);
        action_log/* actionLog */.Z.info(`Output ${dataset.name}: write it to ${folder}; ${publisher}.`);
        outputs.push({ dataset, folder, published: undefined });
    }
    return outputs;
}
/** A main step that fails tidies up itself; the post step does it for one that was killed. */
async function abandon({ id }) {
    const session = await (0,action_session/* loadSession */.L6)((0,action_session/* sessionFolder */.vE)(id));
    if (!session)
        return;
    await (0,action_session/* undo */.tN)(session);
    await (0,action_session/* removeSession */.dF)(session);
}


/***/ }),

/***/ 92309:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   R8: () => (/* binding */ setStagedOutputs),
/* harmony export */   jJ: () => (/* binding */ setSkipped),
/* harmony export */   rg: () => (/* binding */ setPublishedOutputs)
/* harmony export */ });
/* harmony import */ var _actions_core__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(96421);
/* harmony import */ var _datasets_index_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(90304);
/* harmony import */ var _session_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(37771);



/** Sets the outputs and variables that later steps read. No output holds the subscription id: the runner drops outputs with masked text. */
function setStagedOutputs(session) {
    const { inputs, outputs, id } = session;
    for (const [index, input] of inputs.entries()) {
        _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .setOutput */ .uH(`input-${index}`, input.path);
        _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .setOutput */ .uH(`input-${index}-version`, input.version);
        if (input.path)
            _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .exportVariable */ .dN(`AZURE_ML_INPUT_${input.dataName}`, input.path);
    }
    for (const [index, { dataset, folder }] of outputs.entries()) {
        _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .setOutput */ .uH(`output-${index}`, folder);
        _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .exportVariable */ .dN(`AZURE_ML_OUTPUT_${dataset.dataName}`, folder);
    }
    _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .setOutput */ .uH('input-datasets', JSON.stringify(inputs.map(({ path }) => path)));
    _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .setOutput */ .uH('output-datasets', JSON.stringify(outputs.map(({ folder }) => folder)));
    _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .setOutput */ .uH('datasets', datasetsJson(session));
    _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .setOutput */ .uH('fingerprint', inputs.length > 0 ? (0,_datasets_index_js__WEBPACK_IMPORTED_MODULE_1__/* .combineFingerprints */ .PW)(inputs) : '');
    _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .setOutput */ .uH('available', 'true');
    // A later step that only stages must not hide the outputs of an earlier one from publish/.
    if (outputs.length > 0)
        _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .exportVariable */ .dN('AZUREML_DATASETS_SESSION', (0,_session_js__WEBPACK_IMPORTED_MODULE_2__/* .sessionFolder */ .vE)(id));
}
/** What the step `publish/` hands on. */
function setPublishedOutputs(session) {
    for (const [index, output] of session.outputs.entries())
        _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .setOutput */ .uH(`output-${index}-version`, (0,_session_js__WEBPACK_IMPORTED_MODULE_2__/* .registeredVersion */ .V7)(output)?.version ?? '');
    _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .setOutput */ .uH('datasets', datasetsJson(session));
}
/** `on-missing-credentials: skip` skipped. */
function setSkipped() {
    _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .setOutput */ .uH('available', 'false');
}
/** `{"inputs": {data-name: …}, "outputs": {data-name: …}}` */
function datasetsJson({ inputs, outputs }) {
    return JSON.stringify({
        inputs: Object.fromEntries(inputs.map((input) => [input.dataName, inputEntry(input)])),
        outputs: Object.fromEntries(outputs.map((output) => [output.dataset.dataName, outputEntry(output)])),
    });
}
function inputEntry({ path, name, version, id, uri, fingerprint, fingerprintBasis, files, bytes, staged, }) {
    return { path, name, version, id, uri, fingerprint, 'fingerprint-basis': fingerprintBasis, files, bytes, staged };
}
function outputEntry(output) {
    const place = { path: output.folder, name: output.dataset.name };
    const registered = (0,_session_js__WEBPACK_IMPORTED_MODULE_2__/* .registeredVersion */ .V7)(output);
    if (!registered)
        return place;
    const { version, id, uri, fingerprint, fingerprintBasis, files, bytes } = registered;
    return { ...place, version, id, uri, fingerprint, 'fingerprint-basis': fingerprintBasis, files, bytes };
}


/***/ })

};
