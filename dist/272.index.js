export const id = 272;
export const ids = [272];
export const modules = {

/***/ 94272:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  runMain: () => (/* binding */ runMain)
});

// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(76760);
// EXTERNAL MODULE: ./node_modules/@actions/core/lib/core.js + 14 modules
var core = __webpack_require__(96421);
// EXTERNAL MODULE: ./build/azureml/index.js + 28 modules
var azureml = __webpack_require__(3570);
// EXTERNAL MODULE: ./build/datasets/index.js + 18 modules
var build_datasets = __webpack_require__(68082);
// EXTERNAL MODULE: ./build/report/index.js + 3 modules
var report = __webpack_require__(92036);
// EXTERNAL MODULE: ./build/action/action-log.js
var action_log = __webpack_require__(47178);
// EXTERNAL MODULE: ./build/action/connection.js
var action_connection = __webpack_require__(22743);
// EXTERNAL MODULE: ./build/action/failure.js
var failure = __webpack_require__(75541);
;// CONCATENATED MODULE: ./build/action/findings.js


const signs = {
    ok: '✓',
    warning: '!',
    missing: '✗',
    unknown: '?',
    skipped: '-',
    info: '·',
};
/** The longest of the fixed subjects has so many characters. */
const subjectWidth = 17;
/**
 * Makes one check, and prints what it found. What it throws is a finding too: the error of the real step.
 * @throws the signal's reason when told to stop
 */
async function examine({ findings, signal, log }, subject, check) {
    signal.throwIfAborted();
    const { value, ...found } = await check().catch((error) => {
        log.debug((0,report/* detailOf */.Rw)(error));
        return failed(error);
    });
    signal.throwIfAborted();
    const finding = { subject, ...found };
    findings.push(finding);
    log.info(lineOf(finding));
    return value;
}
/** A check that needs what an earlier one was to find. */
function needing(what, needed, check) {
    return async () => (needed === undefined ? skipped(what) : check(needed));
}
/** A finding about something that needs what an earlier check did not find. */
function skipped(what) {
    return { state: 'skipped', says: `needs ${what}` };
}
/** A finding that is an error: its text, with its code and where to read more. */
function failed(error, state = 'missing') {
    return { state, says: (0,failure/* explainFailure */.S)(error) };
}
function lineOf({ state, subject, says, fix }) {
    const line = `${signs[state]} ${subject.padEnd(subjectWidth)} ${says}`;
    return fix === undefined ? line : `${line}\n    fix: ${fix}`;
}
/** How a finding is marked, also in the job summary. */
function signOf({ state }) {
    return signs[state];
}
/**
 * What came out of all checks, in one sentence.
 * @throws UserError where something is missing
 */
function verdictOf(findings) {
    const judged = findings.filter(({ state }) => state !== 'info');
    const count = (state) => judged.filter((finding) => finding.state === state).length;
    const missing = judged.filter(({ state }) => state === 'missing').map(({ subject }) => subject);
    if (missing.length > 0) {
        throw new report/* UserError */.yo('check-failed', `${missing.length} of ${judged.length} checks failed: ${[...new Set(missing)].join(', ')}. The fix stands beside each above.`);
    }
    if (count('ok') === judged.length)
        return `All ${judged.length} checks passed.`;
    const others = [
        [count('warning'), 'with a warning'],
        [count('unknown'), 'not known'],
        [count('skipped'), 'skipped'],
    ];
    const rest = others.filter(([number]) => number > 0).map(([number, what]) => `${number} ${what}`);
    return `No check failed: ${count('ok')} of ${judged.length} passed, ${rest.join(', ')}.`;
}

// EXTERNAL MODULE: ./build/action/oidc.js
var oidc = __webpack_require__(76546);
// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(51455);
;// CONCATENATED MODULE: ./build/action/places.js



/** The folder of the checkout, which relative places start from. */
function checkoutFolder() {
    return process.env.GITHUB_WORKSPACE ?? process.cwd();
}
/** The `local-folder` of a dataset: where it is, and whether there is such a folder; undefined where the dataset names none. */
async function localFolderOf({ localFolder }, checkout) {
    if (localFolder === undefined)
        return undefined;
    const folder = (0,external_node_path_.resolve)(checkout, localFolder);
    const status = await (0,promises_.stat)(folder).catch(() => undefined);
    return { folder, exists: status?.isDirectory() === true };
}
/** Inputs whose `local-folder` exists. */
async function localFolders(datasets, checkout, log) {
    const found = new Map();
    for (const dataset of datasets) {
        const local = await localFolderOf(dataset, checkout);
        if (!local)
            continue;
        const { folder, exists } = local;
        if (exists)
            found.set(dataset, folder);
        else
            log.notice(`Input ${dataset.name}: local-folder ${folder} does not exist, so the dataset is staged.`);
    }
    return found;
}
/**
 * Chooses and checks the folders of all datasets before anything is asked of Azure.
 * @param mounted the outputs that are to be mounted
 */
async function choosePlaces(inputs, remote, mounted, { root, mounts, checkout }) {
    const places = new Map();
    const outputs = [];
    if (inputs.resolveOnly)
        return { inputs: places, outputs };
    for (const dataset of remote) {
        const folder = await placeOf(dataset, (0,external_node_path_.join)(root, 'inputs'), checkout);
        await (0,build_datasets/* requireOursOrEmpty */.Lm)(folder);
        places.set(dataset, folder);
    }
    for (const dataset of inputs.outputDatasets) {
        const folder = await placeOf(dataset, mounted.has(dataset) ? mounts : (0,external_node_path_.join)(root, 'outputs'), checkout);
        await (0,build_datasets/* requireEmpty */.R2)(folder);
        outputs.push(folder);
    }
    (0,build_datasets/* refuseOverlaps */.b7)([...places.values(), ...outputs]);
    return { inputs: places, outputs };
}
/** The `target-folder` of a dataset, else a folder of its own below `root`. */
async function placeOf({ targetFolder, dataName }, root, checkout) {
    return targetFolder === undefined ? (0,external_node_path_.join)(root, dataName) : (0,build_datasets/* resolveTargetFolder */.YG)(targetFolder, checkout);
}

