export const id = 901;
export const ids = [901];
export const modules = {

/***/ 96698:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   XQ: () => (/* binding */ pullRequestOfRun),
/* harmony export */   p: () => (/* binding */ chooseComment)
/* harmony export */ });
/* unused harmony export markerOf */
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(77598);
/* harmony import */ var _actions_core__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(96421);
/* harmony import */ var _action_log_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(47178);



/** The comment of this step on the pull request that started the run; undefined where no pull request did. */
async function chooseComment() {
    const pullRequest = await pullRequestOfRun();
    if (pullRequest === undefined) {
        _action_log_js__WEBPACK_IMPORTED_MODULE_2__/* .actionLog */ .Z.info(`There is no comment, as the event "${process.env.GITHUB_EVENT_NAME}" is not that of a pull request.`);
        return undefined;
    }
    const { GITHUB_WORKFLOW = '', GITHUB_JOB = '', GITHUB_ACTION = '' } = process.env;
    const place = {
        workflow: GITHUB_WORKFLOW,
        job: GITHUB_JOB,
        step: GITHUB_ACTION,
        matrix: matrixOf(_actions_core__WEBPACK_IMPORTED_MODULE_1__/* .getInput */ .V4('matrix')),
    };
    return { pullRequest, marker: markerOf(place), label: labelOf(place) };
}
/** The number of the pull request that started the run; undefined where none did. */
async function pullRequestOfRun() {
    const { context } = await __webpack_require__.e(/* import() */ 785).then(__webpack_require__.bind(__webpack_require__, 92785));
    const number = context.payload.pull_request?.number;
    return typeof number === 'number' ? number : undefined;
}
/** Encoded, so that no name can end the comment of HTML, or be read as another place. */
function markerOf({ workflow, job, step, matrix }) {
    const hash = (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createHash)('sha256').update(canonicalJson(matrix)).digest('hex').slice(0, 12);
    const parts = [workflow, job, hash, step].map((part) => encodeURIComponent(part.toWellFormed()));
    return `<!-- azureml-datasets: ${parts.join('/')} -->`;
}
function labelOf({ workflow, job, step, matrix }) {
    const names = [workflow, job, step].join(' / ');
    return matrix === undefined ? names : `${names}, ${canonicalJson(matrix)}`;
}
/** The input `matrix` holds JSON; `null` where the job has no matrix. */
function matrixOf(text) {
    try {
        return JSON.parse(text) ?? undefined;
    }
    catch {
        return text === '' ? undefined : text;
    }
}
/** JSON that is the same for the same values, in whatever order their keys come. */
function canonicalJson(value) {
    return JSON.stringify(value ?? null, (_key, part) => typeof part === 'object' && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
        : part);
}


/***/ }),

/***/ 50901:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  jT: () => (/* binding */ attachTo),
  pq: () => (/* binding */ makeSureOfCancel),
  Ud: () => (/* binding */ refuseForJobs),
  zm: () => (/* binding */ submitAndWait)
});

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(77598);
// EXTERNAL MODULE: ./build/azureml/index.js + 28 modules
var azureml = __webpack_require__(3570);
// EXTERNAL MODULE: ./build/datasets/index.js + 18 modules
var datasets = __webpack_require__(68082);
// EXTERNAL MODULE: ./build/jobs/index.js + 9 modules
var build_jobs = __webpack_require__(57522);
// EXTERNAL MODULE: ./build/report/index.js + 3 modules
var report = __webpack_require__(92036);
// EXTERNAL MODULE: ./build/action/comment-target.js
var comment_target = __webpack_require__(96698);
// EXTERNAL MODULE: ./build/action/job.js
var action_job = __webpack_require__(67712);
// EXTERNAL MODULE: ./node_modules/@actions/core/lib/core.js + 14 modules
var core = __webpack_require__(96421);
;// CONCATENATED MODULE: ./build/action/job-logs.js


/** How many of the last lines are shown once more when a job fails. */
const mostKept = 50;
/**
 * Shows the logs of a job in groups of the step's log, between marks that take the power from commands in them: for as long as lines are written,
 * and no longer, since between two looks secrets are masked by commands of ours.
 */
function showJobLogs() {
    const lastLines = [];
    return {
        lastLines,
        begin: (name) => core/* startGroup */.Oh(`Log of the job: ${name}`),
        lines: (texts) => {
            const mark = `job-log-${(0,external_node_crypto_.randomBytes)(12).toString('hex')}`;
            process.stdout.write(`::stop-commands::${mark}\n${texts.join('\n')}\n::${mark}::\n`);
            lastLines.push(...texts.slice(-mostKept));
            lastLines.splice(0, lastLines.length - mostKept);
        },
        end: () => core/* endGroup */.N4(),
    };
}

// EXTERNAL MODULE: ./build/action/outputs.js
var action_outputs = __webpack_require__(92309);
// EXTERNAL MODULE: ./build/action/session.js
var action_session = __webpack_require__(37771);
;// CONCATENATED MODULE: ./build/action/submitting.js










/**
 * Submits the step as an AzureML job and, if it is to be waited for, shows its logs and registers what it wrote.
 * @returns the session with the versions of the outputs
 */
async function submitAndWait(context, inputs, { job, base, isInline }, ensured, opened, draft) {
    const { provenance } = await (0,action_job/* currentJob */.b)();
    const outputs = [];
    for (const output of inputs.outputDatasets)
        outputs.push({ output, ...(await (0,datasets/* chooseWrittenFolder */.t1)(context, output, provenance)) });
    const tags = await tagsOfRun();
    context.stopwatch.begin('prepare job');
    const body = await (0,build_jobs/* prepareJob */.LS)(context, { job, base, isInline, inputs: ensured, outputs, tags, properties: {} });
    const name = `gh-${provenance.run}-${provenance.attempt}-${(0,external_node_crypto_.randomBytes)(4).toString('hex')}`;
    // Before the job exists: whoever is killed now leaves its name to the post step.
    const session = await (0,action_session/* updateSession */.qO)(opened, { azuremlJob: name });
    if (inputs.supersede)
        await cancelSuperseded(context, tags, Number(provenance.run));
    context.stopwatch.begin('submit');
    const submitted = await (0,build_jobs/* submitJob */.Ok)(context, name, body);
    tellJob(submitted, draft);
    if (!inputs.waitForCompletion) {
        (0,action_outputs/* setJobOutputs */.M7)(submitted);
        return (0,action_session/* updateSession */.qO)(session, { azuremlJob: undefined });
    }
    return waitFor(context, inputs, submitted, { inputs: ensured.map(({ asset }) => (0,datasets/* labelOf */.Wy)(asset)), outputs }, session, draft);
}
/** Waits for a job that an earlier step submitted, and registers what it wrote. */
async function attachTo(context, inputs, name, opened, draft) {
    const job = await (0,azureml/* findJob */.pC)(context.workspace, name);
    if (!job)
        throw new report/* UserError */.yo('job-not-found', `attach-to: there is no job "${name}" in workspace "${context.workspace.name.workspace}".`);
    const session = await (0,action_session/* updateSession */.qO)(opened, { azuremlJob: name });
    tellJob(job, draft);
    return waitFor(context, inputs, job, (0,build_jobs/* datasetsOf */.PF)(job), session, draft);
}
async function waitFor(context, inputs, { name }, datasets, followed, draft) {
    const { signal, log, stopwatch } = context;
    let session = followed;
    stopwatch.begin('run job');
    const logs = showJobLogs();
    const start = performance.now();
    try {
        const end = await (0,build_jobs/* followJob */.Bv)(context, name, logs);
        session = await (0,action_session/* updateSession */.qO)(followed, { azuremlJob: undefined });
        (0,action_outputs/* setJobOutputs */.M7)(end.job);
        for (const warning of end.warnings)
            log.warning(`Job ${name}: ${warning}`);
        const waited = (0,report/* formatSeconds */.Xo)((performance.now() - start) / 1000);
        draft.change({ notes: [`Job ${name}: ${end.job.status} after ${waited}. ${end.job.studioUrl}`] });
        (0,build_jobs/* requireCompleted */.hO)(end, logs.lastLines, log);
    }
    catch (error) {
        // Sent at once: the runner kills a step some seconds after it told it to stop.
        if (signal.aborted)
            await (0,azureml/* cancelJob */.mh)(context.workspace, name).catch((failure) => log.warning((0,report/* messageOf */.bD)(failure)));
        throw error;
    }
    if (inputs.uploadOutputs === 'never')
        return session;
    return registerOutputs(context, inputs, datasets, session, draft);
}
async function registerOutputs(context, { ifNoFilesFound }, { inputs, outputs }, session, draft) {
    const job = await (0,action_job/* currentJob */.b)();
    const registered = [];
    for (const { output, datastore, path } of outputs) {
        const provenance = { ...job.provenance, inputs };
        const publication = await (0,datasets/* publishWritten */.JJ)(context, { output, provenance, ifNoFilesFound }, { datastore, path });
        registered.push({ dataset: output, folder: '', published: publication?.published ?? 'empty' });
        draft.change({ outputs: registered });
    }
    return (0,action_session/* updateSession */.qO)(session, { outputs: registered });
}
function tellJob({ name, studioUrl, status }, draft) {
    draft.log.info(`Job ${name} (${status}): ${studioUrl}`);
    draft.change({ notes: [`Job ${name}: ${studioUrl}`] });
}
/** What the post step does about a job that the main step did not see to its end. */
async function makeSureOfCancel({ workspace, log }, name) {
    const job = await (0,azureml/* findJob */.pC)(workspace, name);
    if (!job || build_jobs/* endedStates */.Tp.includes(job.status))
        return;
    await (0,azureml/* cancelJob */.mh)(workspace, name);
    log.info(`Job ${name} was told to stop.`);
}
/** By these a later run finds the jobs of earlier ones. */
const tagNames = { workflow: 'github_workflow', pullRequest: 'github_pull_request', run: 'github_run_id' };
async function tagsOfRun() {
    const { GITHUB_REPOSITORY = '', GITHUB_WORKFLOW = '', GITHUB_SHA = '', GITHUB_RUN_ID = '' } = process.env;
    const pullRequest = await (0,comment_target/* pullRequestOfRun */.XQ)();
    return {
        github_repository: GITHUB_REPOSITORY,
        [tagNames.workflow]: GITHUB_WORKFLOW,
        github_sha: GITHUB_SHA,
        [tagNames.run]: GITHUB_RUN_ID,
        ...(pullRequest === undefined ? {} : { [tagNames.pullRequest]: `${GITHUB_REPOSITORY}#${pullRequest}` }),
    };
}
/** Cancels jobs of earlier runs of the same pull request and workflow; none of others, and none where there is no pull request. */
async function cancelSuperseded({ workspace, log }, tags, run) {
    const pullRequest = tags[tagNames.pullRequest];
    if (pullRequest === undefined)
        return log.info('supersede: this run belongs to no pull request, so no job is superseded.');
    const jobs = await (0,azureml/* listJobs */.N6)(workspace, `${tagNames.pullRequest}=${pullRequest}`);
    const older = jobs.filter(({ tags: of, status }) => of[tagNames.pullRequest] === pullRequest &&
        of[tagNames.workflow] === tags[tagNames.workflow] &&
        Number(of[tagNames.run]) < run &&
        !build_jobs/* endedStates */.Tp.includes(status));
    for (const { name } of older)
        await (0,azureml/* cancelJob */.mh)(workspace, name);
    if (older.length > 0)
        log.info(`Cancelled the jobs of earlier runs of this pull request: ${(0,report/* listed */.KE)(older.map(({ name }) => name))}.`);
}
/** The keys of a dataset that have no meaning for a job, which stages whole assets. */
function refuseForJobs(inputs, draft) {
    for (const { name, selection, localFolder } of inputs) {
        const { include, exclude, sample } = selection;
        if (include.length > 0 || exclude.length > 0 || sample)
            throw new report/* UserError */.yo('bad-dataset', `Input "${name}": include, exclude and sample are not possible with submit-to-azureml: AzureML stages whole datasets. Publish the part as a dataset of its own first.`);
        if (localFolder !== undefined)
            draft.log.notice(`Input ${name}: local-folder is not used with submit-to-azureml.`);
    }
}


/***/ }),

/***/ 57522:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  ej: () => (/* reexport */ checkJob),
  PF: () => (/* reexport */ datasetsOf),
  Tp: () => (/* reexport */ endedStates),
  Bv: () => (/* reexport */ followJob),
  LS: () => (/* reexport */ prepareJob),
  i5: () => (/* reexport */ readJobFile),
  hO: () => (/* reexport */ requireCompleted),
  Ok: () => (/* reexport */ submitJob)
});

// EXTERNAL MODULE: external "node:timers/promises"
var promises_ = __webpack_require__(58500);
// EXTERNAL MODULE: ./build/azureml/index.js + 28 modules
var azureml = __webpack_require__(3570);
// EXTERNAL MODULE: ./build/report/index.js + 3 modules
var report = __webpack_require__(92036);
// EXTERNAL MODULE: external "node:stream/consumers"
var consumers_ = __webpack_require__(38321);
// EXTERNAL MODULE: ./node_modules/@azure/core-rest-pipeline/dist/esm/index.js + 82 modules
var esm = __webpack_require__(61340);
;// CONCATENATED MODULE: ./build/jobs/log-tail.js



/** What the main process writes, on the first of several machines, and what building the environment does (azure-ai-ml, `job_ops_helper`). */
const shown = [
    /^azureml-logs\/20_image_build_log\.txt$/,
    /^user_logs\/std_log[^\d]*0*(?:_ps)?\.txt$/,
    /^azureml-logs\/\d{2}.+\.txt$/,
];
/** Bytes of one look at one log: a job may write faster than a log can be shown. */
const mostAtOnce = 8 * 1024 * 1024;
const mostTries = 3;
/** Milliseconds. */
const retryPause = 500;
/**
 * Logs are append blobs: only what is new is asked for, by range, and shown in whole lines, so that no character is cut.
 * (Blob service: 416 where there is nothing new.)
 */