;// CONCATENATED MODULE: ./build/action/check-azure.js







/** The clock of this machine against Azure's: one that is wrong makes sign-ins and signatures fail, with misleading errors. */
async function checkClock(cloud, signal) {
    const skew = await (0,azureml/* askClockSkew */.Qe)(cloud, signal);
    if (skew === undefined)
        return { state: 'unknown', says: 'Azure did not tell the time' };
    const wrong = (0,azureml/* describeSkew */.mp)(skew);
    if (wrong === undefined)
        return { state: 'ok', says: "within five minutes of Azure's" };
    return {
        state: 'missing',
        says: `the clock of this runner is ${wrong}: Azure takes neither its tokens nor its signatures`,
        fix: 'set the clock of the machine, and let it be kept by NTP (timedatectl set-ntp true)',
    };
}
/** Whether an id token of GitHub is what the inputs sign in with. */
function signsInByOidc({ signIn: { clientId, tenantId, clientSecret } }) {
    return clientId !== '' && tenantId !== '' && clientSecret === '';
}
/** Who GitHub says that this job is. Where it does not say, that is the error of the sign-in. */
async function checkIdToken({ federationAudience }) {
    const ask = (0,oidc/* idTokenSource */.k)();
    if (!ask)
        return { state: 'info', says: 'GitHub gives this job none (permissions: id-token: write)' };
    const { sub } = (0,azureml/* claimsOf */.ds)(await ask(federationAudience));
    return { state: 'ok', says: `subject ${(0,report/* quoted */.TL)(String(sub))}, audience ${(0,report/* quoted */.TL)(federationAudience)}` };
}
/** Signs in as the real step does. */
async function checkSignIn({ signIn, onMissingCredentials, ...inputs }) {
    try {
        const identity = await (0,action_connection/* identify */.ls)({ ...inputs, ...signIn }, signIn.clientSecret, { ...action_log/* actionLog */.Z, info: action_log/* actionLog */.Z.debug });
        return { state: 'ok', says: identity.description, value: identity };
    }
    catch (error) {
        const isForgiven = error instanceof azureml/* MissingCredentials */.Jl && onMissingCredentials === 'skip';
        if (!isForgiven)
            throw error;
        const { says } = failed(error);
        return { state: 'warning', says: `on-missing-credentials: skip lets the step pass without data. ${says}` };
    }
}
/** A token for one service. Without one for storage or ml, all that does not need it goes on. */
async function checkToken({ credential }, { scopes }, service, signal) {
    try {
        const token = await credential.getToken(scopes[service], { abortSignal: signal });
        const { oid } = (0,azureml/* claimsOf */.ds)(token?.token ?? '');
        const who = service === 'management' && oid !== undefined ? `, for object id ${(0,report/* quoted */.TL)(String(oid))}` : '';
        return { state: 'ok', says: `for ${scopes[service]}${who}` };
    }
    catch (error) {
        return failed(error, service === 'management' ? 'missing' : 'warning');
    }
}
/** Opens the workspace. Who may not read it may all the same be allowed to use its data, so that this alone ends nothing. */
async function checkWorkspace(inputs, identity, signal) {
    const connection = await (0,action_connection/* decideConnection */.r5)(inputs, checkoutFolder());
    const context = await (0,action_connection/* connect */.Ng)(connection, identity, signal, action_log/* actionLog */.Z);
    const { workspace, resourceGroup } = connection.workspace;
    try {
        const location = await (0,azureml/* readLocation */.mb)(context.workspace);
        const says = `${(0,report/* quoted */.TL)(workspace)} in ${(0,report/* quoted */.TL)(resourceGroup)} (${(0,report/* quoted */.TL)(location)})`;
        return { state: 'ok', says, value: context };
    }
    catch (error) {
        const mayNotRead = error instanceof report/* UserError */.yo && error.code === 'azure-role-missing';
        if (mayNotRead)
            return { ...failed(error, 'warning'), value: context };
        throw error;
    }
}

// EXTERNAL MODULE: ./build/action/comment.js
var comment = __webpack_require__(12614);
// EXTERNAL MODULE: ./build/action/comment-target.js
var comment_target = __webpack_require__(96698);
;// CONCATENATED MODULE: ./build/action/check-comment.js



/**
 * Whether the token may comment on the pull request. A comment without a text is never made: GitHub refuses it as invalid (422) where we may
 * comment, and as forbidden (403, 404) where not. A comment that cannot be written fails no step, so that nothing here is worse than a warning.
 */
async function checkComment() {
    const pullRequest = await (0,comment_target/* pullRequestOfRun */.XQ)();
    if (pullRequest === undefined)
        return { state: 'info', says: `none on the event ${(0,report/* quoted */.TL)(process.env.GITHUB_EVENT_NAME ?? '')}` };
    try {
        const { octokit, repo, request } = await (0,comment/* openGitHub */.o6)();
        await octokit.rest.issues.createComment({ ...repo, issue_number: pullRequest, body: '', request });
        return { state: 'unknown', says: 'GitHub took a comment without a text' };
    }
    catch (error) {
        return judge(error, pullRequest);
    }
}
function judge(error, pullRequest) {
    const status = error instanceof Error && 'status' in error ? error.status : undefined;
    if (status === 422)
        return { state: 'ok', says: `may be written on pull request #${pullRequest}` };
    if (status !== 403 && status !== 404)
        return { state: 'unknown', says: 'GitHub did not tell whether it may be written' };
    return {
        state: 'warning',
        says: `may not be written on pull request #${pullRequest} (${status})`,
        fix: 'give the job "permissions: pull-requests: write"; runs from forks and of Dependabot may not comment',
    };
}

;// CONCATENATED MODULE: ./build/action/check-datastores.js