function createTails(output, signal, get = getRange) {
    const tails = new Map();
    let current;
    const show = (name, lines) => {
        if (lines.length === 0)
            return;
        if (current !== name) {
            if (current !== undefined)
                output.end();
            output.begin(name);
            current = name;
        }
        output.lines(lines);
    };
    const readOne = async (name, url) => {
        const tail = tails.get(name) ?? { offset: 0, rest: Buffer.alloc(0) };
        tails.set(name, tail);
        for (;;) {
            const bytes = await readFrom(get, url, tail.offset, signal);
            if (bytes.byteLength === 0)
                return;
            tail.offset += bytes.byteLength;
            const all = Buffer.concat([tail.rest, bytes]);
            const end = all.lastIndexOf('\n') + 1;
            tail.rest = all.subarray(end);
            show(name, linesOf(all.subarray(0, end)));
        }
    };
    return {
        readOn: async (files) => {
            const names = Object.keys(files).filter((name) => shown.some((pattern) => pattern.test(name)));
            for (const name of names.sort())
                await readOne(name, files[name] ?? '');
        },
        end: () => {
            for (const [name, { rest }] of tails)
                show(name, linesOf(rest));
            if (current !== undefined)
                output.end();
            current = undefined;
        },
    };
}
function linesOf(bytes) {
    if (bytes.byteLength === 0)
        return [];
    return bytes
        .toString('utf8')
        .replace(/\r?\n$/, '')
        .split(/\r?\n/);
}
/** What is new behind an offset; nothing where there is nothing, or it cannot be had now: the next look asks again. */
async function readFrom(get, url, offset, signal) {
    for (let tries = 1; tries <= mostTries; tries += 1) {
        try {
            const range = `bytes=${offset}-${offset + mostAtOnce - 1}`;
            const { status, bytes } = await get(url, range, signal);
            if (status === 206)
                return bytes;
            if (status === 200)
                return bytes.subarray(offset);
            if (status < 500)
                return Buffer.alloc(0);
        }
        catch {
            signal.throwIfAborted();
        }
        await (0,promises_.setTimeout)(retryPause);
    }
    return Buffer.alloc(0);
}
/** By the pipeline of the Azure clients, which knows proxies. As bytes: a text may be cut in the middle of a character. */
async function getRange(url, range, abortSignal) {
    const request = (0,esm.createPipelineRequest)({ url, method: 'GET', abortSignal });
    request.headers.set('x-ms-range', range);
    request.headers.set('x-ms-version', '2023-11-03');
    request.streamResponseStatusCodes = new Set([200, 206]);
    const response = await (0,esm.createPipelineFromOptions)({}).sendRequest((0,esm.createDefaultHttpClient)(), request);
    const body = response.readableStreamBody;
    return { status: response.status, bytes: body ? await (0,consumers_.buffer)(body) : Buffer.alloc(0) };
}

;// CONCATENATED MODULE: ./build/jobs/follow.js




/** The states that a job does not leave again, as AzureML writes them. */
const endedStates = ['Completed', 'Failed', 'Canceled'];
/** Milliseconds between two looks: often at first, since short jobs are waited for, then as often as a person would. */
const pauses = { first: 1000, most: 15_000, growth: 1.2 };
/** So many looks in a row may fail before that counts. */
const mostFailures = 5;
/**
 * Waits for a job and shows its logs as they grow. One look that fails ends nothing.
 * @throws UserError where there is no such job any more, or nothing could be asked for a while; the signal's reason
 */
async function followJob(context, name, output) {
    const { workspace, signal, log } = context;
    const tails = createTails(output, signal);
    let api;
    let status = '';
    let failures = 0;
    const look = async () => {
        const job = await (0,azureml/* findJob */.pC)(workspace, name);
        if (!job)
            throw new report/* UserError */.yo('job-not-found', `Job ${(0,report/* quoted */.TL)(name)} does not exist in workspace "${workspace.name.workspace}".`);
        if (job.status !== status)
            log.info(`Job ${name}: ${job.status}.`);
        status = job.status;
        const details = await detailsOf();
        if (details)
            await tails.readOn(details.logFiles);
        return { job, details };
    };
    const detailsOf = async () => {
        try {
            api ??= await (0,azureml/* findApi */.Cv)(workspace);
            return await (0,azureml/* readRunDetails */.E3)(workspace, api, name);
        }
        catch (error) {
            if (signal.aborted)
                throw error;
            log.debug(`The run history of ${name} does not answer: ${(0,report/* messageOf */.bD)(error)}`);
            return undefined; // the verdict does not depend on it
        }
    };
    for (let pause = pauses.first;; pause = Math.min(pauses.most, pause * pauses.growth)) {
        try {
            const { job, details } = await look();
            failures = 0;
            if (endedStates.includes(job.status))
                return await finish(job, details);
        }
        catch (error) {
            failures += 1;
            if (signal.aborted || failures >= mostFailures || isFinal(error))
                throw error;
            log.info(`Job ${name} could not be looked at (${(0,report/* messageOf */.bD)(error)}); trying again.`);
        }
        await (0,promises_.setTimeout)(pause, undefined, { signal }).catch(() => {
            throw signal.reason;
        });
    }
    /** What was written at the very end is in the logs only after the status says so. */
    async function finish(job, details) {
        const last = (await detailsOf()) ?? details;
        if (last)
            await tails.readOn(last.logFiles);
        tails.end();
        return { job, message: messageFor(last), warnings: last?.warnings ?? [] };
    }
}
function isFinal(error) {
    if (!(error instanceof report/* UserError */.yo))
        return false;
    const { code } = error;
    return code === 'job-not-found' || code === 'azure-role-missing' || code === 'workspace-not-found';
}
function messageFor(details) {
    const { code = '', message = '' } = details?.error ?? {};
    return message === '' ? '' : `${code === '' ? '' : `${code}: `}${message}`;
}
/** @throws UserError with AzureML's own words and the last lines of the log, where a job did not complete */
function requireCompleted({ job, message }, lastLines, log) {
    if (job.status === 'Completed')
        return;
    if (lastLines.length > 0)
        log.info(`The last lines of the log:\n${lastLines.join('\n')}`);
    const how = job.status === 'Canceled' ? 'was cancelled' : `ended with ${job.status}`;
    const said = message === ''
        ? 'AzureML does not say why; the log does.'
        : `AzureML says: ${(0,report/* quoted */.TL)(message.slice(0, 1000)).slice(1, -1)}`;
    throw new report/* UserError */.yo('job-failed', `Job ${job.name} ${how}. ${said} See ${job.studioUrl || 'the studio'}.`);
}

// EXTERNAL MODULE: ./node_modules/valibot/dist/index.mjs
var dist = __webpack_require__(77934);
// EXTERNAL MODULE: ./build/datasets/index.js + 18 modules
var datasets = __webpack_require__(68082);
;// CONCATENATED MODULE: ./build/jobs/job-schema.js

// The schema of the CLI v2 (learn.microsoft.com, "CLI (v2) command job YAML schema"). Every scalar of the file is text.
const job_schema_text = dist/* string */.YjP('has to be text');
const optional = dist/* optional */.lqM(dist/* pipe */.FsL(job_schema_text, dist/* transform */.pdi((value) => (value === '' ? undefined : value))));
const wholeNumber = dist/* optional */.lqM(dist/* pipe */.FsL(job_schema_text, dist/* regex */.yGV(/^[1-9]\d{0,5}$/, 'has to be a whole number, 1 or more'), dist/* transform */.pdi(Number)));
const texts = dist/* optional */.lqM(dist/* pipe */.FsL(dist/* custom */.IeY(isTexts, 'has to be a mapping of texts')), {});
const mapping = dist/* custom */.IeY((value) => typeof value === 'object' && value !== null && !Array.isArray(value), 'has to be a mapping');
function isTexts(value) {
    return (typeof value === 'object' &&
        value !== null &&
        !Array.isArray(value) &&
        Object.values(value).every((one) => typeof one === 'string'));
}
const dataTypes = ['uri_folder', 'uri_file', 'mltable', 'mlflow_model', 'custom_model', 'triton_model'];
const inputModes = ['ro_mount', 'rw_mount', 'mount', 'download', 'direct', 'eval_mount', 'eval_download'];
const outputModes = ['rw_mount', 'mount', 'upload', 'direct'];
const literalTypes = ['string', 'number', 'integer', 'boolean'];
const dataInput = dist/* strictObject */.rej({
    type: dist/* optional */.lqM(dist/* picklist */.KIO(dataTypes, `has to be one of ${dataTypes.join(', ')}`), 'uri_folder'),
    path: dist/* pipe */.FsL(job_schema_text, dist/* nonEmpty */.hq('must not be empty')),
    mode: dist/* optional */.lqM(dist/* picklist */.KIO(inputModes, `has to be one of ${inputModes.join(', ')}`)),
    description: optional,
});
const literalInput = dist/* strictObject */.rej({
    type: dist/* picklist */.KIO(literalTypes),
    value: dist/* optional */.lqM(job_schema_text),
    default: dist/* optional */.lqM(job_schema_text),
    description: optional,
});
const outputSchema = dist/* strictObject */.rej({
    type: dist/* optional */.lqM(dist/* picklist */.KIO(dataTypes, `has to be one of ${dataTypes.join(', ')}`), 'uri_folder'),
    mode: dist/* optional */.lqM(dist/* picklist */.KIO(outputModes, `has to be one of ${outputModes.join(', ')}`)),
    path: optional,
    name: optional,
    version: optional,
    description: optional,
});
const osType = dist/* optional */.lqM(dist/* pipe */.FsL(job_schema_text, dist/* transform */.pdi((value) => (value.toLowerCase() === 'windows' ? 'Windows' : 'Linux'))), 'Linux');
const environmentSchema = dist/* strictObject */.rej({
    $schema: optional,
    name: optional,
    version: optional,
    description: optional,
    tags: texts,
    image: optional,
    conda_file: dist/* optional */.lqM(dist/* union */.KCZ([job_schema_text, mapping], 'has to be a path or a mapping')),
    build: dist/* optional */.lqM(dist/* strictObject */.rej({ path: job_schema_text, dockerfile_path: optional })),
    os_type: osType,
});
const resourcesSchema = dist/* strictObject */.rej({
    instance_count: wholeNumber,
    instance_type: optional,
    shm_size: dist/* optional */.lqM(dist/* pipe */.FsL(job_schema_text, dist/* regex */.yGV(/^\d+[bkmg]$/i, 'has to be a number and one of b, k, m, g, such as 8g'))),
    docker_args: optional,
    properties: dist/* optional */.lqM(mapping),
    locations: dist/* optional */.lqM(dist/* array */.YOg(job_schema_text, 'has to be a list of texts')),
    max_instance_count: wholeNumber,
});
const count = wholeNumber;
const distributionSchemas = {
    mpi: dist/* strictObject */.rej({ type: job_schema_text, process_count_per_instance: count }),
    pytorch: dist/* strictObject */.rej({ type: job_schema_text, process_count_per_instance: count }),
    tensorflow: dist/* strictObject */.rej({
        type: job_schema_text,
        worker_count: count,
        parameter_server_count: dist/* optional */.lqM(dist/* pipe */.FsL(job_schema_text, dist/* regex */.yGV(/^\d+$/, 'has to be a whole number'), dist/* transform */.pdi(Number))),
    }),
    ray: dist/* strictObject */.rej({
        type: job_schema_text,
        port: count,
        address: optional,
        include_dashboard: optional,
        dashboard_port: count,
        head_node_additional_args: optional,
        worker_node_additional_args: optional,
    }),
};
const identitySchema = dist/* strictObject */.rej({
    type: job_schema_text,
    client_id: optional,
    object_id: optional,
    msi_resource_id: optional,
    resource_id: optional,
});
const serviceTypes = ['ssh', 'tensor_board', 'jupyter_lab', 'vs_code', 'custom'];
const serviceSchema = dist/* strictObject */.rej({
    type: dist/* optional */.lqM(dist/* picklist */.KIO(serviceTypes, `has to be one of ${serviceTypes.join(', ')}`), 'custom'),
    port: count,
    nodes: optional,
    ssh_public_keys: optional,
    log_dir: optional,
    properties: texts,
});
const jobSchema = dist/* strictObject */.rej({
    $schema: optional,
    type: optional,
    name: optional,
    display_name: optional,
    experiment_name: optional,
    description: optional,
    tags: texts,
    properties: texts,
    command: dist/* pipe */.FsL(job_schema_text, dist/* nonEmpty */.hq('must not be empty')),
    code: optional,
    environment: dist/* union */.KCZ([job_schema_text, mapping], 'has to be a name or a mapping'),
    compute: optional,
    inputs: dist/* optional */.lqM(mapping, {}),
    outputs: dist/* optional */.lqM(dist/* union */.KCZ([mapping, dist/* literal */.euz('')], 'has to be a mapping'), {}),
    environment_variables: texts,
    resources: dist/* optional */.lqM(mapping, {}),
    limits: dist/* optional */.lqM(dist/* strictObject */.rej({ timeout: optional })),
    distribution: dist/* optional */.lqM(mapping),
    identity: dist/* optional */.lqM(dist/* union */.KCZ([job_schema_text, mapping], 'has to be a mapping')),
    queue_settings: dist/* optional */.lqM(dist/* strictObject */.rej({ job_tier: optional, priority: optional })),
    services: dist/* optional */.lqM(mapping, {}),
});

;// CONCATENATED MODULE: ./build/jobs/job-file.js




/** Jobs of the CLI that are no command jobs, and how each is known where `type` is left out. */
const otherJobs = {
    pipeline: ['jobs'],
    sweep: ['trial', 'sampling_algorithm', 'search_space'],
    spark: ['entry', 'driver_cores', 'executor_cores', 'driver', 'executor'],
    parallel: ['task', 'mini_batch_size'],
    automl: ['task', 'primary_metric', 'training_data', 'training'],
};
/**
 * Reads the text of a job file.
 * @throws UserError for text that is not YAML, and for jobs that are not command jobs
 */
function readJobFile(name, text) {
    const raw = (0,datasets/* parseYaml */.hN)(name, text);
    if (typeof raw !== 'object' || Array.isArray(raw))
        throw bad(name, 'is no mapping of keys, as a job file is');
    const job = raw;
    const type = typeof job.type === 'string' && job.type !== '' ? job.type : typeOf(job);
    if (type !== 'command')
        throw bad(name, `describes a job of type ${(0,report/* quoted */.TL)(type)}; only command jobs can be submitted`);
    return job;
}
function typeOf(job) {
    if ('command' in job)
        return 'command';
    const found = Object.entries(otherJobs).find(([, keys]) => keys.some((key) => key in job));
    return found?.[0] ?? 'command';
}
/**
 * Checks a job file, together with what the action's inputs set.
 * @param name of the file, for errors
 * @throws UserError that names what a command job may hold and this action does not support, and what has the wrong form
 */