const kept = {
    AccountKey: 'an account key',
    Sas: 'a SAS',
    ServicePrincipal: 'a service principal',
    Certificate: 'a certificate, which cannot be used here',
    None: 'no credentials',
};
/** Checks of the datastores of a workspace. */
function datastoreChecks(examination, context) {
    const readable = new Map();
    const written = new Set();
    const reading = async (place) => {
        const key = await keyOf(context, place);
        if (!readable.has(key))
            readable.set(key, await examineReading(examination, context, place));
        return readable.get(key);
    };
    const writing = async (place, isNeeded) => {
        const datastore = await reading(place);
        const key = await keyOf(context, place);
        if (!written.has(key)) {
            const check = needing('read blobs', datastore, (store) => checkWriting(context, store, place, isNeeded));
            await examine(examination, 'write blobs', check);
        }
        written.add(key);
        return datastore;
    };
    return { reading, writing };
}
/** The default datastore has a name too, by which other datasets may ask for it. */
async function keyOf({ access, workspace }, { datastore }) {
    const found = await access.datastore(workspace, datastore).catch(() => undefined);
    return found?.name ?? datastore ?? '';
}
async function examineReading(examination, context, place) {
    const datastore = await examine(examination, 'datastore', () => checkDatastore(context, place));
    await examine(examination, 'credentials', needing('the datastore', datastore, (store) => checkCredentials(context, store)));
    const check = needing('the datastore', datastore, (store) => checkReading(context, store, place));
    return examine(examination, 'read blobs', check);
}
async function checkDatastore({ access, workspace }, place) {
    const datastore = await access.datastore(workspace, place.datastore);
    const { accountName, containerName } = datastore.location;
    const says = `${(0,report/* quoted */.TL)(datastore.name)}: container ${(0,report/* quoted */.TL)(containerName)} of account ${(0,report/* quoted */.TL)(accountName)}`;
    return { state: 'ok', says, value: datastore };
}
/** Whether we may have what the datastore keeps. If not, our own token is tried, which may do. */
async function checkCredentials({ access, workspace }, datastore) {
    const says = `${(0,report/* quoted */.TL)(datastore.name)} keeps ${kept[datastore.credentials.kind]}`;
    try {
        const mayListSecret = await access.mayListSecret(workspace, datastore);
        return mayListSecret
            ? { state: 'ok', says: `${says}, and we may read it` }
            : { state: 'info', says: `${says}: our own token is used` };
    }
    catch (error) {
        return { state: 'warning', says: `${says}, but we may not read it. ${failed(error).says}` };
    }
}
async function checkReading({ access, workspace, signal }, datastore, { folder }) {
    const container = await access.open(workspace, datastore, folder, 'read', signal);
    const { label, refusals } = access.openingOf(container);
    const says = `of ${(0,report/* quoted */.TL)(datastore.name)}, with ${label}`;
    if (refusals.length === 0)
        return { state: 'ok', says, value: datastore };
    const before = refusals.map((refusal) => `${refusal.label} (${reasonOf(refusal.error)})`).join(', ');
    return { state: 'warning', says: `${says}. Refused before: ${before}`, value: datastore };
}
/** That the workspace does not give a secret away is told in a line of its own, at length. */
function reasonOf(error) {
    return error instanceof report/* UserError */.yo && error.code === 'azure-role-missing' ? 'see credentials' : (0,report/* messageOf */.bD)(error);
}
async function checkWriting(context, datastore, { folder }, isNeeded) {
    try {
        const label = await (0,build_datasets/* tryWriting */.qL)(context, datastore, folder);
        return { state: 'ok', says: `of ${(0,report/* quoted */.TL)(datastore.name)}, with ${label}` };
    }
    catch (error) {
        return failed(error, isNeeded ? 'missing' : 'warning');
    }
}

;// CONCATENATED MODULE: ./build/action/check-datasets.js




/** The rights on datasets, the datastores that are needed, every input and every output. Without datasets: the default datastore. */
async function checkDatasets(examination, context, datasets) {
    if (!context)
        return skipAll(examination, datasets);
    const { inputDatasets, outputDatasets } = datasets;
    const [first] = [...inputDatasets, ...outputDatasets];
    const readable = await examine(examination, 'read datasets', () => check_datasets_checkReading(context, first?.name));
    const datastores = datastoreChecks(examination, context);
    let registers = first === undefined || outputDatasets.length > 0;
    if (!first)
        await datastores.writing((0,build_datasets/* defaultPlace */.hA)(context), false);
    for (const dataset of inputDatasets) {
        const isMade = await checkInput(examination, readable, datastores, dataset);
        registers ||= isMade;
    }
    await examine(examination, 'register versions', () => checkRegistering(context, registers));
    for (const output of outputDatasets)
        await checkOutput(examination, context, datastores, output);
}
async function skipAll(examination, { inputDatasets, outputDatasets }) {
    const subjects = [
        ...['read datasets', 'datastore'],
        ...inputDatasets.map(inputSubject),
        'register versions',
        ...outputDatasets.map(outputSubject),
    ];
    for (const subject of subjects)
        await examine(examination, subject, async () => skipped('the workspace'));
}
const inputSubject = ({ name }) => `input ${name}`;
const outputSubject = ({ name }) => `output ${name}`;
async function check_datasets_checkReading(context, name = 'any_dataset') {
    await (0,build_datasets/* tryReadingDatasets */.To)(context, name);
    return { state: 'ok', says: 'allowed', value: context };
}
/** Registering cannot be tried without doing it, so Azure is asked what it would allow. */
async function checkRegistering({ workspace }, isNeeded) {
    const action = 'Microsoft.MachineLearningServices/workspaces/data/versions/write';
    try {
        const refusal = await (0,azureml/* foreseeRefusal */.gk)(workspace, 'Registering dataset versions', action);
        if (!refusal)
            return { state: 'ok', says: 'allowed' };
        return failed(refusal, isNeeded ? 'missing' : 'warning');
    }
    catch (error) {
        return failed(error, 'unknown');
    }
}
/** One input, after the datastore that it lies in. Returns whether it would be registered. */
async function checkInput(examination, context, datastores, dataset) {
    const subject = inputSubject(dataset);
    if (!context) {
        await examine(examination, subject, async () => skipped('read datasets'));
        return false;
    }
    const locating = (0,build_datasets/* locateInput */.Pn)(context, dataset);
    const located = await locating.catch(() => undefined); // why it was refused is told in the line of the input
    const isReadable = located?.place === undefined || (await datastores.reading(located.place)) !== undefined;
    await examine(examination, subject, async () => {
        const input = await locating;
        return isReadable ? toFinding(await (0,build_datasets/* probeInput */.x9)(context, input)) : skipped('read blobs');
    });
    return located !== undefined && located.asset === undefined;
}
/** One output, after the datastore that it will be written to. */
async function checkOutput(examination, context, datastores, output) {
    const datastore = await datastores.writing((0,build_datasets/* placeOfOutput */.o5)(context, output), true);
    const check = needing('read blobs', datastore, async () => toFinding(await (0,build_datasets/* probeOutput */._w)(context, output)));
    await examine(examination, outputSubject(output), check);
}
/** What the real step would warn of is a warning here too. */
function toFinding({ says, warnings }) {
    return warnings.length === 0 ? { state: 'ok', says } : { state: 'warning', says: [says, ...warnings].join('. ') };
}