function checkJob(name, raw) {
    const job = validate(jobSchema, raw, name, '');
    const resources = validate(resourcesSchema, job.resources, name, 'resources.');
    return {
        command: job.command,
        code: job.code,
        environment: environmentOf(job.environment, name),
        compute: job.compute,
        displayName: job.display_name ?? job.name,
        experimentName: job.experiment_name,
        description: job.description,
        tags: job.tags,
        properties: job.properties,
        environmentVariables: job.environment_variables,
        inputs: mapValues(job.inputs, (value, key) => inputOf(value, name, key)),
        outputs: mapValues(job.outputs === '' ? {} : job.outputs, (value, key) => outputOf(value, name, key)),
        resources: {
            instanceCount: resources.instance_count,
            instanceType: resources.instance_type,
            shmSize: resources.shm_size,
            dockerArgs: resources.docker_args,
            properties: resources.properties,
            locations: resources.locations,
            maxInstanceCount: resources.max_instance_count,
        },
        timeout: job.limits?.timeout === undefined ? undefined : secondsOf(job.limits.timeout, name),
        distribution: job.distribution && distributionOf(job.distribution, name),
        identity: job.identity === undefined ? undefined : identityOf(job.identity, name),
        queue: job.queue_settings && { jobTier: job.queue_settings.job_tier, priority: job.queue_settings.priority },
        services: mapValues(job.services, (value, key) => serviceOf(value, name, key)),
    };
}
function environmentOf(value, name) {
    if (typeof value === 'string') {
        if (value === '')
            throw bad(name, 'names no environment, which every job needs');
        return { kind: 'reference', reference: value };
    }
    const spec = validate(environmentSchema, value, name, 'environment.');
    if (spec.image !== undefined && spec.build)
        throw bad(name, 'has an environment with both "image" and "build"');
    if (spec.build)
        return { kind: 'build', path: spec.build.path, dockerfilePath: spec.build.dockerfile_path, osType: spec.os_type };
    if (spec.image === undefined)
        throw bad(name, 'has an environment with neither "image" nor "build"');
    return {
        kind: 'image',
        image: spec.image,
        condaFile: spec.conda_file === '' ? undefined : spec.conda_file,
        osType: spec.os_type,
    };
}
/** A text is a value; so is a mapping of a literal type. A path alone in a mapping is a folder. */
function inputOf(value, name, key) {
    checkPortName(key, name);
    const where = `inputs.${key}.`;
    if (typeof value === 'string')
        return { kind: 'literal', value: asPython(value) };
    if (Array.isArray(value))
        throw bad(name, `has a list as input "${key}"`);
    const type = value.type;
    if (literalTypes.some((literal) => literal === type)) {
        const literal = validate(literalInput, value, name, where);
        return { kind: 'literal', value: asPython(literal.value ?? literal.default ?? '') };
    }
    return { kind: 'data', ...validate(dataInput, value, name, where) };
}
/** As the Python SDK writes truth values (azure-ai-ml: `str(value)`), which scripts compare with. */
function asPython(value) {
    return /^(true|false)$/i.test(value) ? `${value[0]?.toUpperCase()}${value.slice(1).toLowerCase()}` : value;
}
function outputOf(value, name, key) {
    checkPortName(key, name);
    return validate(outputSchema, value === '' ? {} : value, name, `outputs.${key}.`);
}
/** What AzureML takes as the name of an input or output (azure-ai-ml). */
function checkPortName(key, name) {
    if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(key))
        throw bad(name, `has an input or output ${(0,report/* quoted */.TL)(key)}: only letters, digits and "_" are possible, and no digit first`);
}
function distributionOf(value, name) {
    if (typeof value.type !== 'string')
        throw bad(name, 'has a distribution without a type');
    const type = value.type.toLowerCase();
    if (!Object.hasOwn(distributionSchemas, type))
        throw bad(name, `has the distribution ${(0,report/* quoted */.TL)(type)}; there are ${Object.keys(distributionSchemas).join(', ')}`);
    const kind = type;
    const { type: _type, ...settings } = validate(distributionSchemas[kind], value, name, 'distribution.');
    const given = Object.entries(settings).filter((entry) => entry[1] !== undefined);
    return {
        type: kind,
        settings: Object.fromEntries(given.map(([key, setting]) => [camelCase(key), key === 'include_dashboard' ? setting === 'true' : setting])),
    };
}
const identityTypes = {
    user_identity: 'user',
    user: 'user',
    managed: 'managed',
    managed_identity: 'managed',
    aml_token: 'token',
};
function identityOf(value, name) {
    const spec = validate(identitySchema, typeof value === 'string' ? { type: value } : value, name, 'identity.');
    const type = identityTypes[spec.type.toLowerCase()];
    if (!type)
        throw bad(name, `has the identity ${(0,report/* quoted */.TL)(spec.type)}; there are user_identity, managed and aml_token`);
    return {
        type,
        clientId: spec.client_id,
        objectId: spec.object_id,
        resourceId: spec.msi_resource_id ?? spec.resource_id,
    };
}
function serviceOf(value, name, key) {
    const { type, port, nodes, ssh_public_keys, log_dir, properties } = validate(serviceSchema, value, name, `services.${key}.`);
    return {
        type,
        port,
        nodes,
        properties: {
            ...properties,
            ...(ssh_public_keys === undefined ? {} : { sshPublicKeys: ssh_public_keys }),
            ...(log_dir === undefined ? {} : { logDir: log_dir }),
        },
    };
}
/** Seconds, or hi-ml's way to write a time: `3.5h`, `2d`, `30m`, `90s`. */
function secondsOf(value, name) {
    const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)\s*([smhd]?)$/i.exec(value.trim()) ?? [];
    const seconds = Number(number) * ({ '': 1, s: 1, m: 60, h: 3600, d: 86_400 }[unit.toLowerCase()] ?? Number.NaN);
    if (seconds > 0)
        return Math.round(seconds);
    throw bad(name, `has the time limit ${(0,report/* quoted */.TL)(value)}; write seconds, or a number and one of s, m, h, d, such as 3.5h`);
}
function validate(schema, value, name, prefix) {
    const result = dist/* safeParse */.xLC(schema, value);
    if (result.success)
        return result.output;
    const [issue] = result.issues;
    const path = issue.path?.map(({ key }) => String(key)).join('.') ?? '';
    if (issue.type === 'strict_object' && issue.expected === 'never') {
        const known = 'entries' in schema ? Object.keys(schema.entries) : [];
        const [near] = (0,report/* nearest */.pA)(path, known);
        throw bad(name, `has ${(0,report/* quoted */.TL)(prefix + path)}, which ${near ? `is no key of a command job; did you mean "${prefix}${near}"` : 'this action does not support'}`);
    }
    if (path === 'environment')
        throw bad(name, 'names no environment, which every job needs');
    if (issue.received === 'undefined')
        throw bad(name, `has no ${(0,report/* quoted */.TL)(prefix + path)}`);
    throw bad(name, path === ''
        ? `has ${(0,report/* quoted */.TL)(prefix.slice(0, -1))}, which ${issue.message}`
        : `has ${(0,report/* quoted */.TL)(prefix + path)}, which ${issue.message}`);
}
function mapValues(values, map) {
    return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value, key)]));
}
function camelCase(name) {
    return name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
}
function bad(name, what) {
    return new report/* UserError */.yo('bad-job', `${name} ${what}.`);
}

;// CONCATENATED MODULE: ./build/jobs/job-command.js

/** `${{inputs.x}}`, with or without spaces. */
const mention = /\$\{\{\s*(inputs|outputs)\.([\w.-]+)\s*\}\}/g;
/** The same without the dollar: GitHub would take the other for its own. */
const bareMention = /(?<!\$)\{\{\s*(inputs|outputs)\.(\w+)\s*\}\}/g;
/** AzureML leaves out what stands in brackets if an input in it was not given. */
const optionalPart = /\[[^\]]*\]/g;
/**
 * The command as AzureML takes it.
 * @param isInline whether it stands in the workflow, where `{{inputs.x}}` is written for names that there are
 * @throws UserError for a mention of what there is not
 */