// EXTERNAL MODULE: ./build/jobs/index.js + 9 modules
var jobs = __webpack_require__(57522);
;// CONCATENATED MODULE: ./build/action/job-inputs.js






/** Inputs that are texts, and the key of the job file that each stands for. */
const textInputs = {
    command: 'command',
    code: 'code',
    compute: 'compute',
    'experiment-name': 'experiment_name',
    'display-name': 'display_name',
    description: 'description',
};
/** Inputs that are YAML. */
const yamlInputs = {
    environment: 'environment',
    tags: 'tags',
    'environment-variables': 'environment_variables',
    distribution: 'distribution',
    identity: 'identity',
};
const imageInputs = {
    image: 'image',
    'conda-file': 'conda_file',
};
const resourceInputs = {
    'instance-count': 'instance_count',
    'instance-type': 'instance_type',
    'shm-size': 'shm_size',
};
/**
 * The job that the file describes, with what the inputs say instead.
 * @throws UserError for what no command job may have
 */
async function readJobInputs(checkout) {
    const jobFile = core/* getInput */.V4('job-file');
    const file = jobFile === '' ? {} : await readJob((0,external_node_path_.resolve)(checkout, jobFile), jobFile);
    const name = jobFile === '' ? 'The job' : jobFile;
    const code = core/* getInput */.V4('code');
    return {
        // A path in an input starts from the checkout, wherever the file lies.
        job: (0,jobs/* checkJob */.ej)(name, { ...file, ...overrides(file), ...(code === '' ? {} : { code: (0,external_node_path_.resolve)(checkout, code) }) }),
        base: jobFile === '' ? checkout : (0,external_node_path_.dirname)((0,external_node_path_.resolve)(checkout, jobFile)),
        isInline: core/* getInput */.V4('command') !== '',
    };
}
async function readJob(path, name) {
    const text = await (0,promises_.readFile)(path, 'utf8').catch(() => {
        throw new report/* UserError */.yo('bad-job', `job-file: there is no file ${(0,report/* quoted */.TL)(path)} (is actions/checkout before this step?).`);
    });
    return (0,jobs/* readJobFile */.i5)(name, text);
}
function overrides(file) {
    const texts = given(textInputs, (value) => value);
    const yaml = given(yamlInputs, (value, input) => (0,build_datasets/* parseYaml */.hN)(input, value));
    const resources = given(resourceInputs, (value) => value);
    const timeout = core/* getInput */.V4('max-run-duration');
    return {
        ...texts,
        ...yaml,
        ...environmentOf(file),
        ...(Object.keys(resources).length === 0 ? {} : { resources: { ...mappingOf(file.resources), ...resources } }),
        ...(timeout === '' ? {} : { limits: { ...mappingOf(file.limits), timeout } }),
    };
}
/** `image` and `conda-file` make an environment of their own, or change that of the file. */
function environmentOf(file) {
    const made = given(imageInputs, (value) => value);
    if (Object.keys(made).length === 0)
        return {};
    if (core/* getInput */.V4('environment') !== '')
        throw new report/* UserError */.yo('bad-input', 'environment: it is given together with image or conda-file; give one of them.');
    return { environment: { ...mappingOf(file.environment), ...made } };
}
function given(inputs, read) {
    const entries = Object.entries(inputs).flatMap(([input, key]) => {
        const text = core/* getInput */.V4(input);
        return text === '' ? [] : [[key, read(text, input)]];
    });
    return Object.fromEntries(entries);
}
function mappingOf(value) {
    return typeof value === 'object' && !Array.isArray(value) ? value : {};
}

;// CONCATENATED MODULE: ./build/action/check-job.js



/** Whether the job file and the inputs describe a job that can be submitted. */
async function checkJobFile(checkout) {
    const value = await readJobInputs(checkout);
    const [firstLine = ''] = value.job.command.trim().split('\n', 1);
    return { state: 'ok', says: `runs ${(0,report/* quoted */.TL)(firstLine)}`, value };
}
/** Whether the job's compute is there. What is no name of the workspace's, only submitting tells. */
async function checkCompute({ workspace }, { job }) {
    const name = job.compute?.replace(/^azureml:/, '');
    if (name === undefined || name === 'serverless')
        return { state: 'info', says: 'serverless: only submitting tells whether there is quota' };
    if (name.startsWith('/'))
        return { state: 'unknown', says: `${(0,report/* quoted */.TL)(name)} is no name of this workspace; only submitting tells` };
    const { compute, others } = await (0,azureml/* findCompute */.lB)(workspace, name);
    if (compute)
        return { state: 'ok', says: `${(0,report/* quoted */.TL)(name)} (${compute})` };
    return {
        state: 'missing',
        says: `there is no compute ${(0,report/* quoted */.TL)(name)} in the workspace`,
        fix: others.length > 0 ? `one of ${(0,report/* listed */.KE)(others)}` : 'create one, or leave out compute',
    };
}

// EXTERNAL MODULE: ./build/mount/index.js + 37 modules
var mount = __webpack_require__(4082);
;// CONCATENATED MODULE: ./build/action/check-mounting.js

/** Whether datasets can be mounted here. Where they cannot, they are downloaded, unless somebody wants them mounted by name. */
async function checkMounting(isRequired, signal) {
    const lacking = (0,mount/* lackingForMount */.uu)(await (0,mount/* readMountRights */.Tr)(signal));
    if (lacking === undefined)
        return { state: 'info', says: 'inputs can be mounted' };
    const says = `inputs cannot be mounted, and are downloaded: ${lacking}`;
    return isRequired && process.platform === 'linux'
        ? { state: 'missing', says: lacking, fix: 'give the rights, or leave out "use-mounting: true"' }
        : { state: 'info', says };
}

// EXTERNAL MODULE: ./build/transfer/index.js + 22 modules
var transfer = __webpack_require__(76112);
// EXTERNAL MODULE: ./build/action/job.js
var action_job = __webpack_require__(67712);
// EXTERNAL MODULE: ./build/action/session.js
var action_session = __webpack_require__(37771);
;// CONCATENATED MODULE: ./build/action/check-runner.js









/** What runs the step: the machine, and the version of the action. */
async function checkRunner() {
    const { RUNNER_OS, RUNNER_ARCH, RUNNER_ENVIRONMENT, GITHUB_ACTION_REPOSITORY, GITHUB_ACTION_REF } = process.env;
    const machine = [RUNNER_OS ?? process.platform, RUNNER_ARCH ?? process.arch, RUNNER_ENVIRONMENT].filter(Boolean);
    const action = GITHUB_ACTION_REPOSITORY
        ? `${GITHUB_ACTION_REPOSITORY}@${GITHUB_ACTION_REF}`
        : 'a folder of the checkout';
    return { state: 'info', says: `${machine.join(' ')}, Node ${process.versions.node}, action ${(0,report/* quoted */.TL)(action)}` };
}
/** Whether outputs may be published on the event of this run. */
async function checkEvent({ outputDatasets, resolveOnly }) {
    const job = await (0,action_job/* currentJob */.b)();
    const event = (0,report/* quoted */.TL)(job.eventName);
    if (outputDatasets.length === 0 || resolveOnly)
        return { state: 'info', says: `${event}; there are no outputs to publish` };
    const warning = (0,action_job/* mayPublish */.u)(job);
    return warning ? { state: 'warning', says: warning } : { state: 'ok', says: `${event}: outputs may be published` };
}
/** Room for datasets without a `target-folder`. */
async function checkDisk() {
    return describeRoom((0,external_node_path_.dirname)((0,action_session/* stagingRoot */.qH)()));
}
async function describeRoom(folder) {
    const { place, free } = await (0,transfer.freeSpace)(folder);
    await (0,promises_.access)(place, promises_.constants.W_OK);
    return { state: 'ok', says: `${(0,report/* formatBytes */.z3)(free)} free at ${(0,report/* quoted */.TL)(folder)}` };
}
/** The inputs that will be staged; of the others, it is told that their `local-folder` exists. */
async function withoutLocalFolders(examination, datasets) {
    const remote = [];
    for (const dataset of datasets) {
        const local = await localFolderOf(dataset, checkoutFolder());
        if (!local?.exists)
            remote.push(dataset);
        else {
            const says = `local-folder ${(0,report/* quoted */.TL)(local.folder)} exists and is used where it lies`;
            await examine(examination, `input ${dataset.name}`, async () => ({ state: 'ok', says }));
        }
    }
    return remote;
}
/** The places that users named, with the errors of the real step, and the room there. */
async function checkTargetFolders(examination, { inputDatasets, outputDatasets }) {
    const taken = [];
    const check = async ({ targetFolder }, requireFit) => {
        if (targetFolder === undefined)
            return;
        await examine(examination, 'target-folder', async () => {
            const folder = await (0,build_datasets/* resolveTargetFolder */.YG)(targetFolder, checkoutFolder());
            await requireFit(folder);
            (0,build_datasets/* refuseOverlaps */.b7)([...taken, folder]);
            taken.push(folder);
            return describeRoom(folder);
        });
    };
    for (const dataset of inputDatasets)
        await check(dataset, build_datasets/* requireOursOrEmpty */.Lm);
    for (const dataset of outputDatasets)
        await check(dataset, build_datasets/* requireEmpty */.R2);
}

// EXTERNAL MODULE: ./build/action/markdown.js
var markdown = __webpack_require__(92714);
// EXTERNAL MODULE: ./build/action/summary.js + 1 modules
var summary = __webpack_require__(14408);
;// CONCATENATED MODULE: ./build/action/check-summary.js



/** The most bytes of the table, and of a cell in it. */
const room = { table: 50_000, cell: 2000 };
/** Adds what the doctor found to the job summary. */
async function writeCheckSummary(findings) {
    const rows = findings.map((finding) => () => {
        const { subject, says, fix } = finding;
        const found = fix === undefined ? says : `${says}. Fix: ${fix}`;
        return [signOf(finding), (0,markdown/* sentence */.em)(subject, room.cell), (0,markdown/* sentence */.em)(found, room.cell)];
    });
    const table = (0,markdown/* boundedTable */.c8)({ head: ['', 'Check', 'Found'], rows, noun: 'check' }, room.table);
    await (0,summary/* writeSummary */.Sy)(`### AzureML datasets: check of the setup\n\n${table}`);
}

;// CONCATENATED MODULE: ./build/action/check.js











/**
 * `check: true`: says of everything that a step with these inputs needs whether it is there, one line each, and what to do where it is not. It
 * makes nothing, neither in Azure nor on this machine.
 * @throws UserError where something is missing
 */