function expandCommand(command, names, isInline) {
    const isKnown = (kind, name) => names[kind].includes(name);
    const whole = isInline
        ? command.replace(bareMention, (bare, kind, name) => isKnown(kind, name) ? `\${{${kind}.${name}}}` : bare)
        : command;
    for (const [, kind = '', name = ''] of whole.replace(optionalPart, '').matchAll(mention))
        if (!isKnown(kind, name))
            throw unknownMention(kind, name, names);
    return whole.replace(mention, (_, kind, name) => `\${{${kind}.${name}}}`);
}
function unknownMention(kind, name, names) {
    const known = names[kind];
    const [near] = (0,report/* nearest */.pA)(name, known);
    const there = known.length === 0 ? `There are no ${kind}.` : `There are: ${(0,report/* listed */.KE)(known)}.`;
    return new report/* UserError */.yo('bad-job', `The command of the job mentions ${(0,report/* quoted */.TL)(`${kind}.${name}`)}, which it does not have. ${near ? `Did you mean "${near}"? ` : ''}${there}`);
}
/** The command, after links were made from the places that scripts know to the folders of the datasets. */
function withLinks(command, links) {
    const lines = links.map(({ port, targetFolder }) => {
        const target = shellQuoted(targetFolder);
        return `mkdir -p -- "$(dirname -- ${target})" && ln -sfnT -- "\${{${port}}}" ${target} || exit 1`;
    });
    return [...lines, command].join('\n');
}
function shellQuoted(text) {
    return `'${text.replaceAll("'", `'\\''`)}'`;
}

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(77598);
// EXTERNAL MODULE: external "node:fs/promises"
var external_node_fs_promises_ = __webpack_require__(51455);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(76760);
// EXTERNAL MODULE: ./node_modules/yaml/dist/index.js
var yaml_dist = __webpack_require__(38815);
// EXTERNAL MODULE: ./node_modules/ignore/index.js
var ignore = __webpack_require__(70298);
// EXTERNAL MODULE: ./build/transfer/index.js + 22 modules
var transfer = __webpack_require__(76112);
;// CONCATENATED MODULE: ./build/jobs/code.js







/** Where code and build contexts are uploaded to, as the CLI does it. */
const codeDatastore = 'workspaceblobstore';
/** Bytes from which on it is worth a warning: each job downloads its code. */
const large = 100_000_000;
const mostNamed = 10;
/**
 * Uploads a folder of code, once for each content, and registers it.
 * @param folder absolute
 * @returns the ARM id of the code version
 * @throws UserError where there is no such folder, or nothing in it
 */
async function uploadCode(context, folder) {
    const files = await codeFiles(context, folder);
    const hash = await hashOf(files, folder, context.signal);
    const name = `github-${hash.slice(0, 40)}`;
    const known = await (0,azureml/* findCodeVersion */.lG)(context.workspace, name, '1');
    if (known !== undefined) {
        context.log.info(`Code: ${(0,report/* quoted */.TL)(folder)} was uploaded before, for another job.`);
        return known;
    }
    const url = await uploadFolder(context, folder, files, hash);
    return (0,azureml/* putCodeVersion */.Xr)(context.workspace, name, '1', { codeUri: url, hash });
}
/** Uploads a folder to where its content belongs, and gives its address. */
async function uploadContext(context, folder) {
    const files = await codeFiles(context, folder);
    const hash = await hashOf(files, folder, context.signal);
    return { url: `${await uploadFolder(context, folder, files, hash)}/`, hash };
}
/** Uploads a folder of data, or one file of it, for one job. @returns its URI */
async function uploadData(context, folder, file) {
    const all = await (0,transfer.listLocalFiles)(folder, 'follow');
    const files = file === undefined ? all : all.filter(({ path }) => path === file);
    const hash = await hashOf(files, folder, context.signal);
    await uploadFolder(context, folder, files, hash);
    return `azureml://datastores/${codeDatastore}/paths/LocalUpload/${hash}/${(0,external_node_path_.basename)(folder)}/${file ?? ''}`;
}
async function uploadFolder({ workspace, access, signal, log }, folder, files, hash) {
    const datastore = await access.datastore(workspace, codeDatastore);
    const prefix = `LocalUpload/${hash}/${(0,external_node_path_.basename)(folder)}/`;
    const container = await access.open(workspace, datastore, prefix, 'write', signal);
    // The place is that of its content: whoever was there before wrote the same.
    await (0,transfer.uploadFiles)({
        container,
        prefix,
        root: folder,
        files,
        replace: true,
        label: 'Code',
        concurrency: undefined,
        signal,
        log,
    });
    return `${container.location.url}/${prefix.slice(0, -1)}`;
}
/** The files of a folder that are not ignored. `.amlignore` stands for `.gitignore` where there is one; `.git` is never code. */
async function codeFiles({ log }, folder) {
    const status = await (0,external_node_fs_promises_.stat)(folder).catch(() => undefined);
    if (!status?.isDirectory())
        throw new report/* UserError */.yo('bad-job', `code: there is no folder ${(0,report/* quoted */.TL)(folder)} (is actions/checkout before this step?).`);
    const read = (name) => (0,external_node_fs_promises_.readFile)((0,external_node_path_.join)(folder, name), 'utf8').catch(() => undefined);
    const rules = ignore()
        .add((await read('.amlignore')) ?? (await read('.gitignore')) ?? '')
        .add(['.git', '.git/**']);
    const files = (await (0,transfer.listLocalFiles)(folder, 'follow')).filter(({ path }) => !rules.ignores(path));
    if (files.length === 0)
        throw new report/* UserError */.yo('bad-job', `code: folder ${(0,report/* quoted */.TL)(folder)} has no files, or all of them are ignored.`);
    const bytes = files.reduce((sum, { size }) => sum + size, 0);
    log.info(`Code: ${(0,report/* counted */.hS)(files.length, 'file')}, ${(0,report/* formatBytes */.z3)(bytes)} in ${(0,report/* quoted */.TL)(folder)}.`);
    if (bytes > large) {
        const largest = files.toSorted((a, b) => b.size - a.size).slice(0, mostNamed);
        const named = largest.map(({ path, size }) => `${(0,report/* quoted */.TL)(path)} (${(0,report/* formatBytes */.z3)(size)})`).join(', ');
        log.warning(`Code of ${(0,report/* formatBytes */.z3)(bytes)} is uploaded with the job. Leave out what it does not need, by .amlignore. The largest files: ${named}.`);
    }
    return files;
}
async function hashOf(files, folder, signal) {
    const md5s = await (0,transfer.inParallel)(files, 8, signal, ({ path }) => (0,transfer.md5OfFile)((0,external_node_path_.join)(folder, path)));
    const hash = (0,external_node_crypto_.createHash)('sha256').update((0,external_node_path_.basename)(folder));
    for (const [index, { path, size }] of files.entries())
        hash.update(`\0${path}\0${size}\0${md5s[index]}`);
    return hash.digest('hex');
}

;// CONCATENATED MODULE: ./build/jobs/references.js







/**
 * Finds, registers or uploads what a job names.
 * @param base the folder that relative paths start from
 * @param known what inputs are that are known already, by their names
 */