async function checkSetup(inputs, signal) {
    const examination = { findings: [], signal, log: action_log/* actionLog */.Z };
    const remote = await checkMachine(examination, inputs);
    const remains = remote.inputDatasets.length + remote.outputDatasets.length > 0;
    const job = inputs.submitToAzureml
        ? await examine(examination, 'job', () => checkJobFile(checkoutFolder()))
        : undefined;
    if (remains || inputs.submitToAzureml || inputs.inputDatasets.length === 0) {
        const context = await checkConnection(examination, inputs);
        if (job)
            await examine(examination, 'compute', needing('the workspace', context, (found) => checkCompute(found, job)));
        await checkDatasets(examination, context, remote);
    }
    await writeCheckSummary(examination.findings);
    action_log/* actionLog */.Z.info(verdictOf(examination.findings));
}
/** What has nothing to do with Azure. Returns the inputs with those datasets that will ask for Azure: not those whose `local-folder` exists. */
async function checkMachine(examination, inputs) {
    await examine(examination, 'runner', checkRunner);
    await examine(examination, 'event', () => checkEvent(inputs));
    if (inputs.pullRequestComment)
        await examine(examination, 'comment', checkComment);
    await examine(examination, 'disk', checkDisk);
    // In a job, AzureML mounts, and knows no folders of the runner.
    if (inputs.submitToAzureml)
        return inputs;
    const isMountRequired = [...inputs.inputDatasets, ...inputs.outputDatasets].some(({ useMounting }) => useMounting === 'true');
    await examine(examination, 'mounting', () => checkMounting(isMountRequired, examination.signal));
    const inputDatasets = await withoutLocalFolders(examination, inputs.inputDatasets);
    const outputDatasets = inputs.resolveOnly ? [] : inputs.outputDatasets;
    const remote = { ...inputs, inputDatasets, outputDatasets };
    if (!inputs.resolveOnly)
        await checkTargetFolders(examination, remote);
    return remote;
}
/** From the clock to the workspace. */
async function checkConnection(examination, inputs) {
    const { signal } = examination;
    const cloud = (0,azureml/* cloudOf */.hH)(inputs.cloud, inputs.resourceManagerUrl, inputs.authorityHost);
    await examine(examination, 'clock', () => checkClock(cloud, signal));
    if (signsInByOidc(inputs))
        await examine(examination, 'id token', () => checkIdToken(cloud));
    const identity = await examine(examination, 'sign-in', () => checkSignIn(inputs));
    for (const service of ['management', 'storage', 'ml']) {
        const check = needing('the sign-in', identity, (found) => checkToken(found, cloud, service, signal));
        await examine(examination, `${service} token`, check);
    }
    const check = needing('the sign-in', identity, (found) => checkWorkspace(inputs, found, signal));
    return examine(examination, 'workspace', check);
}

;// CONCATENATED MODULE: ./build/action/inputs.js




/** @throws UserError for values that make no sense */
function readInputs() {
    const useMounting = choice('use-mounting', ['auto', 'true', 'false']);
    const inputDatasets = (0,build_datasets/* parseInputDatasets */.VE)(core/* getInput */.V4('input-datasets')).map((dataset) => ({
        ...dataset,
        useMounting: dataset.useMounting ?? useMounting,
    }));
    const outputDatasets = (0,build_datasets/* parseOutputDatasets */.SS)(core/* getInput */.V4('output-datasets'));
    const check = flag('check');
    const submitToAzureml = flag('submit-to-azureml');
    const attachTo = core/* getInput */.V4('attach-to');
    const needsDataset = !check && !submitToAzureml && attachTo === '';
    if (inputDatasets.length === 0 && outputDatasets.length === 0 && needsDataset) {
        throw new report/* UserError */.yo('bad-input', 'Neither input-datasets nor output-datasets names a dataset, so there is nothing to do.');
    }
    for (const { name, tags } of outputDatasets)
        (0,build_datasets/* checkTags */.MK)(name, tags);
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
        check,
        pullRequestComment: flag('pull-request-comment'),
        submitToAzureml,
        waitForCompletion: choice('wait-for-completion', ['true', 'false']) === 'true',
        attachTo,
        supersede: flag('supersede'),
    };
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
        return undefined;
    const number = Number(value);
    if (Number.isInteger(number) && number >= 1 && number <= 1000)
        return number;
    throw new report/* UserError */.yo('bad-input', `concurrency: "${value}" is not a whole number from 1 to 1000.`);
}

// EXTERNAL MODULE: ./build/action/mounting.js
var mounting = __webpack_require__(79512);
// EXTERNAL MODULE: ./build/action/mounting-outputs.js
var mounting_outputs = __webpack_require__(60615);
// EXTERNAL MODULE: ./build/action/outputs.js
var action_outputs = __webpack_require__(92309);
// EXTERNAL MODULE: ./build/action/reporting.js + 1 modules
var reporting = __webpack_require__(50928);
;// CONCATENATED MODULE: ./build/action/staging.js






/** The outputs of a step, before any is mounted. */
function openedOutputs({ outputDatasets, resolveOnly }, places) {
    if (resolveOnly)
        return [];
    return outputDatasets.map((dataset, index) => ({
        dataset,
        folder: places.outputs[index] ?? '',
        published: undefined,
    }));
}
/** Mounts what has no reason against it, and downloads the other inputs. */
async function stage(context, staging, opened, draft) {
    const { placed, concurrency } = staging;
    const inputs = placed.filter(({ reason }) => reason === undefined);
    const { session, outputs, failure } = await staging_mount(context, staging, inputs, opened, draft);
    const toDownload = placed.filter(({ reason }) => reason !== undefined || failure !== undefined);
    if (toDownload.length > 0)
        context.stopwatch.begin('download');
    const downloads = toDownload.map((one) => ({ ...one, reason: one.reason ?? failure ?? '' }));
    if (downloads.length > 0)
        for await (const staged of (0,build_datasets/* downloadInputs */.C)(context, downloads, concurrency))
            draft.setInput(staged);
    return { session, outputs };
}
/** @returns why nothing was mounted, where that did not work and need not */
async function staging_mount(context, staging, inputs, opened, draft) {
    const { toMount, reach } = staging;
    if (inputs.length === 0 && toMount.size === 0)
        return { session: opened, outputs: [...staging.outputs], failure: undefined };
    const planned = await plan(context, staging, opened);
    context.stopwatch.begin('mount');
    const start = performance.now();
    const { session, failure } = await (0,mounting/* mountDatasets */.Rz)(context, inputs, planned, reach, opened);
    if (failure !== undefined) {
        for (const { input } of inputs)
            (0,mounting/* requireNoMount */.WM)(input.dataset, failure);
        (0,mounting_outputs/* requireNoMountedOutput */.sZ)(toMount, failure);
        context.log.info(`Nothing was mounted, so that inputs are downloaded, and outputs uploaded at the end: ${failure}`);
        return { session, outputs: onThisMachine(staging), failure: 'mounting failed' };
    }
    const seconds = (performance.now() - start) / 1000;
    for (const { input, folder } of inputs) {
        draft.setInput((0,build_datasets/* reportMounted */.vN)(input, folder, seconds));
        context.log.info(`Input ${(0,build_datasets/* labelOf */.Wy)(input.asset)} is mounted at ${folder}.`);
    }
    for (const output of planned)
        await (0,mounting_outputs/* linkTo */.uM)(output);
    const mountedOf = (dataset) => planned.find((output) => output.dataset === dataset)?.mounted;
    const outputs = staging.outputs.map((output) => ({ ...output, mounted: mountedOf(output.dataset) }));
    return { session, outputs, failure: undefined };
}
async function plan(context, { outputs, toMount, mounts }, { id }) {
    if (toMount.size === 0)
        return [];
    context.stopwatch.begin('check outputs');
    const { free } = await (0,transfer.freeSpace)((0,action_session/* sessionFolder */.vE)(id));
    const mounted = outputs.filter(({ dataset }) => toMount.has(dataset));
    return (0,mounting_outputs/* planOutputs */.iS)(context, mounted, { id, mounts, free });
}
/** Outputs that would have been mounted get folders as others have. */
function onThisMachine({ outputs, toMount, root }) {
    return outputs.map((output) => {
        const { dataset } = output;
        const isElsewhere = toMount.has(dataset) && dataset.targetFolder === undefined;
        return isElsewhere ? { ...output, folder: (0,external_node_path_.join)(root, 'outputs', dataset.dataName) } : output;
    });
}
/** Makes the folders of outputs that are not mounted, and says what becomes of each. */
async function openOutputs({ uploadOutputs }, outputs, { log, change }) {
    const publisher = uploadOutputs === 'never' ? 'only a step publish/ publishes it' : 'the post step publishes it';
    for (const { dataset, folder, mounted } of outputs) {
        if (!mounted)
            await (0,build_datasets/* openOutputFolder */.uS)(folder);
        const how = mounted ? ', from where it is sent while the job runs' : '';
        log.info(`Output ${dataset.name}: write it to ${folder}${how}; ${publisher}.`);
    }
    if (outputs.length > 0)
        change({ outputs });
}

// EXTERNAL MODULE: ./build/action/step.js
var step = __webpack_require__(24541);
// EXTERNAL MODULE: ./build/action/submitting.js + 1 modules
var submitting = __webpack_require__(50901);
;// CONCATENATED MODULE: ./build/action/main.js
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





