async function resolveReferences(context, job, base, known) {
    const inputUris = { ...known };
    for (const [name, input] of Object.entries(job.inputs))
        if (input.kind === 'data')
            inputUris[name] ??= await inputUri(context, name, input, base);
    return {
        computeId: computeIdOf(context, job.compute),
        environmentId: await environmentIdOf(context, job.environment, base),
        codeId: job.code === undefined ? undefined : await codeIdOf(context, job.code, base),
        inputUris,
    };
}
/** An ARM id passes; a name is one of the workspace. Nothing, or `serverless`, is AzureML's own. */
function computeIdOf({ workspace }, compute) {
    const name = compute?.replace(/^azureml:/, '');
    if (name === undefined || name === 'serverless')
        return undefined;
    if (name === 'local')
        throw new report/* UserError */.yo('bad-job', 'compute: "local" would run on this runner; leave out submit-to-azureml for that, or name a compute of the workspace.');
    return name.startsWith('/') ? name : `${(0,azureml/* workspaceId */.RX)(workspace.name)}/computes/${name}`;
}
async function codeIdOf(context, code, base) {
    if (/^(azureml:)?\/subscriptions\//.test(code))
        return code.replace(/^azureml:/, '');
    if (/^\w[\w+.-]*:/.test(code))
        throw new report/* UserError */.yo('bad-job', `code: ${(0,report/* quoted */.TL)(code)} is no folder of the checkout.`);
    return uploadCode(context, (0,external_node_path_.resolve)(base, code));
}
async function environmentIdOf(context, spec, base) {
    const { workspace } = context;
    switch (spec.kind) {
        case 'reference':
            return referenceOf(context, spec.reference);
        case 'image': {
            const condaFile = spec.condaFile === undefined ? undefined : await condaText(spec.condaFile, base);
            const { image, osType } = spec;
            return (0,azureml/* putAnonymousEnvironment */.Mv)(workspace, references_hashOf(image, condaFile ?? '', osType), { image, condaFile, osType });
        }
        case 'build': {
            const { dockerfilePath, osType } = spec;
            const { url, hash } = await uploadContext(context, (0,external_node_path_.resolve)(base, spec.path));
            const build = { contextUri: url, ...(dockerfilePath === undefined ? {} : { dockerfilePath }) };
            return (0,azureml/* putAnonymousEnvironment */.Mv)(workspace, references_hashOf(hash, dockerfilePath ?? '', osType), { build, osType });
        }
    }
}
/** Those of Microsoft, and of registries, AzureML looks up itself; for a label, only they have others than `latest`. */
async function referenceOf({ workspace }, reference) {
    if (/^azureml:\/\/registries\//.test(reference))
        return reference;
    const name = reference.replace(/^azureml:/, '');
    if (name.startsWith('/'))
        return name;
    if (name.startsWith('AzureML-'))
        return `azureml:${name}`;
    const [, environment = '', version, label = 'latest'] = /^([\w.-]+)(?::([\w.-]+)|@([\w.-]+))?$/.exec(name) ?? [];
    if (environment === '')
        throw new report/* UserError */.yo('bad-job', `environment: ${(0,report/* quoted */.TL)(reference)} is no name of an environment, such as azureml:my_env:3 or azureml:my_env@latest.`);
    if (version !== undefined)
        return (0,azureml/* environmentId */.Xo)(workspace, environment, version);
    if (label !== 'latest')
        throw new report/* UserError */.yo('bad-job', `environment: ${(0,report/* quoted */.TL)(reference)} has another label than "latest".`);
    return (0,azureml/* findLatestEnvironment */.wA)(workspace, environment);
}
async function condaText(condaFile, base) {
    if (typeof condaFile === 'object')
        return (0,yaml_dist/* stringify */.As)(condaFile);
    return (0,external_node_fs_promises_.readFile)((0,external_node_path_.resolve)(base, condaFile), 'utf8').catch(() => {
        throw new report/* UserError */.yo('bad-job', `conda_file: there is no file ${(0,report/* quoted */.TL)((0,external_node_path_.resolve)(base, condaFile))}.`);
    });
}
/** Where the data of an input is, as the CLI finds it (azure-ai-ml, `_resolve_job_input`): an id, a URL, a file or folder, an asset. */
async function inputUri(context, name, { type, path }, base) {
    if (/^(azureml:)?\/subscriptions\//.test(path))
        return path.replace(/^azureml:/, '');
    if (/^[a-z][a-z0-9+.-]*:\/\//i.test(path))
        return path;
    const asset = /^(?:azureml:)?([\w.-]+)(?::([\w.-]+)|@latest)$/.exec(path);
    if (asset)
        return assetId(context, name, type, asset[1] ?? '', asset[2]);
    const place = (0,external_node_path_.resolve)(base, path);
    const status = await (0,external_node_fs_promises_.stat)(place).catch(() => undefined);
    if (!status)
        throw new report/* UserError */.yo('bad-job', `Input "${name}": there is no file or folder ${(0,report/* quoted */.TL)(place)}. Assets are written azureml:name:version.`);
    return status.isDirectory() ? uploadData(context, place) : uploadData(context, (0,external_node_path_.dirname)(place), (0,external_node_path_.basename)(place));
}
async function assetId({ workspace }, input, type, name, version) {
    const kind = type.endsWith('_model') ? 'models' : 'data';
    if (version !== undefined)
        return `${(0,azureml/* workspaceId */.RX)(workspace.name)}/${kind}/${name}/versions/${version}`;
    const latest = kind === 'data' ? (await (0,azureml/* findDataContainer */.B4)(workspace, name))?.latestVersion : undefined;
    if (latest !== undefined)
        return `${(0,azureml/* workspaceId */.RX)(workspace.name)}/data/${name}/versions/${latest}`;
    const remedy = kind === 'models' ? 'For a model, name a version.' : 'There is no such dataset.';
    throw new report/* UserError */.yo('bad-job', `Input "${input}": the latest version of ${(0,report/* quoted */.TL)(name)} cannot be found. ${remedy}`);
}
function references_hashOf(...parts) {
    return (0,external_node_crypto_.createHash)('md5').update(parts.join('\0')).digest('hex');
}

;// CONCATENATED MODULE: ./build/jobs/rest-job.js
/** How the modes of the CLI are spelled in REST (azure-ai-ml). */
const rest_job_inputModes = {
    ro_mount: 'ReadOnlyMount',
    mount: 'ReadOnlyMount',
    rw_mount: 'ReadWriteMount',
    download: 'Download',
    direct: 'Direct',
    eval_mount: 'EvalMount',
    eval_download: 'EvalDownload',
};
const rest_job_outputModes = {
    rw_mount: 'ReadWriteMount',
    mount: 'ReadWriteMount',
    upload: 'Upload',
    direct: 'Direct',
};
const distributionTypes = { mpi: 'Mpi', pytorch: 'PyTorch', tensorflow: 'TensorFlow', ray: 'Ray' };
const rest_job_identityTypes = { user: 'UserIdentity', managed: 'Managed', token: 'AMLToken' };
const rest_job_serviceTypes = {
    ssh: 'SSH',
    tensor_board: 'TensorBoard',
    jupyter_lab: 'JupyterLab',
    vs_code: 'VSCode',
    custom: 'Custom',
};
const priorities = { low: 1, medium: 2, high: 3 };
/** AzureML takes shorter limits for none at all (azure-ai-ml says so of sweeps). */
const shortestTimeout = 60;
/** A command job as the REST interface describes it (`CommandJob`); what is not given is left out. */
function restJob(job, { codeId, environmentId, computeId, inputUris }) {
    return {
        properties: given({
            jobType: 'Command',
            command: job.command,
            codeId,
            environmentId,
            computeId,
            displayName: job.displayName,
            experimentName: job.experimentName,
            description: job.description,
            tags: filled(job.tags),
            properties: filled(job.properties),
            environmentVariables: filled(job.environmentVariables),
            inputs: filled(rest_job_mapValues(job.inputs, (input, name) => restInput(input, inputUris[name]))),
            outputs: filled(rest_job_mapValues(job.outputs, restOutput)),
            resources: filled(restResources(job)),
            limits: job.timeout === undefined
                ? undefined
                : { jobLimitsType: 'Command', timeout: `PT${Math.max(shortestTimeout, job.timeout)}S` },
            distribution: job.distribution && restDistribution(job.distribution),
            identity: job.identity && restIdentity(job.identity),
            queueSettings: job.queue && given({ jobTier: capitalised(job.queue.jobTier), priority: priorities[job.queue.priority ?? ''] }),
            services: filled(rest_job_mapValues(job.services, restService)),
        }),
    };
}
function restInput(input, uri) {
    if (input.kind === 'literal')
        return { jobInputType: 'literal', value: input.value };
    const mode = input.mode === undefined ? undefined : rest_job_inputModes[input.mode];
    return given({ jobInputType: input.type, uri, mode, description: input.description });
}
function restOutput({ type, mode, path, name, version, description }) {
    return given({
        jobOutputType: type,
        mode: mode === undefined ? undefined : rest_job_outputModes[mode],
        uri: path,
        assetName: name,
        assetVersion: version,
        description,
    });
}
function restResources({ resources }) {
    const { properties, ...rest } = resources;
    return given({ ...rest, properties: properties && rest_job_mapValues(properties, typed) });
}
/** Properties of resources are objects of AzureML's own: numbers and truth values are told from texts by their look. */
function typed(value) {
    if (Array.isArray(value))
        return value.map(typed);
    if (typeof value === 'object')
        return rest_job_mapValues(value, typed);
    if (/^(true|false)$/i.test(value))
        return value.toLowerCase() === 'true';
    return /^-?\d{1,15}$/.test(value) ? Number(value) : value;
}
function restDistribution({ type, settings }) {
    return { distributionType: distributionTypes[type], ...settings };
}
function restIdentity({ type, clientId, objectId, resourceId }) {
    return given({ identityType: rest_job_identityTypes[type], clientId, objectId, resourceId });
}
function restService({ type, port, nodes, properties }) {
    return given({
        jobServiceType: rest_job_serviceTypes[type],
        port,
        nodes: nodes === undefined ? undefined : { nodesValueType: capitalised(nodes) },
        properties: filled(properties),
    });
}
function capitalised(text) {
    return text && `${text[0]?.toUpperCase()}${text.slice(1)}`;
}
/** Without what is undefined. */
function given(values) {
    return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
function filled(values) {
    return Object.keys(values).length > 0 ? values : undefined;
}
function rest_job_mapValues(values, map) {
    return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value, name)]));
}

;// CONCATENATED MODULE: ./build/jobs/submit.js






/**
 * The body of a job: the job file, the datasets under their data-names, and where it comes from. Code and environment are uploaded on the way.
 * @throws UserError for what the job names and is not there
 */
async function prepareJob(context, request) {
    const { job, base, isInline, inputs, outputs, tags, properties } = request;
    const own = new Set([...inputs, ...outputs.map(({ output }) => ({ dataset: output }))].map(({ dataset }) => dataset.dataName));
    for (const name of [...Object.keys(job.inputs), ...Object.keys(job.outputs)])
        if (own.has(name))
            throw new report/* UserError */.yo('bad-job', `The job file has an input or output ${(0,report/* quoted */.TL)(name)}, and so have the datasets of the step. Give the dataset another "data-name".`);
    const allInputs = {
        ...job.inputs,
        ...Object.fromEntries(inputs.map((input) => [input.dataset.dataName, submit_inputOf(input)])),
    };
    const allOutputs = {
        ...job.outputs,
        ...Object.fromEntries(outputs.map((one) => [one.output.dataName, submit_outputOf(one)])),
    };
    const names = { inputs: Object.keys(allInputs), outputs: Object.keys(allOutputs) };
    const command = withLinks(expandCommand(job.command, names, isInline), linksOf(inputs, outputs));
    const whole = {
        ...job,
        command,
        inputs: allInputs,
        outputs: allOutputs,
        tags: { ...job.tags, ...tags },
        properties: { ...job.properties, ...properties, ...propertiesOf(inputs, outputs) },
    };
    const known = Object.fromEntries(inputs.map(({ dataset, asset }) => [dataset.dataName, asset.id]));
    return restJob(whole, await resolveReferences(context, job, base, known));
}
/** By the id of the version, so that AzureML knows what the job read. */
function submit_inputOf({ dataset, asset }) {
    return {
        kind: 'data',
        type: asset.dataType,
        path: asset.id,
        mode: dataset.useMounting === 'false' ? 'download' : 'ro_mount',
    };
}
function submit_outputOf({ output, datastore, path }) {
    return {
        type: 'uri_folder',
        mode: output.useMounting === 'true' || output.useMounting === 'auto' ? 'rw_mount' : 'upload',
        path: `azureml://datastores/${datastore}/paths/${path}`,
    };
}
function linksOf(inputs, outputs) {
    const all = [
        ...inputs.map(({ dataset }) => ({ dataset, kind: 'inputs' })),
        ...outputs.map(({ output }) => ({ dataset: output, kind: 'outputs' })),
    ];
    return all.flatMap(({ dataset, kind }) => dataset.targetFolder === undefined
        ? []
        : [{ port: `${kind}.${dataset.dataName}`, targetFolder: dataset.targetFolder }]);
}
const inputsProperty = 'azureml_datasets_inputs';
const outputProperty = 'azureml_datasets_output_';
/** Characters of a property (learn.microsoft.com, "Manage and increase quotas"). */
const longestProperty = 1000;
/** What a later step needs to know to register the outputs, which has nothing but the job's name. */
function propertiesOf(inputs, outputs) {
    const properties = {};
    if (inputs.length > 0)
        properties[inputsProperty] = inputs
            .map(({ asset }) => (0,datasets/* labelOf */.Wy)(asset))
            .join(', ')
            .slice(0, longestProperty);
    for (const written of outputs) {
        const text = JSON.stringify(written);
        if (text.length > longestProperty)
            throw new report/* UserError */.yo('bad-dataset', `Output "${written.output.name}": path, tags and description are too long to be kept with a job (${text.length} of ${longestProperty} characters).`);
        properties[outputProperty + written.output.dataName] = text;
    }
    return properties;
}
/** What the properties of a job say of its datasets. */
function datasetsOf({ properties }) {
    const outputs = Object.entries(properties).flatMap(([name, value]) => name.startsWith(outputProperty) ? [JSON.parse(value)] : []);
    return { inputs: (properties[inputsProperty] ?? '').split(', ').filter(Boolean), outputs };
}
/** Submits a job. A request whose answer was lost is not paid twice: the job is looked for by its name. */
async function submitJob(context, name, body) {
    const { workspace, signal } = context;
    try {
        return await (0,azureml/* putJob */.fD)(workspace, name, body, await tokenHeader(context, body));
    }
    catch (error) {
        const there = signal.aborted ? undefined : await (0,azureml/* findJob */.pC)(workspace, name).catch(() => undefined);
        if (there)
            return there;
        throw error;
    }
}
/** A job that runs as its user needs our token for AzureML (azure-ai-ml, `x-azureml-token`). */
async function tokenHeader({ workspace }, { properties }) {
    if (properties.identity?.identityType !== 'UserIdentity')
        return {};
    const token = await workspace.identity.credential.getToken(workspace.cloud.scopes.ml);
    return token ? { 'x-azureml-token': token.token } : {};
}

;// CONCATENATED MODULE: ./build/jobs/index.js





/***/ })

};