/** The main step: makes sure that the datasets exist, stages the inputs, opens folders for the outputs. */
async function runMain() {
    await (0,step/* runStep */.e)((signal) => (0,reporting/* reporting */.v)('AzureML datasets', signal, (draft) => main(draft, signal)));
}
async function main(draft, signal) {
    const { log } = draft;
    const inputs = readInputs();
    if (inputs.check) {
        draft.stopwatch.begin('check');
        return checkSetup(inputs, signal);
    }
    for (const id of await (0,action_session/* sweepDeadSessions */.ob)())
        log.info(`Cleared what the dead session ${id} left behind.`);
    for (const lost of await (0,action_session/* sessionsWithLostDaemon */.CX)())
        log.warning((0,mounting/* lostDaemon */.H0)(lost).message);
    const comment = inputs.pullRequestComment ? await (0,comment_target/* chooseComment */.p)() : undefined;
    draft.change({ comment, inputs: inputs.inputDatasets.map((dataset) => ({ ...dataset, known: undefined })) });
    const { uploadOutputs, ifNoFilesFound, concurrency } = inputs;
    const id = (0,action_session/* newSessionId */.OZ)();
    // Before the session is made: the post step of a main step that is killed now has to find it.
    core/* saveState */.LZ('session', (0,action_session/* sessionFolder */.vE)(id));
    const session = await (0,action_session/* openSession */.fA)(id, { uploadOutputs, ifNoFilesFound, concurrency }, comment);
    try {
        if (inputs.submitToAzureml || inputs.attachTo !== '')
            await main_submit(inputs, session, draft, signal);
        else
            await stageAndOpen(inputs, session, draft, signal);
    }
    catch (error) {
        await abandon(session);
        if (inputs.onMissingCredentials === 'fail' || !isWithoutCredentials(error, inputs))
            throw error;
        skip(draft, error);
    }
}
function skip({ log, change }, error) {
    const note = 'The datasets were skipped, as this job has no credentials for Azure (on-missing-credentials: skip).';
    (0,action_outputs/* setSkipped */.jJ)();
    // There is nothing to say about data, and forks, where this happens, may not comment.
    change({ inputs: [], notes: [note], comment: undefined });
    log.info(`Skipped: ${(0,report/* messageOf */.bD)(error)}`);
    log.notice(note);
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
async function stageAndOpen(inputs, opened, draft, signal) {
    const { log, stopwatch } = draft;
    const checkout = checkoutFolder();
    const root = (0,external_node_path_.join)((0,action_session/* stagingRoot */.qH)(), opened.id);
    const opens = inputs.outputDatasets.length > 0 && !inputs.resolveOnly;
    const publishes = opens && inputs.uploadOutputs !== 'never';
    const warning = publishes ? (0,action_job/* mayPublish */.u)(await (0,action_job/* currentJob */.b)()) : undefined;
    if (warning)
        log.warning(warning);
    const local = await localFolders(inputs.inputDatasets, checkout, log);
    const remote = inputs.inputDatasets.filter((dataset) => !local.has(dataset));
    const lackingHere = (0,mounting/* findLacking */.vb)(signal);
    const toMount = await (0,mounting_outputs/* chooseMountedOutputs */.y7)(opens ? inputs.outputDatasets : [], lackingHere, log);
    const mounts = (0,external_node_path_.join)((0,action_session/* outputsRoot */.T7)(), opened.id);
    const places = await choosePlaces(inputs, remote, toMount, { root, mounts, checkout });
    const why = await (0,mounting/* chooseMounting */.pV)(places.inputs, lackingHere, log);
    // Signing in comes before everything else about the workspace: runs from forks have neither credentials nor variables that name it.
    stopwatch.begin('sign in');
    const needsAzure = remote.length > 0 || publishes || toMount.size > 0;
    const identity = needsAzure
        ? await (0,action_connection/* identify */.ls)({ ...inputs, ...inputs.signIn }, inputs.signIn.clientSecret, log)
        : undefined;
    const connection = remote.length > 0 || opens ? await (0,action_connection/* decideConnection */.r5)(inputs, checkout) : undefined;
    let session = await (0,action_session/* updateSession */.qO)(opened, { connection, undo: [{ kind: 'remove-folder', path: root }] });
    let outputs = openedOutputs(inputs, places);
    if (connection && identity) {
        const env_1 = { stack: [], error: void 0, hasError: false };
        try {
            const context = await (0,action_connection/* connect */.Ng)(connection, identity, signal, log, stopwatch);
            const begun = __addDisposableResource(env_1, new AsyncDisposableStack()
            // What is mounted is not downloaded, neither now nor early.
            , true);
            // What is mounted is not downloaded, neither now nor early.
            const downloadFolders = new Map([...places.inputs].filter(([dataset]) => why.get(dataset) !== undefined));
            const ensured = await ensureInputs(context, inputs, remote, downloadFolders, draft, begun);
            if (publishes)
                for (const output of inputs.outputDatasets)
                    if (!toMount.has(output))
                        await (0,build_datasets/* checkOutput */.yr)(context, output);
            const placed = ensured.flatMap((input) => {
                const folder = places.inputs.get(input.dataset);
                return folder === undefined ? [] : [{ input, folder, reason: why.get(input.dataset) }];
            });
            const reach = { connection, clientSecret: inputs.signIn.clientSecret };
            const staged = await stage(context, { placed, outputs, toMount, concurrency: inputs.concurrency, root, mounts, reach }, session, draft);
            session = staged.session;
            outputs = staged.outputs;
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
    stopwatch.begin('local folders');
    for (const [dataset, folder] of local)
        draft.setInput(await (0,build_datasets/* stageLocalFolder */.wX)(dataset, folder, signal, log));
    stopwatch.begin('finish');
    await openOutputs(inputs, outputs, draft);
    const staged = draft.current().inputs.flatMap(({ known }) => known ?? []);
    const { warnings } = draft.current();
    (0,action_outputs/* setStagedOutputs */.R8)(await (0,action_session/* updateSession */.qO)(session, { state: 'ready', inputs: staged, outputs, warnings }));
}
/**
 * @param folders of inputs that will be downloaded
 * @param begun is told how to stop what goes on afterwards: one download may begin during the listing of its dataset
 */
async function ensureInputs(context, { concurrency }, datasets, folders, draft, begun) {
    const ensured = [];
    for (const dataset of datasets) {
        const folder = ensured.some((input) => input.begun) ? undefined : folders.get(dataset);
        const input = await (0,build_datasets/* ensureInput */.zz)(context, dataset, folder === undefined ? undefined : { folder, concurrency });
        if (input.begun)
            begun.defer(input.begun.stop);
        draft.setInput((0,build_datasets/* reportResolved */.fU)(input));
        ensured.push(input);
    }
    return ensured;
}
/** Runs the step as an AzureML job, or waits for one that was submitted before. */
async function main_submit(inputs, opened, draft, signal) {
    const env_2 = { stack: [], error: void 0, hasError: false };
    try {
        const { log, stopwatch } = draft;
        const checkout = checkoutFolder();
        const writes = inputs.outputDatasets.length > 0 || inputs.attachTo !== '';
        const publishes = writes && inputs.uploadOutputs !== 'never';
        const warning = publishes ? (0,action_job/* mayPublish */.u)(await (0,action_job/* currentJob */.b)()) : undefined;
        if (warning)
            log.warning(warning);
        (0,submitting/* refuseForJobs */.Ud)(inputs.inputDatasets, draft);
        const job = inputs.attachTo === '' ? await readJobInputs(checkout) : undefined;
        stopwatch.begin('sign in');
        const identity = await (0,action_connection/* identify */.ls)({ ...inputs, ...inputs.signIn }, inputs.signIn.clientSecret, log);
        const connection = await (0,action_connection/* decideConnection */.r5)(inputs, checkout);
        const session = await (0,action_session/* updateSession */.qO)(opened, { connection });
        const context = await (0,action_connection/* connect */.Ng)(connection, identity, signal, log, stopwatch);
        if (!job) {
            const attached = await (0,submitting/* attachTo */.jT)(context, inputs, inputs.attachTo, session, draft);
            return (0,action_outputs/* setSubmittedOutputs */.iV)(await (0,action_session/* updateSession */.qO)(attached, { state: 'ready' }));
        }
        const begun = __addDisposableResource(env_2, new AsyncDisposableStack(), true);
        const ensured = await ensureInputs(context, inputs, inputs.inputDatasets, new Map(), draft, begun);
        const ended = await (0,submitting/* submitAndWait */.zm)(context, inputs, job, ensured, session, draft);
        const { warnings } = draft.current();
        (0,action_outputs/* setSubmittedOutputs */.iV)(await (0,action_session/* updateSession */.qO)(ended, { state: 'ready', inputs: ensured.map(build_datasets/* reportResolved */.fU), warnings }));
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
/** A main step that fails tidies up itself; the post step does it for one that was killed. */
async function abandon({ id }) {
    const session = await (0,action_session/* loadSession */.L6)((0,action_session/* sessionFolder */.vE)(id));
    if (!session)
        return;
    await (0,action_session/* undo */.tN)(session);
    // The post step makes sure that the job was cancelled, and needs its name.
    if (session.azuremlJob === undefined)
        await (0,action_session/* removeSession */.dF)(session);
}


/***/ })

};
