export const id = 327;
export const ids = [327];
export const modules = {

/***/ 47178:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Z: () => (/* binding */ actionLog)
/* harmony export */ });
/* unused harmony export neutralised */
/* harmony import */ var _actions_core__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(96421);

/** The log of a step. Whatever a message holds, it cannot become a workflow command. */
const actionLog = {
    debug: (message) => _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .debug */ .Yz(message),
    info: (message) => _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .info */ .pq(neutralised(message)),
    notice: (message) => _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .notice */ .lm(message),
    warning: (message) => _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .warning */ .$e(message),
    mask: (secret) => _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .setSecret */ .Pq(secret),
};
/**
 * Takes the power from text that the runner would take for a command: `::` at the start of a line, and the old form `##[` anywhere in it
 * (`ActionCommand.cs` of the runner, whose white space includes U+0085). Notices, warnings and errors are commands themselves, and escaped by the toolkit.
 */
function neutralised(message) {
    return message.replace(/^([\s\u0085]*):(?=:)/gm, '$1: ').replaceAll('##[', '## [');
}


/***/ }),

/***/ 12614:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Xz: () => (/* binding */ keepComment),
/* harmony export */   o6: () => (/* binding */ openGitHub)
/* harmony export */ });
/* unused harmony export commentBody */
/* harmony import */ var _actions_core__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(96421);
/* harmony import */ var _report_index_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(92036);
/* harmony import */ var _action_log_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(47178);
/* harmony import */ var _markdown_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(92714);
/* harmony import */ var _summary_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(14408);





/** Milliseconds: a comment is worth so much of the job's time. */
const patience = 10_000;
/**
 * Writes the report into the one comment of its step, or updates it. A comment that cannot be written fails nothing: there is one notice.
 */
async function keepComment(report) {
    if (!report.comment)
        return;
    const body = commentBody(report, report.comment);
    try {
        await writeComment(report.comment, body);
    }
    catch (error) {
        _action_log_js__WEBPACK_IMPORTED_MODULE_2__/* .actionLog */ .Z.debug(`The comment: ${(0,_report_index_js__WEBPACK_IMPORTED_MODULE_1__/* .detailOf */ .Rw)(error)}`);
        explainRefusal(error, report);
    }
}
/** The comment as it should be: the marker, the report of all steps so far, and where it comes from. */
function commentBody(report, { marker, label }) {
    const { inputs = [], warnings = [] } = report.earlier ?? {};
    const whole = {
        ...report,
        title: 'AzureML datasets',
        inputs: [...inputs, ...report.inputs],
        warnings: [...warnings, ...report.warnings],
    };
    const { GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_RUN_ID = '', GITHUB_RUN_ATTEMPT = '1' } = process.env;
    const url = `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID}/attempts/${GITHUB_RUN_ATTEMPT}`;
    const origin = `<sub>${(0,_markdown_js__WEBPACK_IMPORTED_MODULE_3__/* .code */ .aY)(label, 200)}, ${(0,_markdown_js__WEBPACK_IMPORTED_MODULE_3__/* .link */ .nf)(`run ${GITHUB_RUN_ID}, attempt ${GITHUB_RUN_ATTEMPT}`, url)}</sub>`;
    return [marker, (0,_summary_js__WEBPACK_IMPORTED_MODULE_4__/* .renderReport */ .B1)(whole, 'comment'), origin].join('\n\n');
}
async function writeComment({ pullRequest, marker }, body) {
    const github = await openGitHub();
    const { octokit, repo, request } = github;
    const own = await findOwnComment(github, pullRequest, marker);
    if (own?.body === body)
        return;
    if (own)
        await octokit.rest.issues.updateComment({ ...repo, comment_id: own.databaseId, body, request });
    else
        await octokit.rest.issues.createComment({ ...repo, issue_number: pullRequest, body, request });
    _action_log_js__WEBPACK_IMPORTED_MODULE_2__/* .actionLog */ .Z.info(`${own ? 'Updated' : 'Wrote'} the comment on pull request #${pullRequest}.`);
}
/** @throws Error where the input `github-token` is empty */
async function openGitHub() {
    const token = _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .getInput */ .V4('github-token');
    if (token === '')
        throw new Error('the input github-token is empty');
    _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .setSecret */ .Pq(token);
    const { context, getOctokit } = await __webpack_require__.e(/* import() */ 785).then(__webpack_require__.bind(__webpack_require__, 92785));
    return { octokit: getOctokit(token), repo: context.repo, request: { signal: AbortSignal.timeout(patience) } };
}
/** GitHub's REST API does not tell a job's token who it is; GraphQL does, with the comments at once. */
const query = `query ($owner: String!, $repo: String!, $pullRequest: Int!, $after: String) {
  viewer { login }
  repository(owner: $owner, name: $repo) {
    pullRequest(number: $pullRequest) {
      comments(first: 100, after: $after) {
        nodes { databaseId body author { __typename login } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}`;
/** The comment that begins with the marker and is by the owner of the token: anybody can post the marker. */
async function findOwnComment({ octokit, repo, request }, pullRequest, marker) {
    for (let after = null;;) {
        const page = await octokit.graphql(query, { ...repo, pullRequest, after, request });
        const { nodes, pageInfo } = page.repository.pullRequest.comments;
        const own = nodes.find(({ author, body }) => isBy(page.viewer.login, author) && body.startsWith(marker));
        if (own || !pageInfo.hasNextPage)
            return own;
        after = pageInfo.endCursor;
    }
}
/** As an author, a bot has no `[bot]` behind its name, and a user may have the same name. */
function isBy(login, author) {
    const isBot = login.endsWith('[bot]');
    return author?.login === login.replace(/\[bot\]$/, '') && (author.__typename === 'Bot') === isBot;
}
function explainRefusal(error, { comment, earlier }) {
    const status = error instanceof Error && 'status' in error ? Number(error.status) : 0;
    const isForbidden = status === 403 || status === 404;
    const remedy = isForbidden
        ? ' Give the job "permissions: pull-requests: write"; runs from forks and of Dependabot may not comment.'
        : '';
    const said = (0,_report_index_js__WEBPACK_IMPORTED_MODULE_1__/* .messageOf */ .bD)(error).replace(/\s+/g, ' ').slice(0, 300);
    const message = `The comment on pull request #${comment?.pullRequest} could not be written: ${said}.${remedy} The job summary has the same.`;
    // What the token may not do it may not do in the steps after the first either, which has said so.
    if (isForbidden && earlier)
        _action_log_js__WEBPACK_IMPORTED_MODULE_2__/* .actionLog */ .Z.info(message);
    else
        _action_log_js__WEBPACK_IMPORTED_MODULE_2__/* .actionLog */ .Z.notice(message);
}


/***/ }),

/***/ 75541:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   S: () => (/* binding */ explainFailure)
/* harmony export */ });
/* harmony import */ var _report_index_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(92036);

/** One line about whatever a step threw: what happened, what to do, and where to read more. */
function explainFailure(error) {
    if (error instanceof _report_index_js__WEBPACK_IMPORTED_MODULE_0__/* .Cancelled */ .cJ)
        return error.message;
    if (error instanceof _report_index_js__WEBPACK_IMPORTED_MODULE_0__/* .UserError */ .yo)
        return withAnchor(oneLine(error.message), error.code);
    if (isRefusedBySystem(error)) {
        return withAnchor(`The system of the runner refused: ${oneLine(error.message)}. Look at the rights, the kind and the room of that place.`, 'system-refused');
    }
    return withAnchor(`This is a bug in the action, or something that it does not know yet: ${oneLine((0,_report_index_js__WEBPACK_IMPORTED_MODULE_0__/* .messageOf */ .bD)(error))}. Run again with debug logging, and report it with the log.`, 'bug');
}
/** Behind the message, its code and the paragraph of docs/troubleshooting.md about it, in the version that runs. */
function withAnchor(message, code) {
    return `${message} [${code}] ${troubleshooting()}#${code}`;
}
/** The runner names the repository of the action, unless that is a folder of the checkout. */
function troubleshooting() {
    const { GITHUB_SERVER_URL, GITHUB_ACTION_REPOSITORY, GITHUB_ACTION_REF } = process.env;
    const page = 'docs/troubleshooting.md';
    if (!GITHUB_SERVER_URL || !GITHUB_ACTION_REPOSITORY)
        return page;
    return `${GITHUB_SERVER_URL}/${GITHUB_ACTION_REPOSITORY}/blob/${GITHUB_ACTION_REF || 'HEAD'}/${page}`;
}
/** Rights, room and limits of the machine: nothing that we could mend. */
function isRefusedBySystem(error) {
    const codes = ['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE', 'ENAMETOOLONG', 'EIO'];
    return error instanceof Error && 'syscall' in error && 'code' in error && codes.includes(String(error.code));
}
function oneLine(text) {
    return text.replace(/\s*[\r\n]+\s*/g, ' ');
}


/***/ }),

/***/ 67712:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   b: () => (/* binding */ currentJob),
/* harmony export */   u: () => (/* binding */ mayPublish)
/* harmony export */ });
/* harmony import */ var _report_index_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(92036);

async function currentJob() {
    // It brings the whole GitHub client along, which a step without outputs never needs.
    const { context } = await __webpack_require__.e(/* import() */ 785).then(__webpack_require__.bind(__webpack_require__, 92785));
    const { GITHUB_REPOSITORY = '', GITHUB_RUN_ATTEMPT = '1', GITHUB_REF = '' } = process.env;
    const workflowRun = context.payload.workflow_run;
    return {
        eventName: context.eventName ?? '',
        triggeringEvent: isRecord(workflowRun) ? String(workflowRun.event ?? '') : '',
        provenance: {
            repository: GITHUB_REPOSITORY,
            sha: context.sha ?? '',
            ref: GITHUB_REF,
            run: String(context.runId || 'local'),
            attempt: GITHUB_RUN_ATTEMPT,
        },
    };
}
/**
 * On events where code of strangers runs with the rights of the repository, nothing is published.
 * @returns a warning, for pull requests of the repository itself
 * @throws UserError
 */
function mayPublish({ eventName, triggeringEvent }) {
    const ofPullRequest = eventName === 'workflow_run' && triggeringEvent.startsWith('pull_request');
    if (eventName === 'pull_request_target' || ofPullRequest) {
        throw new _report_index_js__WEBPACK_IMPORTED_MODULE_0__/* .UserError */ .yo('untrusted-event', `Output datasets are not published on ${eventName}${ofPullRequest ? ' of a pull request' : ''}: code that nobody has reviewed could decide what goes into them. Publish on push, after the merge.`);
    }
    return eventName === 'pull_request'
        ? 'This pull request publishes dataset versions: they become the latest for everybody, merged or not. Publish on push to the main branch, or under another name.'
        : undefined;
}
function isRecord(value) {
    return typeof value === 'object' && value !== null;
}


/***/ }),

/***/ 92714:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   TM: () => (/* binding */ folded),
/* harmony export */   aY: () => (/* binding */ code),
/* harmony export */   c8: () => (/* binding */ boundedTable),
/* harmony export */   em: () => (/* binding */ sentence),
/* harmony export */   nf: () => (/* binding */ link)
/* harmony export */ });
/* harmony import */ var markdown_table__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(735);
/* harmony import */ var _report_index_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(92036);


/**
 * Markdown of GitHub's kind, made of foreign text. GitHub looks for mentions, issues and commits after it has rendered the Markdown, so that an
 * entity does not stop it; it leaves alone what is code. Hence names are code, and in sentences `@` and `#` are.
 */
/** A name from outside, as code: nothing in it is taken for anything else. */
function code(text, longest = 100) {
    const shown = visible(shortened(text, longest));
    return /^[^`|\\<>&]*[^`|\\<>&\s]$/.test(shown) ? `\`${shown}\`` : `<code>${entities(shown)}</code>`;
}
/** A sentence with foreign text in it, in no more than so many bytes. */
function sentence(text, mostBytes) {
    for (let longest = Math.min(text.length, mostBytes);; longest = Math.floor(longest * 0.9)) {
        const markdown = entities(visible(shortened(text, longest))).replace(/&#(?:35|64);/g, '<code>$&</code>');
        if (Buffer.byteLength(markdown) <= mostBytes)
            return markdown;
    }
}
/** A link; `text` is Markdown already. */
function link(text, url) {
    const safe = encodeURI(url.toWellFormed()).replace(/[()|<>`\\]/g, percentEncoded);
    return /^https?:\/\//.test(safe) ? `[${text}](${safe})` : text;
}
/** What can be unfolded; both are Markdown already, `title` of one line. */
function folded(title, content) {
    return `<details>\n<summary>${title}</summary>\n\n${content}\n\n</details>`;
}
const mostOpenRows = 20;
/** A table of any length in about so many bytes: 20 rows are shown, more can be unfolded, and those that don't fit are counted. */
function boundedTable({ head, rows, noun }, mostBytes) {
    const fitting = firstThatFit(rows, mostBytes);
    const [open, closed] = [fitting.slice(0, mostOpenRows), fitting.slice(mostOpenRows)];
    const left = rows.length - fitting.length;
    return [
        rendered(head, open),
        closed.length > 0 ? folded(`${(0,_report_index_js__WEBPACK_IMPORTED_MODULE_0__/* .counted */ .hS)(closed.length, noun)} more`, rendered(head, closed)) : '',
        left > 0 ? `And ${(0,_report_index_js__WEBPACK_IMPORTED_MODULE_0__/* .counted */ .hS)(left, noun)} more.` : '',
    ]
        .filter(Boolean)
        .join('\n\n');
}
function rendered(head, rows) {
    const align = head.map((title) => (title.startsWith('>') ? 'r' : ''));
    const titles = head.map((title) => title.replace(/^>/, ''));
    return rows.length === 0 ? '' : (0,markdown_table__WEBPACK_IMPORTED_MODULE_1__/* .markdownTable */ .Q)([titles, ...rows], { align, alignDelimiters: false });
}
function firstThatFit(rows, mostBytes) {
    const fitting = [];
    let bytes = 0;
    for (const row of rows) {
        const cells = row();
        bytes += cells.reduce((sum, cell) => sum + Buffer.byteLength(cell) + 3, 2);
        if (bytes > mostBytes)
            break;
        fitting.push(cells);
    }
    return fitting;
}
/** Keeps the beginning and the end, which tell most. */
function shortened(text, longest) {
    if (text.length <= longest)
        return text;
    const half = Math.max(1, Math.floor((longest - 1) / 2));
    return `${text.slice(0, half)}…${text.slice(-half)}`;
}
/** Control characters, line ends, and those that turn the direction of text or are not seen at all, as `\u202e`. */
function visible(text) {
    return text
        .toWellFormed()
        .replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`);
}
/** Text that neither Markdown nor HTML takes for its own. (An underscore within a word is none of Markdown's.) */
function entities(text) {
    return text.replace(/[&<>|`*[\]\\~#@$]|\b_|_\b|:(?=\/\/)|(?<=www)\./g, (character) => `&#${character.charCodeAt(0)};`);
}
function percentEncoded(character) {
    return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}


/***/ }),

/***/ 60615:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   DA: () => (/* binding */ tellLeftBehind),
/* harmony export */   VP: () => (/* binding */ removeSent),
/* harmony export */   YY: () => (/* binding */ sealOutputs),
/* harmony export */   eG: () => (/* binding */ sealedFiles),
/* harmony export */   iS: () => (/* binding */ planOutputs),
/* harmony export */   sZ: () => (/* binding */ requireNoMountedOutput),
/* harmony export */   uM: () => (/* binding */ linkTo),
/* harmony export */   y7: () => (/* binding */ chooseMountedOutputs)
/* harmony export */ });
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(51455);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(76760);
/* harmony import */ var node_timers_promises__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(58500);
/* harmony import */ var _actions_core__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(96421);
/* harmony import */ var _azureml_index_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(3570);
/* harmony import */ var _datasets_index_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(68082);
/* harmony import */ var _mount_index_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(4082);
/* harmony import */ var _report_index_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(92036);
/* harmony import */ var _mounting_js__WEBPACK_IMPORTED_MODULE_8__ = __webpack_require__(79512);
/* harmony import */ var _processes_js__WEBPACK_IMPORTED_MODULE_9__ = __webpack_require__(87234);
/* harmony import */ var _session_js__WEBPACK_IMPORTED_MODULE_10__ = __webpack_require__(37771);











/**
 * Decides which outputs are mounted: those that say so, where it can be done.
 * @throws UserError for `true` on Linux where something is missing
 */
async function chooseMountedOutputs(outputs, lackingHere, log) {
    const wanted = outputs.filter(({ useMounting }) => useMounting === 'true' || useMounting === 'auto');
    if (wanted.length === 0)
        return new Set();
    const lacking = await lackingHere();
    if (lacking === undefined)
        return new Set(wanted);
    for (const { name, useMounting } of wanted) {
        if (useMounting === 'true' && process.platform === 'linux')
            throw cannotMount(name, lacking);
        const text = `Output ${name} is not mounted, but uploaded at the end: ${lacking}.`;
        if (useMounting === 'true')
            log.warning(text);
        else
            log.info(text);
    }
    return new Set();
}
function cannotMount(name, reason) {
    return new _report_index_js__WEBPACK_IMPORTED_MODULE_7__/* .UserError */ .yo('cannot-mount', `Output ${(0,_report_index_js__WEBPACK_IMPORTED_MODULE_7__/* .quoted */ .TL)(name)} cannot be mounted, as "use-mounting: true" asks: ${reason}. Without it, the post step uploads what was written.`);
}
/** @throws UserError where an output has to be mounted, and cannot be for that reason */
function requireNoMountedOutput(outputs, reason) {
    for (const { name, useMounting } of outputs)
        if (useMounting === 'true')
            throw cannotMount(name, reason);
}
/** How much of the free room of a disk mounted outputs may take, in all. */
const shareOfDisk = 1 / 2;
/** Chooses where each is written, and what the daemon needs for it. @param places the folder of each */
async function planOutputs(context, outputs, { id, mounts, free }) {
    const { GITHUB_RUN_ID: run = '', GITHUB_RUN_ATTEMPT: attempt = '' } = process.env;
    const planned = [];
    for (const [index, { dataset, folder }] of outputs.entries()) {
        const { container, written, early } = await (0,_datasets_index_js__WEBPACK_IMPORTED_MODULE_5__/* .chooseMountedFolder */ .Ab)(context, dataset, { run, attempt });
        const { location, credential } = container;
        if (!credential)
            throw new Error('a container that is not reached over HTTP');
        const mountpoint = (0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(mounts, dataset.dataName);
        const order = {
            ...{ label: dataset.name, folder: mountpoint, aliases: folder === mountpoint ? [] : [folder] },
            ...{ location, credential: (0,_azureml_index_js__WEBPACK_IMPORTED_MODULE_4__/* .sendCredential */ .PY)(credential) },
            ...{ prefix: written.path, early, replace: dataset.overwriteExisting },
            spool: (0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)((0,_session_js__WEBPACK_IMPORTED_MODULE_10__/* .sessionFolder */ .vE)(id), `spool-${index}`),
            unsent: (0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)((0,_session_js__WEBPACK_IMPORTED_MODULE_10__/* .unsentFolder */ .ao)(id), dataset.dataName),
            disk: Math.floor((free * shareOfDisk) / outputs.length),
        };
        planned.push({ dataset, folder, order, mounted: { mountpoint, written, early, index, isRegistering: false } });
    }
    return planned;
}
/** Makes `target-folder` a link to the mount. It is empty, or not there. */
async function linkTo({ folder, mounted }) {
    if (folder === mounted.mountpoint)
        return;
    await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.mkdir)((0,node_path__WEBPACK_IMPORTED_MODULE_1__.dirname)(folder), { recursive: true });
    if (await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.lstat)(folder).catch(() => undefined))
        await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.rmdir)(folder);
    await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.symlink)(mounted.mountpoint, folder);
}
/** Questions in a row that a daemon which still runs may leave without an answer. */
const mostUnanswered = 20;
/** So often, in milliseconds, the daemon is asked how far it is; and it is told. */
const interval = { ask: 200, tell: 10_000 };
/**
 * Ends all writing to the mounted outputs of a session, and waits until what was written is in the store.
 * @throws UserError where something could not be sent, or the daemon has ended
 */
async function sealOutputs(session, { log, stopwatch }, signal) {
    const unpublished = session.outputs.filter(({ mounted, published }) => mounted && published === undefined);
    if (unpublished.length === 0)
        return;
    stopwatch.begin('send what is left');
    const isOurs = ({ folder }) => unpublished.some(({ mounted }) => mounted?.mountpoint === folder);
    let told = performance.now();
    let unanswered = 0;
    for (let ask = 'seal';; await (0,node_timers_promises__WEBPACK_IMPORTED_MODULE_2__.setTimeout)(interval.ask, undefined, { signal }).catch(() => { })) {
        signal.throwIfAborted();
        const status = await (0,_mount_index_js__WEBPACK_IMPORTED_MODULE_6__/* .askDaemon */ .Ii)((0,_session_js__WEBPACK_IMPORTED_MODULE_10__/* .sessionFolder */ .vE)(session.id), { ask });
        unanswered = status ? 0 : unanswered + 1;
        if (!status) {
            // Who has millions of files to sort may not answer in time.
            const isAtWork = session.daemon !== undefined && (await (0,_processes_js__WEBPACK_IMPORTED_MODULE_9__/* .isRunning */ .W_)(session.daemon));
            if (isAtWork && unanswered < mostUnanswered)
                continue;
            throw await withLog(session, (0,_mounting_js__WEBPACK_IMPORTED_MODULE_8__/* .lostDaemon */ .H0)(session));
        }
        const states = status.filter(isOurs);
        ask = states.some(({ output }) => output?.state === 'open') ? 'seal' : 'status';
        if (states.every(({ output }) => output?.state === 'sealed'))
            return;
        const isOver = states.every(({ output }) => output?.state === 'sealed' || output?.state === 'failed');
        if (isOver)
            throw await withLog(session, notSealed(session, states));
        if (performance.now() - told < interval.tell)
            continue;
        told = performance.now();
        tellWhatIsLeft(states, log);
    }
}
function tellWhatIsLeft(states, log) {
    for (const { label, output } of states) {
        if (output?.state !== 'sealing')
            continue;
        const { files, bytes } = output.left;
        log.info(`${label}: ${(0,_report_index_js__WEBPACK_IMPORTED_MODULE_7__/* .counted */ .hS)(files, 'file')}, ${(0,_report_index_js__WEBPACK_IMPORTED_MODULE_7__/* .formatBytes */ .z3)(bytes)} are still to be sent.`);
    }
}
async function withLog(session, error) {
    await (0,_mounting_js__WEBPACK_IMPORTED_MODULE_8__/* .showDaemonLog */ .CV)(session);
    return error;
}
/** The runner shows ten annotations of a step. */
const mostAnnotations = 9;
function notSealed({ id }, states) {
    const problems = states.flatMap(({ label, output }) => (output?.problems ?? []).map((problem) => ({ ...problem, label })));
    const names = [...new Set(problems.map(({ label }) => label))];
    for (const { label, path, reason } of problems.slice(0, mostAnnotations))
        _actions_core__WEBPACK_IMPORTED_MODULE_3__/* .error */ .z3(`${label}: ${(0,_report_index_js__WEBPACK_IMPORTED_MODULE_7__/* .quoted */ .TL)(path)} ${reason}`);
    const [first, ...others] = problems.filter(({ kind }) => kind === 'refused');
    if (first) {
        const more = others.length > 0 ? ` Look at these, too: ${(0,_report_index_js__WEBPACK_IMPORTED_MODULE_7__/* .listed */ .KE)(others.map(({ path }) => path))}.` : '';
        return new _report_index_js__WEBPACK_IMPORTED_MODULE_7__/* .UserError */ .yo('unsafe-output', `Output ${(0,_report_index_js__WEBPACK_IMPORTED_MODULE_7__/* .listed */ .KE)(names)} was not published: ${(0,_report_index_js__WEBPACK_IMPORTED_MODULE_7__/* .quoted */ .TL)(first.path)} ${first.reason}${more}`);
    }
    const count = states.reduce((sum, { output }) => sum + (output?.problemCount ?? 0), 0);
    return new _report_index_js__WEBPACK_IMPORTED_MODULE_7__/* .UserError */ .yo('upload-incomplete', `${(0,_report_index_js__WEBPACK_IMPORTED_MODULE_7__/* .counted */ .hS)(count, 'file')} of output ${(0,_report_index_js__WEBPACK_IMPORTED_MODULE_7__/* .listed */ .KE)(names)} could not be sent to the storage account, and nothing was registered: ${(0,_report_index_js__WEBPACK_IMPORTED_MODULE_7__/* .listed */ .KE)(problems.map(({ path }) => path))} (${problems[0]?.reason ?? ''}). What of them is on this machine lies in ${(0,_session_js__WEBPACK_IMPORTED_MODULE_10__/* .unsentFolder */ .ao)(id)} for a day.`);
}
/** What an output was when it was sealed. */
async function sealedFiles({ id }, { index }) {
    const files = [];
    for await (const file of (0,_mount_index_js__WEBPACK_IMPORTED_MODULE_6__/* .readManifest */ .WI)((0,_mount_index_js__WEBPACK_IMPORTED_MODULE_6__/* .manifestOf */ .$V)((0,_session_js__WEBPACK_IMPORTED_MODULE_10__/* .sessionFolder */ .vE)(id), index)))
        files.push(file);
    return files;
}
/** Deletes what the daemon of an output had sent, in its place. */
async function removeSent(context, dataset, mounted) {
    const { early, written } = mounted;
    const run = process.env.GITHUB_RUN_ID ?? '';
    await (0,_datasets_index_js__WEBPACK_IMPORTED_MODULE_5__/* .removeWritten */ .kD)(context, dataset, { datastore: written.datastore, early, run });
}
/** What was sent, and could not be deleted when the job had failed. */
function tellLeftBehind({ outputs }, status) {
    const isLeft = ({ mounted }) => status?.some(({ folder, output }) => folder === mounted?.mountpoint && output?.isLeftBehind) === true;
    for (const { dataset, mounted } of outputs.filter(isLeft))
        _actions_core__WEBPACK_IMPORTED_MODULE_3__/* .warning */ .$e(`What output "${dataset.name}" had sent could not be deleted; it lies in ${(0,_report_index_js__WEBPACK_IMPORTED_MODULE_7__/* .quoted */ .TL)(mounted?.early ?? '')} of datastore "${mounted?.written.datastore}". No version points there.`);
}


/***/ }),

/***/ 79512:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   CV: () => (/* binding */ showDaemonLog),
/* harmony export */   H0: () => (/* binding */ lostDaemon),
/* harmony export */   Rz: () => (/* binding */ mountDatasets),
/* harmony export */   WM: () => (/* binding */ requireNoMount),
/* harmony export */   lS: () => (/* binding */ tellHolders),
/* harmony export */   pV: () => (/* binding */ chooseMounting),
/* harmony export */   tI: () => (/* binding */ requireSoundMounts),
/* harmony export */   vb: () => (/* binding */ findLacking)
/* harmony export */ });
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(51455);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(76760);
/* harmony import */ var _actions_core__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(96421);
/* harmony import */ var _azureml_index_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(3570);
/* harmony import */ var _datasets_index_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(68082);
/* harmony import */ var _mount_index_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(4082);
/* harmony import */ var _report_index_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(92036);
/* harmony import */ var _transfer_index_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(76112);
/* harmony import */ var _action_log_js__WEBPACK_IMPORTED_MODULE_8__ = __webpack_require__(47178);
/* harmony import */ var _daemon_start_js__WEBPACK_IMPORTED_MODULE_9__ = __webpack_require__(48594);
/* harmony import */ var _processes_js__WEBPACK_IMPORTED_MODULE_10__ = __webpack_require__(87234);
/* harmony import */ var _session_js__WEBPACK_IMPORTED_MODULE_11__ = __webpack_require__(37771);












const logName = 'mount.log';
/** Finds that out when it is asked first, and once: it may take a call of sudo. */
function findLacking(signal) {
    let found;
    return () => {
        found ??= (0,_mount_index_js__WEBPACK_IMPORTED_MODULE_5__/* .readMountRights */ .Tr)(signal).then(_mount_index_js__WEBPACK_IMPORTED_MODULE_5__/* .lackingForMount */ .uu);
        return found;
    };
}
/**
 * Decides which inputs are mounted. `auto` mounts where the system and the rights allow it.
 * @throws UserError for `true` on Linux where something is missing
 */
async function chooseMounting(folders, lackingHere, log) {
    const why = new Map();
    const wants = [...folders.keys()].some(({ useMounting }) => useMounting !== 'false');
    const lacking = wants ? await lackingHere() : undefined;
    for (const [dataset, folder] of folders) {
        const { name, useMounting } = dataset;
        if (useMounting === 'false') {
            why.set(dataset, '');
            continue;
        }
        const reason = lacking ?? ((await (0,_transfer_index_js__WEBPACK_IMPORTED_MODULE_7__.isOursAndFilled)(folder)) ? `an earlier download lies in ${folder}` : undefined);
        if (reason !== undefined && process.platform === 'linux')
            requireNoMount(dataset, reason);
        // On other systems nobody can do anything about it, and the data is there all the same.
        if (reason !== undefined && useMounting === 'true')
            log.warning(`Input ${name} is downloaded: ${reason}.`);
        else if (reason !== undefined)
            log.info(`Input ${name} is downloaded, not mounted: ${reason}.`);
        why.set(dataset, reason);
    }
    return why;
}
/** @throws UserError where a dataset has to be mounted, and cannot be for that reason */
function requireNoMount({ name, useMounting }, reason) {
    if (useMounting !== 'true')
        return;
    throw new _report_index_js__WEBPACK_IMPORTED_MODULE_6__/* .UserError */ .yo('cannot-mount', `Input ${(0,_report_index_js__WEBPACK_IMPORTED_MODULE_6__/* .quoted */ .TL)(name)} cannot be mounted, as "use-mounting: true" asks: ${reason}. With "use-mounting: auto" it would be downloaded.`);
}
/**
 * Starts the daemon, which mounts inputs and outputs and stays when this step ends. What has to be undone is written down before.
 * @returns the session, and why it did not work where it did not: then nothing is mounted
 */
async function mountDatasets({ signal }, inputs, outputs, { connection, clientSecret }, opened) {
    for (const { input, folder } of inputs)
        (0,_datasets_index_js__WEBPACK_IMPORTED_MODULE_4__/* .requireMountable */ .Fw)(input, folder);
    const folders = [...inputs.map(({ folder }) => folder), ...outputs.map(({ mounted }) => mounted.mountpoint)];
    const links = outputs.filter(({ folder, mounted }) => folder !== mounted.mountpoint);
    const undo = [
        ...links.map(({ folder }) => ({ kind: 'remove-link', path: folder })),
        ...folders.map((folder) => ({ kind: 'unmount', path: folder })),
        ...opened.undo,
    ];
    const session = await (0,_session_js__WEBPACK_IMPORTED_MODULE_11__/* .updateSession */ .qO)(opened, { undo });
    for (const folder of folders)
        await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.mkdir)(folder, { recursive: true });
    const controlFolder = (0,_session_js__WEBPACK_IMPORTED_MODULE_11__/* .sessionFolder */ .vE)(session.id);
    const orders = inputs.map(({ input, folder }) => {
        const { location, credential } = input.container;
        if (!credential)
            throw new Error('a container that is not reached over HTTP');
        return { label: (0,_datasets_index_js__WEBPACK_IMPORTED_MODULE_4__/* .labelOf */ .Wy)(input.asset), folder, location, credential: (0,_azureml_index_js__WEBPACK_IMPORTED_MODULE_3__/* .sendCredential */ .PY)(credential) };
    });
    const start = {
        ...{ environment: process.env, connection, clientSecret, controlFolder, reader: 'pipe' },
        ...{ inputs: orders, outputs: outputs.map(({ order }) => order) },
    };
    const launched = await (0,_mount_index_js__WEBPACK_IMPORTED_MODULE_5__/* .launchDaemon */ .G5)({
        program: (0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)((0,node_path__WEBPACK_IMPORTED_MODULE_1__.dirname)(process.argv[1] ?? ''), 'mount.js'),
        environment: daemonEnvironment(),
        input: (0,_daemon_start_js__WEBPACK_IMPORTED_MODULE_9__/* .encodeStart */ .D)(start, inputs.map(({ input }) => input.snapshot)),
        logFile: (0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(controlFolder, logName),
        signal,
    });
    if ('pid' in launched)
        return { session: await (0,_session_js__WEBPACK_IMPORTED_MODULE_11__/* .updateSession */ .qO)(session, { daemon: await (0,_processes_js__WEBPACK_IMPORTED_MODULE_10__/* .processOf */ .hh)(launched.pid) }), failure: undefined };
    await (0,_session_js__WEBPACK_IMPORTED_MODULE_11__/* .unmountAll */ .S1)(session);
    return { session: await (0,_session_js__WEBPACK_IMPORTED_MODULE_11__/* .updateSession */ .qO)(session, { undo: opened.undo }), failure: launched.failure };
}
/**
 * What Node and the runner need in the environment of a process from its beginning. All else, secrets among it, comes through the pipe: an environment
 * can be read in `/proc`.
 */
function daemonEnvironment() {
    const kept = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'RUNNER_TRACKING_ID'];
    const trust = ['NODE_EXTRA_CA_CERTS', 'NODE_USE_SYSTEM_CA', 'SSL_CERT_FILE', 'SSL_CERT_DIR'];
    return Object.fromEntries([...kept, ...trust].map((name) => [name, process.env[name]]));
}
/**
 * Makes sure that all that was read from the mounts of a session was what was listed.
 * @throws UserError where the daemon has ended, or files could not be read
 */
async function requireSoundMounts(session) {
    if (!session.daemon)
        return;
    const status = await (0,_mount_index_js__WEBPACK_IMPORTED_MODULE_5__/* .askDaemon */ .Ii)((0,_session_js__WEBPACK_IMPORTED_MODULE_11__/* .sessionFolder */ .vE)(session.id), { ask: 'status' });
    const problem = status ? faultsOf(status) : lostDaemon(session);
    if (!problem)
        return;
    await showDaemonLog(session);
    throw problem;
}
/** What to say of a session whose daemon has ended. */
function lostDaemon({ inputs, outputs }) {
    const read = inputs.filter(({ staged }) => staged === 'mounted').map(({ path }) => path);
    const written = outputs.flatMap(({ mounted, folder }) => (mounted ? [folder] : []));
    const losses = [
        ...(read.length > 0 ? [`what lies in ${(0,_report_index_js__WEBPACK_IMPORTED_MODULE_6__/* .listed */ .KE)(read)} could not be read to the end`] : []),
        ...(written.length > 0 ? [`what was written to ${(0,_report_index_js__WEBPACK_IMPORTED_MODULE_6__/* .listed */ .KE)(written)} is lost, and nothing is registered`] : []),
    ];
    return new _report_index_js__WEBPACK_IMPORTED_MODULE_6__/* .UserError */ .yo('mount-lost', `The process that served the mounted datasets has ended, so that ${losses.join(', and ')}. Was it killed, or did the machine run out of memory? Run the job again, or set "use-mounting: false".`);
}
function faultsOf(status) {
    const files = status.flatMap(({ label, faults }) => faults.map((fault) => ({ ...fault, label })));
    for (const { label, path, isChanged, reason } of files.slice(0, mostAnnotations))
        _actions_core__WEBPACK_IMPORTED_MODULE_2__/* .error */ .z3(`${label}: ${(0,_report_index_js__WEBPACK_IMPORTED_MODULE_6__/* .quoted */ .TL)(path)} ${isChanged ? 'changed while the job read from it' : `could not be read (${reason})`}.`);
    const [first] = files;
    if (!first)
        return undefined;
    const paths = (0,_report_index_js__WEBPACK_IMPORTED_MODULE_6__/* .listed */ .KE)(files.map(({ path }) => path));
    return files.some(({ isChanged }) => isChanged)
        ? new _report_index_js__WEBPACK_IMPORTED_MODULE_6__/* .UserError */ .yo('changed-while-reading', `Mounted files were written to, or deleted, while the job read from them, and gave an input/output error: ${paths}. Run again when nobody writes to ${first.label}.`)
        : new _report_index_js__WEBPACK_IMPORTED_MODULE_6__/* .UserError */ .yo('connection-lost', `Mounted files could not be read, and gave an input/output error: ${paths} (${first.reason}). Run the job again.`);
}
/** The runner shows ten annotations of a step. */
const mostAnnotations = 9;
/** Bytes of the end of the daemon's log that are shown. */
const mostLog = 16 * 1024;
async function showDaemonLog({ id }) {
    const text = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.readFile)((0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)((0,_session_js__WEBPACK_IMPORTED_MODULE_11__/* .sessionFolder */ .vE)(id), logName), 'utf8').catch(() => '');
    if (text === '')
        return;
    _actions_core__WEBPACK_IMPORTED_MODULE_2__/* .startGroup */ .Oh('What the mount daemon wrote');
    _action_log_js__WEBPACK_IMPORTED_MODULE_8__/* .actionLog */ .Z.info(text.slice(-mostLog).trimEnd());
    _actions_core__WEBPACK_IMPORTED_MODULE_2__/* .endGroup */ .N4();
}
/** A mount that somebody still uses goes away for all others, and for good when the last one ends. */
function tellHolders(status) {
    for (const { folder, holders } of status ?? [])
        if (holders.length > 0)
            _actions_core__WEBPACK_IMPORTED_MODULE_2__/* .warning */ .$e(`${folder} was still used by ${(0,_report_index_js__WEBPACK_IMPORTED_MODULE_6__/* .listed */ .KE)(holders)} when it was unmounted. End what a job starts before it ends.`);
}


/***/ }),

/***/ 92309:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   M7: () => (/* binding */ setJobOutputs),
/* harmony export */   R8: () => (/* binding */ setStagedOutputs),
/* harmony export */   iV: () => (/* binding */ setSubmittedOutputs),
/* harmony export */   jJ: () => (/* binding */ setSkipped),
/* harmony export */   rg: () => (/* binding */ setPublishedOutputs)
/* harmony export */ });
/* harmony import */ var _actions_core__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(96421);
/* harmony import */ var _datasets_index_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(68082);
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
/** What a step hands on that ran as an AzureML job: no folders, but all versions. */
function setSubmittedOutputs(session) {
    for (const [index, input] of session.inputs.entries())
        _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .setOutput */ .uH(`input-${index}-version`, input.version);
    setPublishedOutputs(session);
    _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .setOutput */ .uH('fingerprint', session.inputs.length > 0 ? (0,_datasets_index_js__WEBPACK_IMPORTED_MODULE_1__/* .combineFingerprints */ .PW)(session.inputs) : '');
    _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .setOutput */ .uH('available', 'true');
}
/** What the step `publish/` hands on. */
function setPublishedOutputs(session) {
    for (const [index, output] of session.outputs.entries())
        _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .setOutput */ .uH(`output-${index}-version`, (0,_session_js__WEBPACK_IMPORTED_MODULE_2__/* .registeredVersion */ .V7)(output)?.version ?? '');
    _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .setOutput */ .uH('datasets', datasetsJson(session));
}
/** Which AzureML job ran, and how it ended. */
function setJobOutputs({ name, status, studioUrl }) {
    _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .setOutput */ .uH('azureml-job-name', name);
    _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .setOutput */ .uH('azureml-job-status', status);
    _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .setOutput */ .uH('azureml-job-url', studioUrl);
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


/***/ }),

/***/ 87234:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   JZ: () => (/* binding */ endProcess),
/* harmony export */   WF: () => (/* binding */ thisProcess),
/* harmony export */   W_: () => (/* binding */ isRunning),
/* harmony export */   hh: () => (/* binding */ processOf)
/* harmony export */ });
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(51455);
/* harmony import */ var node_timers_promises__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(58500);


async function thisProcess() {
    return processOf(process.pid);
}
/** Whether that very process still runs. Without /proc nobody can tell, and the answer is no. */
async function isRunning({ pid, started }) {
    return started !== '' && pid !== process.pid && (await startTime(pid)) === started;
}
async function processOf(pid) {
    return { pid, started: await startTime(pid) };
}
/** Ends a process: waits so many milliseconds for it to end by itself, asks, waits, then forces. */
async function endProcess(identity, first = 0) {
    await waitForEnd(identity, first);
    for (const signal of ['SIGTERM', 'SIGKILL']) {
        if (!(await isRunning(identity)))
            return;
        process.kill(identity.pid, signal);
        await waitForEnd(identity, 5000);
    }
}
async function waitForEnd(identity, milliseconds) {
    const deadline = Date.now() + milliseconds;
    while (Date.now() < deadline && (await isRunning(identity)))
        await (0,node_timers_promises__WEBPACK_IMPORTED_MODULE_1__.setTimeout)(50);
}
async function startTime(pid) {
    const stat = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.readFile)(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    // The second field is the program's name in parentheses, which may hold spaces and parentheses itself.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, started] = [fields[0], fields[19]];
    return state === 'Z' ? '' : (started ?? '');
}


/***/ }),

/***/ 50928:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  v: () => (/* binding */ reporting),
  P: () => (/* binding */ tellAfterMain)
});

// EXTERNAL MODULE: ./build/action/action-log.js
var action_log = __webpack_require__(47178);
// EXTERNAL MODULE: ./build/action/comment.js
var comment = __webpack_require__(12614);
// EXTERNAL MODULE: ./build/report/index.js + 3 modules
var build_report = __webpack_require__(92036);
// EXTERNAL MODULE: ./build/action/failure.js
var failure = __webpack_require__(75541);
;// CONCATENATED MODULE: ./build/action/step-report.js


function startDraft(title, log) {
    const stopwatch = (0,build_report/* startStopwatch */.Qq)('start');
    let report = {
        title,
        inputs: [],
        outputs: [],
        notes: [],
        warnings: [],
        failure: undefined,
        phases: [],
        earlier: undefined,
        comment: undefined,
    };
    const change = (changes) => {
        report = { ...report, ...changes };
    };
    return {
        stopwatch,
        log: {
            ...log,
            warning(message) {
                log.warning(message);
                change({ warnings: [...report.warnings, message] });
            },
        },
        current: () => ({ ...report, phases: stopwatch.phases() }),
        change,
        setInput(known) {
            change({
                inputs: report.inputs.map((input) => (input.dataName === known.dataName ? { ...input, known } : input)),
            });
        },
    };
}
/** What a step that threw this reports. */
function failureOf(error) {
    return { isCancelled: error instanceof build_report/* Cancelled */.cJ, message: (0,failure/* explainFailure */.S)(error) };
}

// EXTERNAL MODULE: ./build/action/summary.js + 1 modules
var summary = __webpack_require__(14408);
;// CONCATENATED MODULE: ./build/action/reporting.js




/**
 * Does the work of a step and reports on it, however it ends: in the job summary, in the comment on the pull request, and in the last line of the
 * log. A step that has nothing to tell stays silent.
 */
async function reporting(title, signal, work) {
    const draft = startDraft(title, action_log/* actionLog */.Z);
    try {
        await work(draft);
    }
    catch (error) {
        draft.change({ failure: failureOf(signal.aborted ? signal.reason : error) });
        throw error;
    }
    finally {
        await tell(draft);
    }
}
async function tell(draft) {
    const report = draft.current();
    const markdown = (0,summary/* renderReport */.B1)(report, 'summary');
    if (markdown === '')
        return;
    await (0,summary/* writeSummary */.Sy)(markdown);
    await (0,comment/* keepComment */.Xz)(report);
    action_log/* actionLog */.Z.info(`${(0,summary/* timeSpent */.eG)(report)}.`);
}
/** Makes the report that of a step after the main step: it goes on where that one ended. */
function tellAfterMain(draft, { inputs, outputs, warnings, comment }) {
    draft.change({ outputs, comment, earlier: { inputs: inputs.map((known) => ({ ...known, known })), warnings } });
}


/***/ }),

/***/ 37771:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   CX: () => (/* binding */ sessionsWithLostDaemon),
/* harmony export */   L6: () => (/* binding */ loadSession),
/* harmony export */   OZ: () => (/* binding */ newSessionId),
/* harmony export */   S1: () => (/* binding */ unmountAll),
/* harmony export */   T7: () => (/* binding */ outputsRoot),
/* harmony export */   V7: () => (/* binding */ registeredVersion),
/* harmony export */   ao: () => (/* binding */ unsentFolder),
/* harmony export */   dF: () => (/* binding */ removeSession),
/* harmony export */   fA: () => (/* binding */ openSession),
/* harmony export */   ob: () => (/* binding */ sweepDeadSessions),
/* harmony export */   qH: () => (/* binding */ stagingRoot),
/* harmony export */   qO: () => (/* binding */ updateSession),
/* harmony export */   tN: () => (/* binding */ undo),
/* harmony export */   vE: () => (/* binding */ sessionFolder)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(77598);
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(51455);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(76760);
/* harmony import */ var _mount_index_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(4082);
/* harmony import */ var _report_index_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(92036);
/* harmony import */ var _processes_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(87234);






/** The version that was registered for an output; undefined where there is none, or none yet. */
function registeredVersion({ published }) {
    return published === 'empty' ? undefined : published;
}
const fileName = 'session.json';
const oldMilliseconds = 24 * 60 * 60 * 1000;
function newSessionId() {
    return `${process.env.GITHUB_RUN_ID ?? 'local'}-${process.env.GITHUB_RUN_ATTEMPT ?? '1'}-${(0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.randomBytes)(4).toString('hex')}`;
}
/** Makes the session of this step, in a folder beside RUNNER_TEMP: that one is emptied by the runner. */
async function openSession(id, policy, comment) {
    const session = {
        schema: 1,
        id,
        job: jobKey(),
        main: await (0,_processes_js__WEBPACK_IMPORTED_MODULE_5__/* .thisProcess */ .WF)(),
        state: 'opening',
        connection: undefined,
        policy,
        inputs: [],
        outputs: [],
        warnings: [],
        comment,
        undo: [],
    };
    await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_1__.mkdir)(sessionFolder(id), { recursive: true, mode: 0o700 });
    await saveSession(session);
    return session;
}
/** The folder of a session: the value of the step's state and of `AZUREML_DATASETS_SESSION`. */
function sessionFolder(id) {
    return (0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(sessionsRoot(), id);
}
/** Written whole or not at all. */
async function saveSession(session) {
    const path = (0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(sessionFolder(session.id), fileName);
    await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_1__.writeFile)(`${path}.new`, JSON.stringify(session, undefined, 2), { mode: 0o600 });
    await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_1__.rename)(`${path}.new`, path);
}
/** A session with changes, written down. */
async function updateSession(session, changes) {
    const updated = { ...session, ...changes };
    await saveSession(updated);
    return updated;
}
/** The session in a folder; undefined where there is none. */
async function loadSession(folder) {
    const text = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_1__.readFile)((0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(folder, fileName), 'utf8').catch(() => undefined);
    if (text === undefined)
        return undefined;
    const session = parseSession(text);
    // By its id the session is removed: another one would lead elsewhere.
    if (session?.id === (0,node_path__WEBPACK_IMPORTED_MODULE_2__.basename)(folder))
        return session;
    throw new _report_index_js__WEBPACK_IMPORTED_MODULE_4__/* .UserError */ .yo('session-unknown', `The session in ${folder} was written by another version of this action. Use the same version for all steps of a job.`);
}
function parseSession(text) {
    try {
        const session = JSON.parse(text);
        return isSession(session) ? session : undefined;
    }
    catch {
        return undefined;
    }
}
/** Looks at what tidying up relies on: a session is a file that the job could write, and later jobs sweep it. */
function isSession(value) {
    if (typeof value !== 'object' || value === null)
        return false;
    const { schema, main, inputs, outputs, undo } = value;
    const isProcess = Number.isInteger(main?.pid) && typeof main?.started === 'string';
    const isWhole = [inputs, outputs, undo].every((list) => Array.isArray(list) && list.every(Boolean));
    return schema === 1 && isProcess && isWhole && undo?.every(({ path }) => typeof path === 'string') === true;
}
/** What could not be sent stays, for a look: it is swept after a day. */
async function removeSession({ id }) {
    const folder = sessionFolder(id);
    const entries = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_1__.readdir)(folder).catch(() => []);
    for (const name of entries)
        if (name !== unsentName)
            await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_1__.rm)((0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(folder, name), { recursive: true, force: true });
    await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_1__.rmdir)(folder).catch(() => { }); // something stays, or it is not there
}
const unsentName = 'unsent';
/** Where files of mounted outputs are kept that could not be sent to the store. */
function unsentFolder(id) {
    return (0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(sessionFolder(id), unsentName);
}
/** Undoes what a main step did that did not get to its end. The session is a file that the job could write: only what is ours is removed. */
async function undo(session) {
    await unmountAll(session);
    for (const { kind, path } of session.undo) {
        const isOurs = (0,node_path__WEBPACK_IMPORTED_MODULE_2__.resolve)(path).startsWith(stagingRoot() + node_path__WEBPACK_IMPORTED_MODULE_2__.sep);
        if (kind === 'remove-folder' && isOurs)
            await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_1__.rm)(path, { recursive: true, force: true });
    }
}
/**
 * Unmounts what a session mounted, and ends its daemon, which deletes what was sent and not published. Gives what the daemon said last; undefined where
 * it said nothing.
 */
async function unmountAll(session) {
    const folders = session.undo.flatMap(({ kind, path }) => (kind === 'unmount' ? [path] : []));
    if (folders.length === 0)
        return undefined;
    for (const { kind, path } of session.undo)
        if (kind === 'remove-link')
            await removeLink(path);
    const keep = session.outputs.flatMap((output) => (isKept(output) ? [output.mounted?.mountpoint ?? ''] : []));
    const status = await (0,_mount_index_js__WEBPACK_IMPORTED_MODULE_3__/* .askDaemon */ .Ii)(sessionFolder(session.id), { ask: 'finish', keep });
    if (session.daemon)
        await (0,_processes_js__WEBPACK_IMPORTED_MODULE_5__/* .endProcess */ .JZ)(session.daemon, status ? 5000 : 0);
    await (0,_mount_index_js__WEBPACK_IMPORTED_MODULE_3__/* .unmountLeftovers */ .BG)(folders);
    for (const folder of folders)
        await removeEmptyAbove((0,node_path__WEBPACK_IMPORTED_MODULE_2__.resolve)(folder));
    return status;
}
/** What a version points at, or may point at, stays in the store. */
function isKept(output) {
    return registeredVersion(output) !== undefined || output.mounted?.isRegistering === true;
}
/** Only a link to a mount of ours: a session is a file that the job could write. */
async function removeLink(path) {
    const target = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_1__.readlink)(path).catch(() => '');
    if (target.startsWith(outputsRoot() + node_path__WEBPACK_IMPORTED_MODULE_2__.sep))
        await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_1__.unlink)(path).catch(() => { });
}
/** Folders that were made only to hold a mount go with it. */
async function removeEmptyAbove(place) {
    const isOurs = (folder) => mountRoots().some((root) => folder.startsWith(root + node_path__WEBPACK_IMPORTED_MODULE_2__.sep));
    for (let folder = (0,node_path__WEBPACK_IMPORTED_MODULE_2__.dirname)(place); isOurs(folder); folder = (0,node_path__WEBPACK_IMPORTED_MODULE_2__.dirname)(folder)) {
        if (!(await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_1__.rmdir)(folder).then(() => true, () => false)))
            return; // others lie there too
    }
}
/** Where datasets without a `target-folder` are put, each session in a folder of its own. */
function stagingRoot() {
    return (0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)((0,node_path__WEBPACK_IMPORTED_MODULE_2__.resolve)(requiredEnvironment('RUNNER_TEMP')), 'azureml-datasets');
}
/**
 * Where outputs are mounted, each session's in a folder of its own. The runner removes RUNNER_TEMP without looking for mounts, so that they must not be in
 * there, and whoever removes a session's folder must not find one either.
 */
function outputsRoot() {
    return (0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)((0,node_path__WEBPACK_IMPORTED_MODULE_2__.dirname)((0,node_path__WEBPACK_IMPORTED_MODULE_2__.resolve)(requiredEnvironment('RUNNER_TEMP'))), '_azureml-outputs');
}
/** Where mounts of ours may be. */
function mountRoots() {
    return [stagingRoot(), outputsRoot()];
}
/** Sessions of this job whose mount daemon has ended, though nobody asked it to. */
async function sessionsWithLostDaemon() {
    const lost = [];
    for (const id of await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_1__.readdir)(sessionsRoot()).catch(() => [])) {
        const session = await loadSession(sessionFolder(id)).catch(() => undefined);
        if (session?.job === jobKey() && session.daemon && !(await (0,_processes_js__WEBPACK_IMPORTED_MODULE_5__/* .isRunning */ .W_)(session.daemon)))
            lost.push(session);
    }
    return lost;
}
/** Clears what jobs left behind that never got to their post step: a killed runner runs none. */
async function sweepDeadSessions() {
    const swept = [];
    for (const id of await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_1__.readdir)(sessionsRoot()).catch(() => [])) {
        // What cannot be removed, such as files of root, is no reason to fail this job.
        if (await sweepIfDead(id).catch(() => false))
            swept.push(id);
    }
    await sweepDeadMounts();
    return swept;
}
/** Dead mounts below our folder that belong to no session: those of living jobs have to go on refusing, or their folders would look empty. */
async function sweepDeadMounts() {
    const roots = mountRoots();
    const dead = (await (0,_mount_index_js__WEBPACK_IMPORTED_MODULE_3__/* .deadMounts */ .fj)()).filter((folder) => roots.some((root) => folder.startsWith(root + node_path__WEBPACK_IMPORTED_MODULE_2__.sep)));
    if (dead.length === 0)
        return;
    const known = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_1__.readdir)(sessionsRoot()).catch(() => []);
    const isOfSession = (folder) => known.some((id) => roots.some((root) => folder.startsWith((0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(root, id) + node_path__WEBPACK_IMPORTED_MODULE_2__.sep)));
    await (0,_mount_index_js__WEBPACK_IMPORTED_MODULE_3__/* .unmountLeftovers */ .BG)(dead.filter((folder) => !isOfSession(folder)));
}
async function sweepIfDead(id) {
    const session = await loadSession(sessionFolder(id)).catch(() => undefined);
    const isDead = session ? session.job !== jobKey() && !(await (0,_processes_js__WEBPACK_IMPORTED_MODULE_5__/* .isRunning */ .W_)(session.main)) : await isOld(sessionFolder(id));
    if (!isDead)
        return false;
    if (session)
        await undo(session);
    await removeSession({ id });
    return true;
}
/** A session that cannot be read may be that of another version of this action, which is about to read it. After a day nobody is. */
async function isOld(folder) {
    const { mtimeMs } = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_1__.stat)(folder);
    return Date.now() - mtimeMs > oldMilliseconds;
}
function sessionsRoot() {
    return (0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)((0,node_path__WEBPACK_IMPORTED_MODULE_2__.dirname)(requiredEnvironment('RUNNER_TEMP')), '_azureml-datasets');
}
/** The runner gives every job a tracking id of its own; in job containers it may be missing. */
function jobKey() {
    const { RUNNER_TRACKING_ID, GITHUB_RUN_ID, GITHUB_RUN_ATTEMPT, GITHUB_JOB } = process.env;
    return RUNNER_TRACKING_ID || [GITHUB_RUN_ID, GITHUB_RUN_ATTEMPT, GITHUB_JOB].join('.');
}
/** A variable that the runner always sets. */
function requiredEnvironment(name) {
    const value = process.env[name];
    if (value)
        return value;
    throw new _report_index_js__WEBPACK_IMPORTED_MODULE_4__/* .UserError */ .yo('no-runner', `The variable ${name} is not set. This program is a GitHub Action and has to be started by a runner.`);
}


/***/ }),

/***/ 24541:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   e: () => (/* binding */ runStep)
/* harmony export */ });
/* harmony import */ var _actions_core__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(96421);
/* harmony import */ var _report_index_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(92036);
/* harmony import */ var _failure_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(75541);



/** The runner sends SIGTERM 7.5 s after SIGINT; a step ends within 5, its start and end included. */
const secondsToTidyUp = 4;
/**
 * Runs a step: tells the work to stop when the runner says so (SIGINT, then 7.5 s later SIGTERM), and turns whatever is thrown into one line for
 * the user, an annotation and exit code 1.
 */
async function runStep(work) {
    const stop = new AbortController();
    for (const name of ['SIGINT', 'SIGTERM']) {
        process.on(name, () => stop.abort(new _report_index_js__WEBPACK_IMPORTED_MODULE_1__/* .Cancelled */ .cJ(`Cancelled: the runner sent ${name}.`)));
    }
    try {
        await Promise.race([unforeseen(), work(stop.signal), lingering(stop.signal)]);
    }
    catch (error) {
        reportFailure(stop.signal.aborted ? stop.signal.reason : error);
    }
}
/** Rejects some seconds after the signal, when work that cannot be stopped at once has had its time: soon after that the runner kills. */
function lingering(signal) {
    return new Promise((_, reject) => {
        signal.addEventListener('abort', () => setTimeout(() => reject(signal.reason), secondsToTidyUp * 1000).unref());
    });
}
/** Rejects with what nobody waited for, such as something that fails within a library: Node would end the process with a stack. */
function unforeseen() {
    return new Promise((_, reject) => {
        process.once('uncaughtException', reject);
        process.once('unhandledRejection', reject);
    });
}
function reportFailure(error) {
    const detail = (0,_report_index_js__WEBPACK_IMPORTED_MODULE_1__/* .detailOf */ .Rw)(error);
    _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .debug */ .Yz(error instanceof Error && error.cause ? `${detail}\nCaused by: ${String(error.cause)}` : detail);
    _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .setFailed */ .C1((0,_failure_js__WEBPACK_IMPORTED_MODULE_2__/* .explainFailure */ .S)(error));
}


/***/ }),

/***/ 14408:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  B1: () => (/* binding */ renderReport),
  eG: () => (/* binding */ timeSpent),
  Sy: () => (/* binding */ writeSummary)
});

// EXTERNAL MODULE: ./node_modules/@actions/core/lib/core.js + 14 modules
var core = __webpack_require__(96421);
// EXTERNAL MODULE: ./build/report/index.js + 3 modules
var report = __webpack_require__(92036);
// EXTERNAL MODULE: ./build/action/action-log.js
var action_log = __webpack_require__(47178);
// EXTERNAL MODULE: ./build/action/markdown.js
var action_markdown = __webpack_require__(92714);
// EXTERNAL MODULE: ./build/action/session.js
var session = __webpack_require__(37771);
;// CONCATENATED MODULE: ./build/action/summary-tables.js



const none = '–';
const mostNames = 20;
const numbers = ['>Files', '>Size', '>Time', '>Rate', 'Fingerprint'];
/** What was staged, how and why, as far as the step got. */
function inputsTable({ inputs, failure }, place) {
    const hasFailed = failure !== undefined;
    const rows = inputs.map((input) => () => [nameCell(input), ...inputCells(input.known, hasFailed, place)]);
    return { head: ['Input', 'Version', 'How', ...numbers], rows, noun: 'input' };
}
function nameCell({ name, dataName }) {
    return dataName === name ? (0,action_markdown/* code */.aY)(name) : `${(0,action_markdown/* code */.aY)(name)} as ${(0,action_markdown/* code */.aY)(dataName)}`;
}
function inputCells(known, hasFailed, place) {
    if (!known)
        return [none, 'not reached', none, none, none, none, none];
    return [
        versionCell(known, place),
        howCell(known, hasFailed),
        filesCell(known),
        (0,report/* formatBytes */.z3)(known.bytes),
        ...timeCells(known.seconds, known.fetched.bytes),
        (0,action_markdown/* code */.aY)(known.fingerprint.slice(0, 12)),
    ];
}
function versionCell({ version, studioUrl }, place) {
    if (version === '')
        return none;
    return place === 'summary' ? (0,action_markdown/* link */.nf)(versionText(version), studioUrl) : versionText(version);
}
function versionText(version) {
    return /^\d{1,20}$/.test(version) ? version : (0,action_markdown/* code */.aY)(version);
}
function howCell({ staged, reason, registeredFrom }, hasFailed) {
    const how = {
        local: 'local folder',
        mounted: 'mounted',
        downloaded: 'downloaded',
        none: hasFailed ? 'not staged' : 'resolved only',
    }[staged];
    const why = reason === '' ? '' : ` (${(0,action_markdown/* sentence */.em)(reason, 200)})`;
    return `${how}${why}${registeredFrom === undefined ? '' : `, registered just now from folder ${(0,action_markdown/* code */.aY)(registeredFrom)}`}`;
}
function filesCell({ files, whole }) {
    const count = files.toLocaleString('en-US');
    return files === whole.files ? count : `${count} of ${whole.files.toLocaleString('en-US')}`;
}
function timeCells(seconds, bytes) {
    return [
        seconds === 0 ? none : (0,report/* formatSeconds */.Xo)(seconds),
        seconds === 0 || bytes === 0 ? none : `${(0,report/* formatBytes */.z3)(bytes / seconds)}/s`,
    ];
}
/** The outputs that were opened, while none of them is published yet. */
function openedLine(outputs) {
    if (outputs.length === 0 || outputs.some(isDecided))
        return '';
    const names = outputs.slice(0, mostNames).map(({ dataset }) => (0,action_markdown/* code */.aY)(dataset.name));
    const left = outputs.length - names.length;
    return `Opened for output: ${names.join(', ')}${left > 0 ? ` and ${left.toLocaleString('en-US')} more` : ''}`;
}
/** What was published, and what could not be; empty until there is something. */
function outputsTable(outputs, place) {
    const shown = outputs.some(isDecided) ? outputs : [];
    const rows = shown.map((output) => () => {
        const published = (0,session/* registeredVersion */.V7)(output);
        const version = output.published === 'empty' ? 'none: no files' : 'not published';
        return [
            nameCell(output.dataset),
            ...(published ? publishedCells(published, place) : [version, none, none, none, none, none]),
        ];
    });
    return { head: ['Output', 'Version', ...numbers], rows, noun: 'output' };
}
function isDecided({ published }) {
    return published !== undefined;
}
function publishedCells(published, place) {
    const { files, bytes, seconds, fingerprint } = published;
    return [
        versionCell(published, place),
        files.toLocaleString('en-US'),
        (0,report/* formatBytes */.z3)(bytes),
        ...timeCells(seconds, bytes),
        (0,action_markdown/* code */.aY)(fingerprint.slice(0, 12)),
    ];
}
function compared(outputs) {
    return outputs.flatMap((output) => {
        const published = (0,session/* registeredVersion */.V7)(output);
        return published?.changes ? [{ label: `${published.name}:${published.version}`, changes: published.changes }] : [];
    });
}
/** What is different in each new version from the one before it. */
function changesTable(outputs) {
    const rows = compared(outputs).map(({ label, changes }) => () => [(0,action_markdown/* code */.aY)(label), ...changeCells(changes)]);
    return { head: ['What changed', 'Since', '>Added', '>Removed', '>Changed', '>Size'], rows, noun: 'version' };
}
function changeCells(changes) {
    if (changes.kind === 'first')
        return ['this is the first version', none, none, none, none];
    const before = changes.before === '' ? 'the version before' : `version ${versionText(changes.before)}`;
    if (changes.kind === 'unknown')
        return [`${before} cannot be listed (${(0,action_markdown/* sentence */.em)(changes.reason, 200)})`, none, none, none, none];
    const { added, removed, changed, netBytes, bySize } = changes;
    const counts = [added, removed, changed].map(({ files, bytes }) => files === 0 ? none : `${(0,report/* counted */.hS)(files, 'file')}, ${(0,report/* formatBytes */.z3)(bytes)}`);
    const sign = netBytes > 0 ? '+' : netBytes < 0 ? '−' : '±';
    return [bySize ? `${before}, compared by size` : before, ...counts, `${sign}${(0,report/* formatBytes */.z3)(Math.abs(netBytes))}`];
}
/** Where in each new version the changes are; empty where there are none. */
function changedFoldersTable(outputs, mostBytes) {
    const rows = compared(outputs).flatMap(({ label, changes }) => liesInFolders(changes) ? folderRows(label, changes) : []);
    if (rows.length === 0)
        return '';
    const head = ['Version', 'Folder', '>Added', '>Removed', '>Changed'];
    return (0,action_markdown/* folded */.TM)('Folders with the most changes', (0,action_markdown/* boundedTable */.c8)({ head, rows, noun: 'folder' }, mostBytes));
}
/** Files that lie in no folder are counted in the other table already. */
function liesInFolders(changes) {
    return changes.kind === 'compared' && changes.folders.some(({ folder }) => folder !== '');
}
function folderRows(label, { folders, moreFolders }) {
    const shown = folders.map(({ folder, ...counts }) => () => [
        (0,action_markdown/* code */.aY)(label),
        folder === '' ? 'in no folder' : (0,action_markdown/* code */.aY)(`${folder}/`),
        ...[counts.added, counts.removed, counts.changed].map((count) => count === 0 ? none : count.toLocaleString('en-US')),
    ]);
    return moreFolders === 0
        ? shown
        : [...shown, () => [(0,action_markdown/* code */.aY)(label), `${(0,report/* counted */.hS)(moreFolders, 'folder')} more`, none, none, none]];
}

;// CONCATENATED MODULE: ./build/action/summary.js





/** The most bytes of each part, so that a whole report has less than 60,000: the runner refuses more than 1 MiB a step, a comment 65,536 characters. */
const room = {
    failure: 5000,
    note: 700,
    notes: 3,
    warning: 800,
    warnings: 6,
    inputs: 20_000,
    outputs: 9000,
    changes: 6000,
};
/** The report as Markdown of at most 60,000 bytes; empty where there is nothing to tell. */
function renderReport(report, place) {
    const { notes, warnings, outputs } = report;
    const parts = [
        failureBox(report),
        ...bounded(notes, room.notes, 'notes').map((note) => (0,action_markdown/* sentence */.em)(note, room.note)),
        (0,action_markdown/* boundedTable */.c8)(inputsTable(report, place), room.inputs),
        openedLine(outputs),
        (0,action_markdown/* boundedTable */.c8)(outputsTable(outputs, place), room.outputs),
        (0,action_markdown/* boundedTable */.c8)(changesTable(outputs), room.changes),
        changedFoldersTable(outputs, room.changes),
        bounded(warnings, room.warnings, 'warnings')
            .map((warning) => `- ⚠️ ${(0,action_markdown/* sentence */.em)(warning, room.warning)}`)
            .join('\n'),
    ].filter((part) => part !== '');
    if (parts.length === 0)
        return '';
    const markdown = [`### ${report.title}`, ...parts, `<sub>${timeSpent(report)}</sub>`].join('\n\n');
    return place === 'comment' ? withoutIds(markdown) : markdown;
}
/** `Took 12.3 s: sign in 1.2 s (10 %), download 11.1 s (90 %)` */
function timeSpent({ phases }) {
    const total = phases.reduce((sum, { seconds }) => sum + seconds, 0);
    const worthwhile = phases.filter(({ seconds }) => seconds >= 0.05);
    const shares = worthwhile.map(({ name, seconds }) => `${name} ${(0,report/* formatSeconds */.Xo)(seconds)} (${Math.round((100 * seconds) / total)} %)`);
    return `Took ${(0,report/* formatSeconds */.Xo)(total)}${shares.length > 0 ? `: ${shares.join(', ')}` : ''}`;
}
/** Adds Markdown to the job summary. One that cannot be written is no reason to fail a step that has done its work. */
async function writeSummary(markdown) {
    try {
        await core/* summary */.z.addRaw(`${markdown}\n\n`).write();
    }
    catch (error) {
        action_log/* actionLog */.Z.info(`The job summary could not be written: ${(0,report/* messageOf */.bD)(error)}`);
    }
}
/** `explainFailure` puts the code and the address of its explanation last. */
function failureBox({ failure }) {
    if (!failure)
        return '';
    const [, message = failure.message, name = '', url = ''] = /^(.*) \[([a-z0-9-]+)\] (\S+)$/s.exec(failure.message) ?? [];
    const explanation = name === '' ? '' : ` ${(0,action_markdown/* link */.nf)((0,action_markdown/* code */.aY)(name), url)}`;
    return `> [!${failure.isCancelled ? 'WARNING' : 'CAUTION'}]\n> ${(0,action_markdown/* sentence */.em)(message, room.failure)}${explanation}`;
}
function bounded(texts, most, noun) {
    if (texts.length <= most)
        return texts;
    return [...texts.slice(0, most), `${(texts.length - most).toLocaleString('en-US')} more ${noun} are in the log.`];
}
function withoutIds(markdown) {
    return markdown.replace(/\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi, '•••');
}


/***/ }),

/***/ 68082:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  sR: () => (/* reexport */ changesSince),
  yr: () => (/* reexport */ checkOutput),
  MK: () => (/* reexport */ checkTags),
  Ab: () => (/* reexport */ chooseMountedFolder),
  t1: () => (/* reexport */ chooseWrittenFolder),
  PW: () => (/* reexport */ combineFingerprints),
  hA: () => (/* reexport */ defaultPlace),
  C: () => (/* reexport */ downloadInputs),
  zz: () => (/* reexport */ ensureInput),
  Wy: () => (/* reexport */ labelOf),
  Pn: () => (/* reexport */ locateInput),
  uS: () => (/* reexport */ openOutputFolder),
  VE: () => (/* reexport */ parseInputDatasets),
  SS: () => (/* reexport */ parseOutputDatasets),
  hN: () => (/* reexport */ parseYaml),
  o5: () => (/* reexport */ placeOfOutput),
  x9: () => (/* reexport */ probeInput),
  _w: () => (/* reexport */ probeOutput),
  i6: () => (/* reexport */ publishMounted),
  P5: () => (/* reexport */ publishOutput),
  JJ: () => (/* reexport */ publishWritten),
  b7: () => (/* reexport */ refuseOverlaps),
  kD: () => (/* reexport */ removeWritten),
  vN: () => (/* reexport */ reportMounted),
  fU: () => (/* reexport */ reportResolved),
  R2: () => (/* reexport */ requireEmpty),
  Fw: () => (/* reexport */ requireMountable),
  Lm: () => (/* reexport */ requireOursOrEmpty),
  YG: () => (/* reexport */ resolveTargetFolder),
  wX: () => (/* reexport */ stageLocalFolder),
  To: () => (/* reexport */ tryReadingDatasets),
  qL: () => (/* reexport */ tryWriting)
});

// EXTERNAL MODULE: ./build/azureml/index.js + 28 modules
var azureml = __webpack_require__(3570);
// EXTERNAL MODULE: ./build/blobs/index.js + 18 modules
var blobs = __webpack_require__(52026);
// EXTERNAL MODULE: ./build/report/index.js + 3 modules
var report = __webpack_require__(92036);
// EXTERNAL MODULE: ./build/transfer/index.js + 22 modules
var transfer = __webpack_require__(76112);
;// CONCATENATED MODULE: ./build/datasets/context.js
/** The name of a dataset's datastore: its own, else the action's default; undefined for the workspace's. */
function datastoreNameFor({ defaultDatastore }, datastore) {
    return datastore ?? (defaultDatastore || undefined);
}
/** The datastore of a dataset: its own, else the action's default, else the workspace's. */
function datastoreFor(context, datastore) {
    return context.access.datastore(context.workspace, datastoreNameFor(context, datastore));
}
/** Works on a container. What its account refuses, or the network breaks, becomes an instruction with the account, the file and the credentials. */
async function onContainer({ access }, container, work) {
    try {
        return await work();
    }
    catch (error) {
        throw await access.explain(container, error);
    }
}

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(77598);
;// CONCATENATED MODULE: ./build/datasets/fingerprint.js

/** SHA-256 over the paths with size and MD5 (ETag for files that have none). The files are sorted by path, as snapshots and local files are. */
function fingerprintOf(files) {
    const hash = (0,external_node_crypto_.createHash)('sha256');
    let [count, withMd5] = [0, 0];
    for (const { path, size, md5, etag } of files) {
        count += 1;
        if (md5 !== undefined)
            withMd5 += 1;
        // NUL cannot be part of a path, so that no two lists of files give the same text.
        hash.update(`${path}\0${size}\0${md5 === undefined ? `etag:${etag}` : `md5:${md5}`}\0`);
    }
    return { value: hash.digest('hex'), basis: withMd5 === count ? 'md5' : withMd5 === 0 ? 'etag' : 'mixed' };
}
/** One fingerprint for several datasets, whatever their order. */
function combineFingerprints(datasets) {
    const lines = datasets.map(({ dataName, fingerprint }) => `${dataName}\0${fingerprint}\0`).sort();
    return (0,external_node_crypto_.createHash)('sha256').update(lines.join('')).digest('hex');
}

// EXTERNAL MODULE: ./node_modules/picomatch/index.js
var picomatch = __webpack_require__(14006);
// EXTERNAL MODULE: ./node_modules/bytes/index.js
var bytes = __webpack_require__(34531);
;// CONCATENATED MODULE: ./build/datasets/sample.js



/** `200`, `2%`, `1GB`. Units of bytes are powers of 1024. */
function parseSample(text) {
    const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*(%|[kmgtp]?b)?$/i.exec(text.trim()) ?? [];
    const size = toSize(number, unit);
    if (number && size)
        return size;
    throw new report/* UserError */.yo('bad-dataset', `sample: ${(0,report/* quoted */.TL)(text)} is neither a number of files (200), nor a share (2%), nor a size (1GB).`);
}
function toSize(number, unit) {
    const value = Number(number);
    if (!(value > 0))
        return undefined;
    if (unit === '%')
        return value <= 100 ? { kind: 'percent', percent: value } : undefined;
    if (unit)
        return { kind: 'bytes', bytes: bytes.parse(number + unit) ?? 0 };
    return Number.isInteger(value) ? { kind: 'count', count: value } : undefined;
}
/**
 * Takes a sample of files, or of the folders that hold files, in the order of a hash of their paths: as data is added, what was chosen
 * stays chosen, as far as the size allows. At least one file or folder is taken.
 */
function takeSample(files, size, by) {
    const groups = groupsOf(files, by);
    const ranked = Uint32Array.from(groups.ranks.keys()).sort((a, b) => rankOf(groups, a) - rankOf(groups, b));
    const isChosen = new Uint8Array(ranked.length);
    for (const group of takeWhile(ranked, size, groups))
        isChosen[group] = 1;
    const chosen = [];
    for (let index = 0; index < files.length; index += 1)
        if (isChosen[groups.groupOf(index)])
            chosen.push(index);
    return files.pick(chosen);
}
function groupsOf(files, by) {
    const { length } = files;
    if (by === 'file') {
        const ranks = new Float64Array(length);
        const bytes = new Float64Array(length);
        for (let index = 0; index < length; index += 1) {
            ranks[index] = hashOf(files.pathAt(index));
            bytes[index] = files.sizeAt(index);
        }
        return { groupOf: (index) => index, ranks, bytes };
    }
    const ids = new Map();
    const groups = new Uint32Array(length);
    const bytes = [];
    for (let index = 0; index < length; index += 1) {
        const folder = folderOf(files.pathAt(index));
        const id = ids.get(folder) ?? ids.size;
        ids.set(folder, id);
        groups[index] = id;
        bytes[id] = (bytes[id] ?? 0) + files.sizeAt(index);
    }
    const ranks = Float64Array.from(ids.keys(), hashOf);
    return { groupOf: (index) => groups[index] ?? 0, ranks, bytes: Float64Array.from(bytes) };
}
function takeWhile(ranked, size, groups) {
    switch (size.kind) {
        case 'count':
            return ranked.subarray(0, size.count);
        case 'percent':
            // By the hash itself and not by its rank, so that adding data never drops a file that was chosen.
            return atLeastOne(ranked.filter((group) => rankOf(groups, group) < (size.percent / 100) * 2 ** 48), ranked);
        case 'bytes': {
            let sum = 0;
            const fitting = ranked.filter((group) => {
                const bytesOfGroup = groups.bytes[group] ?? 0;
                if (sum + bytesOfGroup > size.bytes)
                    return false;
                sum += bytesOfGroup;
                return true;
            });
            return atLeastOne(fitting, ranked);
        }
    }
}
function atLeastOne(chosen, all) {
    return chosen.length > 0 ? chosen : all.subarray(0, 1);
}
function rankOf({ ranks }, group) {
    return ranks[group] ?? 0;
}
function folderOf(path) {
    return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
function hashOf(path) {
    return (0,external_node_crypto_.createHash)('sha256').update(path).digest().readUIntBE(0, 6);
}

// EXTERNAL MODULE: external "node:vm"
var external_node_vm_ = __webpack_require__(30714);
;// CONCATENATED MODULE: ./build/datasets/time-limit.js

/** Made once, as it takes a millisecond or more. */
let context;
/**
 * Does work that cannot be told to stop, such as matching a regular expression, and ends it after so many milliseconds.
 * @throws what `tooLong` makes, when it took longer
 */
function withinTime(milliseconds, work, tooLong) {
    context ??= (0,external_node_vm_.createContext)();
    context.work = work;
    try {
        // The only way to end code that never gives control back: V8 ends what a script of `node:vm` calls, too.
        return (0,external_node_vm_.runInContext)('work()', context, { timeout: milliseconds });
    }
    catch (error) {
        // An error of another realm: `instanceof Error` does not know it.
        if (error?.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT')
            throw tooLong();
        throw error;
    }
}

;// CONCATENATED MODULE: ./build/datasets/selection.js




/** So many files take a millisecond or two, whatever the globs are, unless one of them is a trap. */
const filesAtOnce = 500;
const mostMilliseconds = 2000;
function selectsAll({ include, exclude, sample }) {
    return include.length === 0 && exclude.length === 0 && sample === undefined;
}
/**
 * The wanted files of a snapshot: globs on the path within the dataset first (dotfiles too, case-sensitive), then the sample.
 * @throws UserError when nothing is left
 */
function selection_select(snapshot, selection, label) {
    if (selectsAll(selection))
        return snapshot;
    const matching = matchingFiles(snapshot, selection, label);
    if (matching.length === 0)
        throw nothingLeft(snapshot, selection, label);
    return selection.sample ? takeSample(matching, selection.sample, selection.sampleBy) : matching;
}
/** The same of one page of a listing, of which nothing need be left; a sample can be taken of the whole only. */
function selectOfPage(page, selection, label) {
    return selectsAll(selection) ? page : matchingFiles(page, selection, label);
}
/** Names, and so how long a glob takes for them, are in the hands of whoever writes to the container. */
function matchingFiles(snapshot, selection, label) {
    const limited = (work) => withinTime(mostMilliseconds, work, () => tooSlow(selection, label));
    const matches = limited(() => matcher(selection));
    const matching = [];
    for (let start = 0; start < snapshot.length; start += filesAtOnce) {
        const end = Math.min(start + filesAtOnce, snapshot.length);
        limited(() => {
            for (let index = start; index < end; index += 1)
                if (matches(snapshot.pathAt(index)))
                    matching.push(index);
        });
    }
    return snapshot.pick(matching);
}
function matcher({ include, exclude }) {
    const options = { dot: true, nocase: false };
    const included = include.length > 0 ? picomatch([...include], options) : () => true;
    const excluded = exclude.length > 0 ? picomatch([...exclude], options) : () => false;
    return (path) => included(path) && !excluded(path);
}
function tooSlow({ include, exclude }, label) {
    return new report/* UserError */.yo('bad-dataset', `${label}: include [${(0,report/* listed */.KE)(include)}] and exclude [${(0,report/* listed */.KE)(exclude)}] take too long to compare with the names of its files. Use fewer "*" and "+(…)" within one glob.`);
}
function nothingLeft(snapshot, { include, exclude }, label) {
    const first = Array.from({ length: Math.min(3, snapshot.length) }, (_, index) => snapshot.pathAt(index));
    return new report/* UserError */.yo('nothing-selected', `${label} has ${(0,report/* counted */.hS)(snapshot.length, 'file')}, but include [${(0,report/* listed */.KE)(include)}] and exclude [${(0,report/* listed */.KE)(exclude)}] leave none. Globs match the path within the dataset, for instance ${(0,report/* listed */.KE)(first)}.`);
}

;// CONCATENATED MODULE: ./build/datasets/tags.js

/** The tag that tells what a folder held when its version was registered. */
const fingerprintTag = 'fingerprint';
const reservedTags = ['repository', 'sha', 'ref', 'run', 'attempt', 'inputs', fingerprintTag];
/** Tags of runs hold so much; for tags of data assets no number is published. */
const longestValue = 1000;
/** @throws UserError for tags of the user's that we set ourselves */
function checkTags(dataset, tags) {
    const clash = Object.keys(tags).find((tag) => reservedTags.includes(tag));
    if (clash === undefined)
        return;
    throw new report/* UserError */.yo('bad-dataset', `Output "${dataset}": the tag "${clash}" is set by the action itself (it sets ${reservedTags.join(', ')}). Choose another name.`);
}
/** The tags of a published version: the user's, and where it came from. */
function publishedTags(tags, provenance, fingerprint) {
    const { repository, sha, ref, run, attempt, inputs } = provenance;
    const own = { repository, sha, ref, run, attempt, inputs: shortened(inputs), [fingerprintTag]: fingerprint };
    return { ...tags, ...Object.fromEntries(Object.entries(own).filter(([, value]) => value !== '')) };
}
function shortened(names) {
    const all = names.join(', ');
    return all.length <= longestValue ? all : `${all.slice(0, longestValue - 1)}…`;
}
/** A version that could not be made though it does not exist: the name belongs to a v1 dataset, or the service does not like it. */
function explainNameClash(name, reason) {
    const said = (0,report/* quoted */.TL)(reason).slice(1, -1);
    if (/v1 data container/i.test(reason)) {
        return new report/* UserError */.yo('v1-name-clash', `The name "${name}" belongs to a v1 dataset of this workspace, which takes no v2 versions and cannot be renamed. Use another name, such as "${name}_v2", with "path: ${name}/". (${said})`);
    }
    return new report/* UserError */.yo('registration-refused', `Dataset "${name}" could not be registered: ${said}`);
}

;// CONCATENATED MODULE: ./build/datasets/ensure.js








/**
 * Makes sure that the data asset of an input exists, and takes a snapshot of it. An asset that does not exist is made from the folder of its name.
 * @throws UserError for versions, folders and files that do not exist, and for everything that is refused on the way
 */
async function ensureInput(context, dataset, place) {
    const early = earlyDownload(context, dataset, place);
    try {
        return await ensure(context, dataset, early);
    }
    catch (error) {
        await early.download?.abandon();
        throw error;
    }
}
function earlyDownload(context, { selection }, place) {
    const { signal, log } = context;
    const early = {
        begin: async (container, label) => {
            if (!place || selection.sample)
                return undefined;
            await early.download?.abandon();
            const download = await (0,transfer.beginDownload)({ ...place, container, label, signal, log });
            early.download = download;
            return download && ((page) => download.onPage(selectOfPage(page, selection, label)));
        },
    };
    return early;
}
async function ensure(context, dataset, early) {
    context.stopwatch.begin('find datasets');
    const existing = await chooseVersion(context, dataset);
    const { asset, container, whole, registeredFrom } = existing
        ? await listAsset(context, existing, dataset, { begin: early.begin })
        : await createFromFolder(context, dataset, early);
    const snapshot = selection_select(whole, dataset.selection, `Dataset ${labelOf(asset)}`);
    const fingerprint = fingerprintOf(snapshot);
    compareWithTag(context, asset, () => (snapshot === whole ? fingerprint : fingerprintOf(whole)).value);
    const part = selectsAll(dataset.selection) ? '' : ` of ${(0,report/* counted */.hS)(whole.length, 'file')}`;
    context.log.info(`Input ${labelOf(asset)}: ${(0,report/* counted */.hS)(snapshot.length, 'file')}${part}, fingerprint ${fingerprint.value.slice(0, 16)}… (${fingerprint.basis}).`);
    return {
        dataset,
        asset,
        container,
        studioUrl: (0,azureml/* studioUrl */.EL)(context.workspace, asset.name, asset.version),
        registeredFrom,
        whole: { files: whole.length, bytes: whole.bytes },
        snapshot,
        fingerprint,
        begun: await early.download?.settle(snapshot),
    };
}
/** `my_folder:7` */
function labelOf({ name, version }) {
    return `${name}:${version}`;
}
/** Lists what a version points at: all files, which may be none. */
async function listVersion(context, version, signal, { most, begin } = {}) {
    const { dataType, dataUri } = version;
    const { container, path } = await (0,azureml/* locateData */.zA)(context.workspace, context.access, dataUri, signal);
    const onFiles = (0,transfer.tellListing)(context.log, labelOf(version));
    const whole = await onContainer(context, container, async () => {
        if (dataType === 'uri_file')
            return (0,blobs/* takeFileSnapshot */.gr)(container, path, signal);
        const onPage = await begin?.(container, labelOf(version));
        return (0,blobs/* takeSnapshot */.W9)(container, path === '' ? '' : `${path}/`, signal, { most, onFiles, onPage });
    });
    return { container, path, whole };
}
/** The version to use, or undefined where the asset does not exist and is to be made. */
async function chooseVersion(context, { name, version }) {
    if (version !== undefined)
        return (await (0,azureml/* findDataVersion */.Ii)(context.workspace, name, version)) ?? noSuchVersion(context, name, version);
    const active = await (0,azureml/* listDataVersions */._2)(context.workspace, name);
    const [highest] = active
        .filter((candidate) => /^\d+$/.test(candidate.version))
        .sort((a, b) => Number(b.version) - Number(a.version));
    if (highest)
        return highest;
    const container = await (0,azureml/* findDataContainer */.B4)(context.workspace, name);
    if (container?.latestVersion === undefined)
        return undefined;
    const latest = await (0,azureml/* findDataVersion */.Ii)(context.workspace, name, container.latestVersion);
    if (latest && !latest.isArchived)
        return latest;
    const [newest] = active;
    if (newest)
        return newest;
    throw new report/* UserError */.yo('dataset-archived', `All versions of dataset "${name}" are archived. Restore one (az ml data restore), or name a version to use it all the same.`);
}
async function noSuchVersion({ workspace }, name, version) {
    const versions = (await (0,azureml/* listDataVersions */._2)(workspace, name)).map((candidate) => candidate.version);
    if (versions.length > 0) {
        throw new report/* UserError */.yo('version-not-found', `Dataset "${name}" has no version ${version}. There are: ${(0,report/* listed */.KE)(versions, 20)}.`);
    }
    throw new report/* UserError */.yo('dataset-not-found', `There is no dataset "${name}", so it has no version ${version}. Without a version it would be made from the folder of its name.`);
}
/**
 * The same for an input.
 * @throws UserError where there is nothing
 */
async function listAsset(context, asset, dataset, how = {}) {
    context.stopwatch.begin('list');
    const { container, path, whole } = await listVersion(context, asset, context.signal, how);
    // `path` says what a missing dataset is made of; one that exists has its place already.
    if (dataset.path !== undefined && dataset.path !== `${path}/`) {
        context.log.warning(`"path: ${dataset.path}" is not used: dataset ${labelOf(asset)} exists and points at ${(0,report/* quoted */.TL)(path)}.`);
    }
    if (whole.length > 0)
        return { asset, container, whole, registeredFrom: undefined };
    const what = asset.dataType === 'uri_file' ? 'is no file' : 'are no files';
    throw new report/* UserError */.yo('dataset-empty', `Dataset ${labelOf(asset)} points at ${(0,report/* quoted */.TL)(path)} in container "${container.location.containerName}", where there ${what}. Was it deleted or moved?`);
}
/** The folder that a dataset is made of where it does not exist. Ends in `/`. */
function ensure_folderOf({ name, path }) {
    return path ?? `${name}/`;
}
/**
 * Lists the folder that a dataset would be made of.
 * @throws UserError that names the nearest folders, where there is nothing
 */
async function listFolder(context, dataset, { most, begin } = {}) {
    const { workspace, access, signal } = context;
    const path = ensure_folderOf(dataset);
    const datastore = await datastoreFor(context, dataset.datastore);
    const container = await access.open(workspace, datastore, path, 'read', signal);
    context.stopwatch.begin('list');
    const onFiles = (0,transfer.tellListing)(context.log, `Folder ${(0,report/* quoted */.TL)(path)}`);
    const whole = await onContainer(context, container, async () => {
        const onPage = await begin?.(container, dataset.name);
        return (0,blobs/* takeSnapshot */.W9)(container, path, signal, { most, onFiles, onPage });
    });
    if (whole.length === 0)
        throw await noSuchFolder(context, dataset.name, path, datastore.name, container);
    return { datastore, container, whole };
}
/** Registers version 1 for the folder, or uses the version that another job registered meanwhile. */
async function createFromFolder(context, dataset, early) {
    const { workspace, log } = context;
    const path = ensure_folderOf(dataset);
    const { datastore, container, whole } = await listFolder(context, dataset, { begin: early.begin });
    context.stopwatch.begin('register');
    const dataUri = (0,azureml/* datastoreUri */.G4)(workspace.name, datastore.name, path);
    const version = (await (0,azureml/* findDataContainer */.B4)(workspace, dataset.name))?.nextVersion ?? '1';
    const { taken, reason } = await (0,azureml/* putDataVersion */._l)(workspace, dataset.name, version, {
        dataType: 'uri_folder',
        dataUri,
        tags: { [fingerprintTag]: fingerprintOf(whole).value },
    });
    const asset = await (0,azureml/* findDataVersion */.Ii)(workspace, dataset.name, version);
    if (!asset)
        throw explainNameClash(dataset.name, taken ? reason : 'the version was not there when it was read back');
    if (!(0,azureml/* sameDataUri */.bi)(asset.dataUri, dataUri, workspace.name)) {
        log.info(`Dataset ${labelOf(asset)} was registered by another job meanwhile; using that.`);
        return listAsset(context, asset, dataset, { begin: early.begin });
    }
    if (!taken)
        log.info(`Registered ${labelOf(asset)} for folder ${(0,report/* quoted */.TL)(path)} of datastore "${datastore.name}".`);
    return { asset, container, whole, registeredFrom: taken ? undefined : path };
}
async function noSuchFolder(context, name, path, datastore, container) {
    const parent = path.slice(0, path.lastIndexOf('/', path.length - 2) + 1);
    const folders = await onContainer(context, container, () => (0,blobs/* listFolders */.uT)(container, parent, 5000, context.signal));
    const near = (0,report/* nearest */.pA)(path.slice(parent.length, -1), folders);
    const exist = near.length > 0
        ? `Nearest: ${(0,report/* listed */.KE)(near)}.`
        : folders.length > 0
            ? `There are: ${(0,report/* listed */.KE)(folders)}.`
            : 'There are no folders at all.';
    return new report/* UserError */.yo('dataset-not-found', `There is no dataset "${name}", and no folder ${(0,report/* quoted */.TL)(path)} in datastore "${datastore}" (container "${container.location.containerName}") to make it from. ${exist}`);
}
/** A version that points at a live folder carries the fingerprint it was registered with. */
function compareWithTag({ log }, asset, fingerprintNow) {
    const registered = asset.tags[fingerprintTag];
    if (registered === undefined)
        return;
    const now = fingerprintNow();
    if (now === registered)
        return;
    log.warning(`Dataset ${labelOf(asset)} is not what it was when it was registered: its folder was written to. Fingerprint then ${registered}, now ${now}. ` +
        'Publish to a folder of its own to have versions that never change.');
}

;// CONCATENATED MODULE: ./build/datasets/changes.js




const mostFolders = 10;
/**
 * Compares a version that was just registered with the one before it: the highest number below its own that is not archived, else the one made
 * before. That one is listed for it. Whatever stands against it is part of the answer and never an error; `patience` ends it.
 */
async function changesSince(context, { name, version }, content, patience) {
    context.stopwatch.begin('compare');
    const signal = AbortSignal.any([context.signal, patience]);
    let before;
    try {
        before = await orEnd(versionBefore(context, name, version), signal);
        if (!before)
            return { kind: 'first' };
        const { whole } = await orEnd(listVersion(context, before, signal), signal);
        if (whole.length === 0)
            return { kind: 'unknown', before: before.version, reason: 'there are no files any more' };
        const changes = compareFiles(whole, content);
        context.log.info(`${name}:${version} compared with version ${before.version}: ${inWords(changes)}.`);
        return { kind: 'compared', before: before.version, ...changes };
    }
    catch (error) {
        context.log.debug(`${before ? labelOf(before) : name} could not be compared with: ${(0,report/* messageOf */.bD)(error)}`);
        return { kind: 'unknown', before: before?.version ?? '', reason: reasonOf(error, context.signal, patience) };
    }
}
/** Requests to Resource Manager don't know our patience: they are left behind. */
async function orEnd(work, signal) {
    const ended = new Promise((_, reject) => {
        if (signal.aborted)
            reject(signal.reason);
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    return Promise.race([work, ended]);
}
async function versionBefore({ workspace }, name, version) {
    const others = (await (0,azureml/* listDataVersions */._2)(workspace, name)).filter((other) => other.version !== version);
    const [highest] = others
        .filter((other) => /^\d+$/.test(other.version) && Number(other.version) < Number(version))
        .sort((a, b) => Number(b.version) - Number(a.version));
    return highest ?? others.find((other) => !/^\d+$/.test(other.version));
}
function reasonOf(error, stopped, patience) {
    if (stopped.aborted)
        return 'the step was cancelled';
    if (patience.aborted)
        return 'it took too long';
    if (error instanceof report/* UserError */.yo)
        return error.code;
    if (error instanceof blobs/* BlobError */.K4)
        return error.code;
    return 'the debug log says why';
}
/** What of two lists of files is different. Both are sorted by path, as snapshots are. */
function compareFiles(before, now) {
    const count = startCounting();
    const fresh = now[Symbol.iterator]();
    let bySize = false;
    let file = nextOf(fresh);
    for (const old of before) {
        for (; file && file.path < old.path; file = nextOf(fresh))
            count('added', file.path, file.size, file.size);
        if (file?.path !== old.path) {
            count('removed', old.path, old.size, -old.size);
            continue;
        }
        if (isChanged(old, file))
            count('changed', file.path, file.size, file.size - old.size);
        bySize ||= file.md5 === undefined || old.md5 === undefined;
        file = nextOf(fresh);
    }
    for (; file; file = nextOf(fresh))
        count('added', file.path, file.size, file.size);
    return { ...count.result(), bySize };
}
function nextOf(items) {
    const { value, done } = items.next();
    return done ? undefined : value;
}
/** The ETag tells nothing: two blobs never have the same. */
function isChanged(before, now) {
    if (before.size !== now.size)
        return true;
    return before.md5 !== undefined && now.md5 !== undefined && before.md5 !== now.md5;
}
function startCounting() {
    const tally = { added: { files: 0, bytes: 0 }, removed: { files: 0, bytes: 0 }, changed: { files: 0, bytes: 0 } };
    const folders = new Map();
    let netBytes = 0;
    const count = (kind, path, bytes, net) => {
        tally[kind].files += 1;
        tally[kind].bytes += bytes;
        netBytes += net;
        const folder = path.slice(0, Math.max(0, path.indexOf('/')));
        const counts = folders.get(folder) ?? { folder, added: 0, removed: 0, changed: 0 };
        counts[kind] += 1;
        folders.set(folder, counts);
    };
    const sum = ({ added, removed, changed }) => added + removed + changed;
    const result = () => ({
        ...tally,
        netBytes,
        folders: [...folders.values()].sort((a, b) => sum(b) - sum(a)).slice(0, mostFolders),
        moreFolders: Math.max(0, folders.size - mostFolders),
    });
    return Object.assign(count, { result });
}
function inWords({ added, removed, changed }) {
    return `${(0,report/* counted */.hS)(added.files, 'file')} added, ${removed.files.toLocaleString('en-US')} removed, ${changed.files.toLocaleString('en-US')} changed`;
}

;// CONCATENATED MODULE: ./build/datasets/destination.js





/** A folder that nothing was ever written to, and nothing else ever will be: its version can never change. */
function ownFolder(dataset, runId, runAttempt) {
    return `azureml-datasets/${dataset}/${runId}.${runAttempt}.${(0,external_node_crypto_.randomBytes)(4).toString('hex')}/`;
}
/** Whether a folder is one that a dataset got in this run. */
function isOwnFolder(folder, dataset, runId) {
    const start = `azureml-datasets/${dataset}/${runId}.`;
    return folder.startsWith(start) && /^\d+\.[0-9a-f]{8}\/$/.test(folder.slice(start.length));
}
/**
 * A folder that the user named may hold files already, or be part of a registered version. Unless `overwrite`, that is an error; with it, a
 * warning that says which versions change.
 */
async function checkDestination(workspace, destination, overwrite, signal, log) {
    const touched = await versionsAround(workspace, destination, signal);
    const present = await firstFiles(destination, signal);
    if (touched.length === 0 && present.length === 0)
        return;
    const where = `Folder ${(0,report/* quoted */.TL)(destination.path)} of datastore "${destination.datastore}"`;
    const facts = [
        present.length > 0 && `holds files already (${(0,report/* listed */.KE)(present, 3)})`,
        touched.length > 0 && `is part of ${(0,report/* counted */.hS)(touched.length, 'registered version')} (${(0,report/* listed */.KE)(touched)})`,
    ].filter(Boolean);
    if (!overwrite) {
        throw new report/* UserError */.yo('destination-not-empty', `${where} ${facts.join(' and ')}. Leave out "path", so that every version has a folder of its own, or say "overwrite-existing: true".`);
    }
    if (touched.length > 0)
        log.warning(`${where} ${facts.join(' and ')}. They will change, as overwrite-existing is true.`);
}
async function firstFiles({ container, path }, signal) {
    for await (const page of (0,blobs/* listPages */.pN)(container, path, signal))
        if (page.length > 0)
            return Array.from({ length: Math.min(4, page.length) }, (_, index) => page.name(index));
    return [];
}
/**
 * Registered versions, archived ones too, whose folder the destination lies in or around. Every dataset of the workspace is asked: any of
 * them may be hit.
 */
async function versionsAround(workspace, destination, signal) {
    const datastores = await datastoresOn(workspace, destination);
    const names = await (0,azureml/* listDataNames */.d1)(workspace);
    const touched = await (0,transfer.inParallel)(names, 8, signal, async (name) => {
        const versions = await (0,azureml/* listDataVersions */._2)(workspace, name, 'All');
        const hit = versions.filter(({ dataUri }) => overlaps(destination.path, placeOf(workspace, destination, datastores, dataUri)));
        return hit.map(({ version }) => `${name}:${version}`);
    });
    return touched.flat();
}
/** Names, in lower case, of all datastores that show the destination's container: one container may have several. */
async function datastoresOn(workspace, { datastore, container }) {
    const datastores = await (0,azureml/* listBlobDatastores */.aE)(workspace);
    const same = datastores.filter(({ location }) => (0,blobs/* isSameContainer */.W7)(location, container.location));
    return new Set([datastore, ...same.map(({ name }) => name)].map((name) => name.toLowerCase()));
}
function overlaps(destination, place) {
    if (place === undefined)
        return false;
    const folder = place === '' || place.endsWith('/') ? place : `${place}/`;
    return folder.startsWith(destination) || destination.startsWith(folder);
}
/** Where in the destination's container a URI points; undefined for other containers, as far as the URI itself tells. */
function placeOf(workspace, { container }, datastores, dataUri) {
    const uri = parsed(dataUri);
    if (uri?.kind === 'blob')
        return (0,blobs/* isSameContainer */.W7)(uri, container.location) ? uri.path : undefined;
    if (uri?.kind !== 'datastore' || !datastores.has(uri.datastore.toLowerCase()))
        return undefined;
    return uri.workspace === undefined || (0,azureml/* isSameWorkspace */.i8)(uri.workspace, workspace.name) ? uri.path : undefined;
}
function parsed(dataUri) {
    try {
        return (0,azureml/* parseDataUri */.W$)(dataUri);
    }
    catch {
        return undefined; // a form that cannot be staged cannot be written to either
    }
}

;// CONCATENATED MODULE: ./build/datasets/verify.js

/**
 * Compares what lies in a folder with what has to lie there, both sorted by path. Files that were there before stay: they are part of the version,
 * and that is told.
 * @param isRight whether a file is the expected one with that index
 * @throws UserError where files are missing or others, or are there that nobody may have written
 */
function requireAsExpected(content, expected, isRight, { output, path, log }) {
    const { wrong, others } = compare(content, expected, isRight);
    if (wrong.length > 0) {
        throw new report/* UserError */.yo('upload-incomplete', `${(0,report/* counted */.hS)(wrong.length, 'file')} of output "${output.name}" are not in ${(0,report/* quoted */.TL)(path)} as they were uploaded: ${(0,report/* listed */.KE)(wrong)}. Nothing was registered. Does something else write to this folder?`);
    }
    if (others.length === 0)
        return;
    if (!output.overwriteExisting) {
        throw new report/* UserError */.yo('destination-not-empty', `Something else writes to ${(0,report/* quoted */.TL)(path)}: it holds ${(0,report/* listed */.KE)(others)}, which output "${output.name}" has not. Nothing was registered.`);
    }
    log.warning(`${(0,report/* quoted */.TL)(path)} also holds ${(0,report/* counted */.hS)(others.length, 'file')} of before (${(0,report/* listed */.KE)(others, 3)}); they are part of the new version of "${output.name}".`);
}
/** Goes through both side by side. */
function compare(content, expected, isRight) {
    const wrong = [];
    const others = [];
    let next = 0;
    for (const found of content) {
        for (let file = expected[next]; file && file.path < found.path; file = expected[next]) {
            wrong.push(file.path);
            next += 1;
        }
        const file = expected[next];
        if (file?.path !== found.path) {
            others.push(found.path);
            continue;
        }
        if (!isRight(found, next))
            wrong.push(file.path);
        next += 1;
    }
    for (const { path } of expected.slice(next))
        wrong.push(path);
    return { wrong, others };
}

;// CONCATENATED MODULE: ./build/datasets/publish.js









/** How many numbers are tried before we give up: other jobs may register versions at the same time. */
const mostTries = 20;
/**
 * Uploads what the job wrote, verifies it, and registers it as the next version: in this order, so that a version is complete or does not exist.
 * @returns undefined where the folder is empty and that is allowed
 */
async function publishOutput(context, request) {
    const start = performance.now();
    const { output } = request;
    const { stopwatch } = context;
    stopwatch.begin('read output folders');
    const files = await filesToPublish(request);
    if (files.length === 0)
        return nothingToPublish(context, request);
    stopwatch.begin('check outputs');
    const destination = await openDestination(context, output, request.provenance);
    stopwatch.begin('upload');
    const uploaded = await upload(context, request, destination, files);
    stopwatch.begin('verify');
    const content = await verify(context, request, destination, files, uploaded);
    return publishContent(context, request, destination, content, start);
}
/** Registers what lies in the destination, and has been verified. */
async function publishContent(context, request, destination, content, start) {
    const { output } = request;
    const fingerprint = fingerprintOf(content);
    context.stopwatch.begin('register');
    const { version, uri } = await register(context, request, destination, fingerprint.value);
    const seconds = (performance.now() - start) / 1000;
    context.log.info(`Published ${output.name}:${version}: ${(0,report/* counted */.hS)(content.length, 'file')}, ${(0,report/* formatBytes */.z3)(content.bytes)} in ${(0,report/* formatSeconds */.Xo)(seconds)}.`);
    const published = {
        dataName: output.dataName,
        name: output.name,
        version,
        id: `azureml:${output.name}:${version}`,
        uri: (0,azureml/* shortUri */.tU)(uri),
        studioUrl: (0,azureml/* studioUrl */.EL)(context.workspace, output.name, version),
        fingerprint: fingerprint.value,
        fingerprintBasis: fingerprint.basis,
        files: content.length,
        bytes: content.bytes,
        seconds,
    };
    return { published, content };
}
/**
 * Finds out early, before the job has computed for hours, whether an output can be published: its datastore opens, and its folder is free.
 */
async function checkOutput(context, output) {
    context.stopwatch.begin('check outputs');
    await openDestination(context, output, { run: 'check', attempt: '0' });
}
async function filesToPublish({ folder }) {
    return (0,transfer.listLocalFiles)(folder, 'refuse').catch((error) => {
        if (error.code === 'ENOENT' && error.path === folder)
            return [];
        throw error;
    });
}
function nothingToPublish({ log }, { output, folder, ifNoFilesFound }) {
    const message = `Output "${output.name}": there are no files in ${folder}, so no version is registered.`;
    if (ifNoFilesFound === 'error') {
        throw new report/* UserError */.yo('output-empty', `${message} Did the job write elsewhere? If an empty output is fine, set "if-no-files-found: warn".`);
    }
    if (ifNoFilesFound === 'warn')
        log.warning(message);
    else
        log.info(message);
    return undefined;
}
async function openDestination(context, output, { run, attempt }) {
    const { workspace, access, signal, log } = context;
    const datastore = await datastoreFor(context, output.datastore);
    const path = output.path ?? ownFolder(output.name, run, attempt);
    const container = await access.open(workspace, datastore, path, 'write', signal);
    const destination = { datastore: datastore.name, path, container };
    if (output.path !== undefined) {
        await onContainer(context, container, () => checkDestination(workspace, destination, output.overwriteExisting, signal, log));
    }
    return destination;
}
async function upload(context, { output, folder, concurrency }, { container, path }, files) {
    const { signal, log } = context;
    const replace = output.overwriteExisting && output.path !== undefined;
    return onContainer(context, container, () => (0,transfer.uploadFiles)({
        container,
        prefix: path,
        root: folder,
        files,
        replace,
        label: output.name,
        concurrency,
        signal,
        log,
    }));
}
/** Lists what arrived: names, sizes, and MD5, which every upload stores. */
async function verify(context, { output }, { container, path }, files, uploaded) {
    const onFiles = (0,transfer.tellListing)(context.log, output.name);
    const content = await onContainer(context, container, () => (0,blobs/* takeSnapshot */.W9)(container, path, context.signal, { onFiles }));
    const isRight = (found, index) => found.size === files[index]?.size && found.md5 === uploaded.md5At(index);
    requireAsExpected(content, files, isRight, { output, path, log: context.log });
    return content;
}
/** Registers the next free version. Another job may take a number first, and then the next one is tried. */
async function register(context, { output, provenance }, destination, fingerprint) {
    const { workspace, signal, log } = context;
    const dataUri = (0,azureml/* datastoreUri */.G4)(workspace.name, destination.datastore, destination.path);
    const tags = publishedTags(output.tags, provenance, fingerprint);
    const first = Number((await (0,azureml/* findDataContainer */.B4)(workspace, output.name))?.nextVersion) || 1;
    for (let version = first; version < first + mostTries; version += 1) {
        signal.throwIfAborted();
        const { taken, reason, state } = await putAndReadBack(context, output.name, String(version), {
            dataType: 'uri_folder',
            dataUri,
            description: output.description,
            tags,
        });
        if (state === 'ours')
            return { version: String(version), uri: dataUri };
        if (state === 'missing')
            throw explainNameClash(output.name, taken ? reason : 'the version was not there when it was read back');
        log.info(`Version ${version} of ${output.name} was registered by another job meanwhile; trying ${version + 1}.`);
    }
    throw new report/* UserError */.yo('versions-taken', `Dataset "${output.name}": versions ${first} to ${first + mostTries - 1} were all registered by others while we tried. Do fewer jobs publish it at once?`);
}
/** Registers a version and finds out whose it is. In between nobody knows, and who is cancelled there is told so. */
async function putAndReadBack({ workspace, signal, log }, name, version, content) {
    try {
        const { taken, reason } = await (0,azureml/* putDataVersion */._l)(workspace, name, version, content);
        return { taken, reason, state: await readBack(workspace, name, version, content.dataUri) };
    }
    catch (error) {
        if (signal.aborted)
            log.warning(`The step was cancelled while version ${version} of "${name}" was being registered. Look whether there is one; if so, it is complete.`);
        throw error;
    }
}
async function readBack(workspace, name, version, dataUri) {
    const found = await (0,azureml/* findDataVersion */.Ii)(workspace, name, version);
    if (!found)
        return 'missing';
    return (0,azureml/* sameDataUri */.bi)(found.dataUri, dataUri, workspace.name) ? 'ours' : 'others';
}

;// CONCATENATED MODULE: ./build/datasets/check.js






/** So many files of a dataset are looked at, and no more: one page of a listing. */
const probedFiles = 5000;
/** Whether data assets may be read: asks for one, which need not exist. */
async function tryReadingDatasets({ workspace }, name) {
    await (0,azureml/* findDataContainer */.B4)(workspace, name);
    await (0,azureml/* listDataVersions */._2)(workspace, name);
}
/** Finds out which version an input would use, and where it lies. Nothing is made. */
async function locateInput(context, dataset) {
    const asset = await chooseVersion(context, dataset);
    if (asset)
        return { dataset, asset, place: check_placeOf(context.workspace, asset) };
    return {
        dataset,
        asset,
        place: { datastore: datastoreNameFor(context, dataset.datastore), folder: ensure_folderOf(dataset) },
    };
}
function check_placeOf({ name }, { dataUri }) {
    const uri = (0,azureml/* parseDataUri */.W$)(dataUri);
    const isHere = uri.kind === 'datastore' && (uri.workspace === undefined || (0,azureml/* isSameWorkspace */.i8)(uri.workspace, name));
    return isHere ? { datastore: uri.datastore, folder: uri.path } : undefined;
}
/**
 * Looks whether there are files, with the errors that staging would end with. Where there are many, only the first are looked at.
 * @throws UserError
 */
async function probeInput(context, { dataset, asset }) {
    const { quiet, warnings } = keepingWarnings(context);
    const { whole } = asset
        ? await listAsset(quiet, asset, dataset, { most: probedFiles })
        : await listFolder(quiet, dataset, { most: probedFiles });
    const what = asset ? labelOf(asset) : `does not exist yet, and would be made of folder ${(0,report/* quoted */.TL)(ensure_folderOf(dataset))}`;
    if (whole.length >= probedFiles)
        return { says: `${what}: ${(0,report/* counted */.hS)(whole.length, 'file')} or more`, warnings };
    const chosen = selection_select(whole, dataset.selection, `Dataset ${asset ? labelOf(asset) : dataset.name}`);
    const part = selectsAll(dataset.selection) ? '' : ` of ${(0,report/* counted */.hS)(whole.length, 'file')}`;
    return { says: `${what}: ${(0,report/* counted */.hS)(chosen.length, 'file')}${part}, ${(0,report/* formatBytes */.z3)(chosen.bytes)}`, warnings };
}
/**
 * Looks whether an output could be published, as far as that can be known before: its datastore opens, its folder is free.
 * @throws UserError
 */
async function probeOutput(context, output) {
    const { quiet, warnings } = keepingWarnings(context);
    await checkOutput(quiet, output);
    const version = (await (0,azureml/* findDataContainer */.B4)(context.workspace, output.name))?.nextVersion ?? '1';
    const folder = output.path === undefined ? 'a folder of its own' : `folder ${(0,report/* quoted */.TL)(output.path)}`;
    return { says: `would become ${output.name}:${version}, in ${folder}`, warnings };
}
/**
 * Whether blobs can be written below a folder (which is empty, or ends in `/`), found out without writing. Returns with which credential.
 * @throws UserError with what storage refuses
 */
async function tryWriting(context, datastore, folder) {
    const { access, workspace, signal } = context;
    const container = await access.open(workspace, datastore, folder, 'write', signal);
    await onContainer(context, container, () => container.probeWrite(folder, signal));
    return access.openingOf(container).label;
}
/** Where an output will be written. */
function placeOfOutput(context, { name, datastore, path }) {
    return { datastore: datastoreNameFor(context, datastore), folder: path ?? `azureml-datasets/${name}/` };
}
/** Where datasets lie that name no datastore: the whole of it. */
function defaultPlace(context) {
    return { datastore: datastoreNameFor(context), folder: '' };
}
/** The context with a log whose warnings are kept: they belong into the line of the dataset. */
function keepingWarnings(context) {
    const warnings = [];
    const warning = (message) => void warnings.push(message);
    return { quiet: { ...context, log: { ...context.log, warning } }, warnings };
}

// EXTERNAL MODULE: ./node_modules/valibot/dist/index.mjs
var dist = __webpack_require__(77934);
;// CONCATENATED MODULE: ./build/datasets/reference.js

/** Data asset names: the pattern of the REST API's path parameter. */
const namePattern = /^[a-zA-Z0-9][a-zA-Z0-9\-_]{0,254}$/;
/** Versions may be any text; within these characters no tool stumbles over them. */
const versionPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/;
/** @throws UserError for names that AzureML does not take, and for labels other than `@latest` */
function parseReference(text) {
    const [, name = '', separator, suffix] = /^(?:azureml:)?([^:@]*)(?:([:@])(.*))?$/s.exec(text.trim()) ?? [];
    checkDatasetName(name, text);
    if (separator === undefined)
        return { name, version: undefined };
    if (separator === '@') {
        if (suffix === 'latest')
            return { name, version: undefined };
        throw new report/* UserError */.yo('bad-dataset', `Dataset ${(0,report/* quoted */.TL)(text)}: "latest" is the only label; for a version write ${(0,report/* quoted */.TL)(`${name}:7`)}.`);
    }
    return { name, version: parseVersion(suffix ?? '', text) };
}
/** `7`, `v1.2`, or `latest`, which is no version but the choice of one. */
function parseVersion(version, dataset) {
    if (version === 'latest' || version === '@latest')
        return undefined;
    if (versionPattern.test(version))
        return version;
    throw new report/* UserError */.yo('bad-dataset', `Dataset ${(0,report/* quoted */.TL)(dataset)}: ${(0,report/* quoted */.TL)(version)} cannot be a version. Versions are letters, digits, ".", "_" and "-".`);
}
function checkDatasetName(name, text) {
    if (namePattern.test(name))
        return;
    throw new report/* UserError */.yo('bad-dataset', `Dataset ${(0,report/* quoted */.TL)(text)}: ${(0,report/* quoted */.TL)(name)} cannot be the name of a dataset. AzureML takes letters, digits, "_" and "-", and a letter or digit first. ` +
        'For a folder of another name, choose a good name and give the folder as "path".');
}

// EXTERNAL MODULE: ./node_modules/yaml/dist/index.js
var yaml_dist = __webpack_require__(38815);
;// CONCATENATED MODULE: ./build/datasets/yaml.js


/**
 * Reads the text of `input-datasets` or `output-datasets` into a list with an entry for each dataset: names, or mappings.
 * @throws UserError with the line, for text that is not YAML
 */
function parseDatasetList(input, text) {
    const names = namesByLine(text);
    if (names)
        return names;
    const value = parseYaml(input, text);
    return Array.isArray(value) ? value : [value];
}
/**
 * Reads YAML, every scalar as the text that it is; an empty one, and nothing at all, is an empty text.
 * @param input what it is, for errors
 * @throws UserError with the line, for text that is not YAML
 */
function parseYaml(input, text) {
    const lines = new yaml_dist/* LineCounter */.HN();
    // The library compares each key with all before it, which many keys make slow: see mapping().
    const options = { schema: 'failsafe', resolveKnownTags: false, uniqueKeys: false, lineCounter: lines };
    const document = (0,yaml_dist/* parseDocument */.Tp)(text, options);
    const [problem] = document.errors;
    if (problem) {
        throw unreadable(input, problem.linePos?.[0].line ?? 1, complaint(problem.message));
    }
    const conversion = { input, lines, targets: aliasTargets(input, document), left: mostValues };
    return toValue(conversion, document.contents, []);
}
/** The library's message goes on with the place and an excerpt of the text. */
function complaint(message) {
    const [first = ''] = message.split('\n', 1);
    return `${(0,report/* quoted */.TL)(first.replace(/ at line \d+, column \d+:?$/, '')).slice(1, -1)}.`.replace(/\.\.$/, '.');
}
/** Several lines with one word each: names. As YAML they would be one text with spaces in it. */
function namesByLine(text) {
    const words = text
        .split(/\r?\n/)
        .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
        .filter((line) => line !== '');
    return words.every((word) => /^[\w@][^\s'"{}[\],]*$/.test(word) && !word.endsWith(':')) ? words : undefined;
}
/** Aliases of aliases multiply; nobody needs so many values. */
const mostValues = 100_000;
/** A dataset needs three levels. The walk ends here, and not where the stack does. */
const deepest = 50;
/** The node that each alias means, found in one walk: the library walks the document for each. */
function aliasTargets(input, document) {
    const anchors = new Map();
    const targets = new Map();
    (0,yaml_dist/* visit */.YR)(document, {
        Node: (_key, node, path) => {
            if (path.length > 2 * deepest)
                throw unusable(input, 'is nested too deeply');
            if (!(0,yaml_dist/* isAlias */.Vj)(node)) {
                if (node.anchor !== undefined)
                    anchors.set(node.anchor, node);
                return;
            }
            const target = anchors.get(node.source);
            if (!target)
                throw unusable(input, `has an alias without an anchor (${(0,report/* quoted */.TL)(node.source)})`);
            targets.set(node, target);
        },
    });
    return targets;
}
/** The value of a node. Aliases are followed, unless they lead into themselves. */
function toValue(conversion, node, ancestors) {
    conversion.left -= 1;
    if (conversion.left < 0)
        throw unusable(conversion.input, 'has too many values');
    if (ancestors.includes(node))
        throw unusable(conversion.input, 'has an anchor that holds itself');
    if (ancestors.length > deepest)
        throw unusable(conversion.input, 'is nested too deeply');
    const within = [...ancestors, node];
    if (node === null)
        return '';
    if ((0,yaml_dist/* isAlias */.Vj)(node))
        return toValue(conversion, conversion.targets.get(node), within);
    if ((0,yaml_dist/* isScalar */.jn)(node))
        return String(node.value ?? '');
    if ((0,yaml_dist/* isSeq */.oP)(node))
        return node.items.map((item) => toValue(conversion, item, within));
    if ((0,yaml_dist/* isMap */.jh)(node))
        return mapping(conversion, node.items, within);
    throw unusable(conversion.input, 'has a value that is neither text, list nor mapping');
}
function mapping(conversion, pairs, within) {
    const values = new Map();
    for (const { key, value } of pairs) {
        if (!(0,yaml_dist/* isScalar */.jn)(key))
            throw unusable(conversion.input, 'has a key that is not text');
        const name = String(key.value ?? '');
        if (values.has(name)) {
            const { line } = conversion.lines.linePos(key.range?.[0] ?? 0);
            throw unreadable(conversion.input, line, `the key ${(0,report/* quoted */.TL)(name)} is given twice.`);
        }
        values.set(name, toValue(conversion, value, within));
    }
    // Makes own properties of all names, `__proto__` too.
    return Object.fromEntries(values);
}
function unreadable(input, line, complaint) {
    return new report/* UserError */.yo('bad-yaml', `${input}, line ${line}: this is not YAML that can be read: ${complaint}`);
}
function unusable(input, what) {
    return new report/* UserError */.yo('bad-yaml', `${input}: the YAML ${what}.`);
}

;// CONCATENATED MODULE: ./build/datasets/config.js





const config_text = dist/* pipe */.FsL(dist/* string */.YjP('has to be text'), dist/* trim */.Bqr());
const optionalText = dist/* optional */.lqM(config_text);
const flag = dist/* pipe */.FsL(config_text, dist/* toLowerCase */.PXX(), dist/* picklist */.KIO(['true', 'false'], 'has to be true or false'), dist/* transform */.pdi((value) => value === 'true'));
const mounting = dist/* optional */.lqM(dist/* pipe */.FsL(config_text, dist/* toLowerCase */.PXX(), dist/* picklist */.KIO(['auto', 'true', 'false'], 'has to be auto, true or false')));
/** Characters, as many as a blob name may have. */
const longestGlob = 1024;
const globs = dist/* optional */.lqM(dist/* pipe */.FsL(dist/* union */.KCZ([config_text, dist/* array */.YOg(config_text)], 'has to be a glob or a list of globs'), dist/* transform */.pdi((value) => (typeof value === 'string' ? value.split('\n') : value).map((glob) => glob.trim()).filter(Boolean)), dist/* check */.z6Y((all) => all.every((glob) => glob.length <= longestGlob), `has a glob of more than ${longestGlob} characters`)), []);
// Not v.record: it leaves out keys such as "constructor", and takes lists.
const tags = dist/* optional */.lqM(dist/* pipe */.FsL(dist/* custom */.IeY(isTags, 'has to be a mapping of texts'), dist/* check */.z6Y((value) => Object.values(value).every((tag) => tag.length <= 1000), 'has a value of more than 1,000 characters')), {});
function isTags(value) {
    return (typeof value === 'object' &&
        value !== null &&
        !Array.isArray(value) &&
        Object.values(value).every((tag) => typeof tag === 'string'));
}
const common = {
    name: config_text,
    datastore: optionalText,
    path: optionalText,
    'use-mounting': mounting,
    'target-folder': optionalText,
    'data-name': optionalText,
};
const inputSchema = dist/* strictObject */.rej({
    ...common,
    version: optionalText,
    'local-folder': optionalText,
    include: globs,
    exclude: globs,
    sample: optionalText,
    'sample-by': dist/* optional */.lqM(dist/* pipe */.FsL(config_text, dist/* picklist */.KIO(['file', 'folder'], 'has to be file or folder')), 'file'),
});
const outputSchema = dist/* strictObject */.rej({
    ...common,
    'overwrite-existing': dist/* optional */.lqM(flag, 'false'),
    tags,
    description: optionalText,
});
/** @throws UserError that says which entry and key is wrong, and how */
function parseInputDatasets(yaml) {
    const input = 'input-datasets';
    const datasets = entriesOf(input, yaml).map((entry, index) => {
        const config = validate(inputSchema, entry, input, index);
        const reference = parseReference(config.name);
        const { include, exclude, sample } = config;
        return {
            ...commonConfig(config, reference.name),
            version: config_chooseVersion(config.name, reference.version, config.version),
            localFolder: config['local-folder'],
            selection: {
                include,
                exclude,
                sample: sample === undefined ? undefined : parseSample(sample),
                sampleBy: config['sample-by'],
            },
        };
    });
    refuseTwins(input, datasets);
    return datasets;
}
/** @throws UserError that says which entry and key is wrong, and how */
function parseOutputDatasets(yaml) {
    const input = 'output-datasets';
    const datasets = entriesOf(input, yaml).map((entry, index) => {
        const config = validate(outputSchema, entry, input, index);
        const { name, version } = parseReference(config.name);
        if (version !== undefined) {
            throw new report/* UserError */.yo('bad-dataset', `${input}: ${(0,report/* quoted */.TL)(config.name)} names a version. The version of an output is the next free one; give the name alone.`);
        }
        const { tags, description } = config;
        return { ...commonConfig(config, name), overwriteExisting: config['overwrite-existing'], tags, description };
    });
    refuseTwins(input, datasets);
    return datasets;
}
function entriesOf(input, yaml) {
    return yaml.trim() === '' ? [] : parseDatasetList(input, yaml);
}
/** A name alone stands for a mapping that has only a name. */
function validate(schema, entry, input, index) {
    const where = `${input}, dataset ${index + 1}`;
    if (Array.isArray(entry))
        throw new report/* UserError */.yo('bad-dataset', `${where}: a list inside the list. Give a name or a mapping.`);
    const mapping = typeof entry === 'string' ? { name: entry } : givenKeys(entry, where);
    if (!mapping.name)
        throw new report/* UserError */.yo('bad-dataset', `${where}: the key "name" is missing.`);
    const result = dist/* safeParse */.xLC(schema, mapping);
    if (result.success)
        return result.output;
    const [issue] = result.issues;
    const key = String(issue.path?.[0]?.key ?? '');
    if (!Object.hasOwn(schema.entries, key))
        throw unknownKey(where, key, Object.keys(schema.entries));
    throw new report/* UserError */.yo('bad-dataset', `${where} (${(0,report/* quoted */.TL)(typeof mapping.name === 'string' ? mapping.name : '…')}): "${key}" ${issue.message}.`);
}
/** hi-ml writes `use_mounting`, we `use-mounting`; both are taken. Keys without a value, as expressions leave them, are not given. */
function givenKeys(mapping, where) {
    const result = {};
    for (const [key, value] of Object.entries(mapping)) {
        const kebab = key.replaceAll('_', '-');
        if (Object.hasOwn(result, kebab))
            throw new report/* UserError */.yo('bad-dataset', `${where}: "${kebab}" is given twice, in two spellings.`);
        result[kebab] = value;
    }
    const isGiven = (value) => typeof value !== 'string' || value.trim() !== '';
    return Object.fromEntries(Object.entries(result).filter(([key, value]) => isGiven(value) || key === 'name'));
}
function unknownKey(where, key, known) {
    const [near] = (0,report/* nearest */.pA)(key, known);
    return new report/* UserError */.yo('bad-dataset', `${where}: there is no key ${(0,report/* quoted */.TL)(key)}. ${near ? `Did you mean "${near}"? ` : ''}Known keys: ${known.join(', ')}.`);
}
function commonConfig(config, name) {
    return {
        name,
        datastore: config.datastore,
        path: config.path === undefined ? undefined : folderPath(config.path, name),
        useMounting: config['use-mounting'],
        targetFolder: config['target-folder'],
        dataName: config['data-name'] === undefined ? dataNameOf(name) : checkDataName(config['data-name']),
    };
}
/** A path within a container, as `a/b/`: with a slash at its end, so that `foo` never takes `foo_bar`. */
function folderPath(path, name) {
    const all = path.split('/');
    const isNamed = (segment) => segment !== '';
    const segments = all.slice(Math.max(0, all.findIndex(isNamed)), all.findLastIndex(isNamed) + 1);
    if (segments.length === 0 || segments.includes('') || segments.includes('.') || segments.includes('..')) {
        throw new report/* UserError */.yo('bad-dataset', `Dataset "${name}": path ${(0,report/* quoted */.TL)(path)} has to name a folder of the container, without "." and ".." and empty segments.`);
    }
    return `${segments.join('/')}/`;
}
function config_chooseVersion(dataset, inName, asKey) {
    const version = asKey === undefined ? undefined : parseVersion(asKey, dataset);
    if (inName !== undefined && version !== undefined && inName !== version) {
        throw new report/* UserError */.yo('bad-dataset', `Dataset ${(0,report/* quoted */.TL)(dataset)} is given with two versions, ${inName} and ${version}.`);
    }
    return inName ?? version;
}
/** The default of `data-name`: a name that outputs, variables and AzureML jobs can use. */
function dataNameOf(name) {
    return name.replace(/[^A-Za-z0-9_]/g, '_').replace(/^(?=\d)/, '_');
}
function checkDataName(dataName) {
    if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(dataName))
        return dataName;
    throw new report/* UserError */.yo('bad-dataset', `data-name ${(0,report/* quoted */.TL)(dataName)}: only letters, digits and "_" are possible, and no digit first. It becomes part of a variable.`);
}
/** Variables are told apart without case on Windows. */
function refuseTwins(input, datasets) {
    const byName = Map.groupBy(datasets, ({ dataName }) => dataName.toLowerCase());
    const twins = datasets.filter(({ dataName }) => byName.get(dataName.toLowerCase())?.length !== 1);
    if (twins.length === 0)
        return;
    throw new report/* UserError */.yo('bad-dataset', `${input}: ${(0,report/* listed */.KE)(twins.map(({ dataName }) => dataName))} are the same data-name. Give each dataset a "data-name" of its own.`);
}

// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(51455);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(76760);
;// CONCATENATED MODULE: ./build/datasets/stage.js








const nothing = { files: 0, bytes: 0 };
/** A `local-folder` that exists is used as it is: nothing is asked of Azure, and nothing is copied. */
async function stageLocalFolder(dataset, folder, signal, log) {
    const start = performance.now();
    const files = await (0,transfer.listLocalFiles)(folder, 'follow');
    const hashed = await (0,transfer.inParallel)(files, 8, signal, async (file) => ({
        ...file,
        md5: await (0,transfer.md5OfFile)((0,external_node_path_.join)(folder, file.path)),
        etag: '',
    }));
    const bytes = files.reduce((sum, file) => sum + file.size, 0);
    log.info(`Input ${dataset.name}: local folder ${folder}, ${(0,report/* counted */.hS)(files.length, 'file')}, ${(0,report/* formatBytes */.z3)(bytes)}.`);
    return {
        dataName: dataset.dataName,
        name: dataset.name,
        version: '',
        id: '',
        uri: '',
        path: folder,
        ...fingerprintFields(fingerprintOf(hashed)),
        files: files.length,
        bytes,
        staged: 'local',
        reason: '',
        seconds: (performance.now() - start) / 1000,
        fetched: nothing,
        whole: { files: files.length, bytes },
        studioUrl: '',
        registeredFrom: undefined,
    };
}
/** The report of an input of which nothing is moved. */
function reportResolved(input) {
    const { dataset, asset, snapshot, fingerprint, whole, studioUrl, registeredFrom } = input;
    return {
        dataName: dataset.dataName,
        name: asset.name,
        version: asset.version,
        id: `azureml:${labelOf(asset)}`,
        uri: (0,azureml/* shortUri */.tU)(asset.dataUri),
        path: '',
        ...fingerprintFields(fingerprint),
        files: snapshot.length,
        bytes: snapshot.bytes,
        staged: 'none',
        reason: '',
        seconds: 0,
        fetched: nothing,
        whole,
        studioUrl,
        registeredFrom,
    };
}
/** @throws UserError for names that cannot be files below that folder, and for archived blobs */
function requireMountable({ snapshot }, folder) {
    (0,transfer.requireReadable)(snapshot, [folder]);
}
/** The report of an input that was mounted. */
function reportMounted(input, folder, seconds) {
    return { ...reportResolved(input), path: stagedPath(input, folder), staged: 'mounted', seconds };
}
/**
 * Downloads inputs to their folders, one after another, each as fast as the wire allows, and gives each when it is complete. Room is made sure of
 * for all of them first.
 * @throws UserError for everything that stands against it; no folder is left half full
 */
async function* downloadInputs(context, placed, concurrency) {
    const { signal, log } = context;
    const plans = [];
    for (const { input, folder, reason } of placed) {
        const { container, snapshot, asset, begun } = input;
        plans.push({
            input,
            reason,
            plan: await (0,transfer.planDownload)({ container, snapshot, folder, label: labelOf(asset), concurrency, signal, log, begun }),
        });
    }
    await (0,transfer.requireFreeSpace)(plans.map(({ plan }) => plan));
    for (const { plan, input, reason } of plans) {
        const staged = await downloadInput(context, plan, input);
        yield { ...staged, reason: stage_reasonOf(plan, input, reason) };
    }
}
async function downloadInput(context, plan, input) {
    const { folder, label, container } = plan.request;
    const { bytes, files, seconds } = await onContainer(context, container, () => (0,transfer.download)(plan));
    if (files > 0)
        context.log.info(`${label}: ${(0,report/* counted */.hS)(files, 'file')}, ${(0,report/* formatBytes */.z3)(bytes)} in ${(0,report/* formatSeconds */.Xo)(seconds)} (${(0,report/* formatBytes */.z3)(bytes / Math.max(seconds, 0.001))}/s), complete and verified.`);
    return {
        ...reportResolved(input),
        path: stagedPath(input, folder),
        staged: 'downloaded',
        seconds,
        fetched: { files, bytes },
    };
}
/** Why an input was downloaded as it was. */
function stage_reasonOf({ missing, outdated }, { snapshot }, reason) {
    if (missing.length === 0 && outdated.length === 0)
        return 'nothing changed since the last run';
    if (missing.length < snapshot.length)
        return `${(0,report/* counted */.hS)(missing.length, 'file')} fetched, the rest was there`;
    return reason;
}
/** The folder, or for a `uri_file` the file in it. */
function stagedPath({ asset, snapshot }, folder) {
    if (asset.dataType !== 'uri_file')
        return folder;
    const [file] = snapshot;
    return file ? (0,external_node_path_.join)(folder, file.path) : folder;
}
function fingerprintFields({ value, basis }) {
    return { fingerprint: value, fingerprintBasis: basis };
}
/** Makes the empty folder that a job writes an output to. */
async function openOutputFolder(folder) {
    await (0,promises_.mkdir)(folder, { recursive: true });
}

// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __webpack_require__(48161);
;// CONCATENATED MODULE: ./build/datasets/target-folder.js





/**
 * The place that `target-folder` names, absolute and without links in it.
 * @throws UserError for places where files could be lost or mixed up: the checkout, what it lies in, home, files, links
 */
async function resolveTargetFolder(targetFolder, checkout) {
    const target = await realPlace((0,external_node_path_.resolve)(checkout, targetFolder));
    if (target.split(external_node_path_.sep).some(transfer.isHiddenName))
        throw refused(targetFolder, 'has a name that this action keeps for its own files');
    const guarded = { 'the checkout': checkout, 'the home folder': (0,external_node_os_.homedir)() };
    for (const [what, folder] of Object.entries(guarded)) {
        // Both by its name and, where that is a link, by its real place.
        for (const place of [await realPlace(folder), await (0,promises_.realpath)(folder).catch(() => folder)]) {
            if (target === place)
                throw refused(targetFolder, `is ${what}`);
            if (contains(target, place))
                throw refused(targetFolder, `contains ${what}`);
        }
    }
    const status = await (0,promises_.lstat)(target).catch((error) => {
        if (error.code === 'ENOTDIR')
            throw refused(targetFolder, 'lies below a file');
        return undefined;
    });
    if (status?.isSymbolicLink())
        throw refused(targetFolder, 'is a symbolic link');
    if (status && !status.isDirectory())
        throw refused(targetFolder, 'is a file');
    return target;
}
/** An input's folder may hold what an earlier run wrote there, and nothing else. */
async function requireOursOrEmpty(folder) {
    if (await (0,transfer.isOursOrEmpty)(folder))
        return;
    throw new report/* UserError */.yo('target-not-ours', `target-folder ${folder} is not empty and was not filled by this action. Empty it, or choose another.`);
}
/** Files that lie in an output's folder before the job begins would be published with it. */
async function requireEmpty(folder) {
    if (await isEmpty(folder))
        return;
    throw new report/* UserError */.yo('target-not-ours', `target-folder ${folder} of an output is not empty: what it holds would be published too. Empty it before this step, or choose another.`);
}
/** @throws UserError where one folder lies in another, or two are one */
function refuseOverlaps(folders) {
    const sorted = [...folders].sort();
    for (const [index, folder] of sorted.entries()) {
        const inside = sorted.slice(index + 1).find((other) => other === folder || contains(folder, other));
        if (inside !== undefined)
            throw new report/* UserError */.yo('bad-dataset', `Two datasets have the same place, or one lies in the other: ${folder} and ${inside}. Give them separate target-folders.`);
    }
}
function contains(folder, place) {
    return place.startsWith(folder.endsWith(external_node_path_.sep) ? folder : folder + external_node_path_.sep);
}
/** Links in the part of a path that exists are followed; its last segment is kept, so that a link there is noticed. */
async function realPlace(path) {
    const parent = (0,external_node_path_.dirname)(path);
    if (parent === path)
        return path;
    const real = await (0,promises_.realpath)(parent).catch(() => undefined);
    return (0,external_node_path_.join)(real ?? (await realPlace(parent)), (0,external_node_path_.basename)(path));
}
async function isEmpty(folder) {
    const entries = await (0,promises_.readdir)(folder).catch(() => []);
    return entries.length === 0;
}
function refused(targetFolder, why) {
    return new report/* UserError */.yo('bad-dataset', `target-folder ${(0,report/* quoted */.TL)(targetFolder)} ${why}. Choose a folder of its own for the dataset, for instance "data/scans".`);
}

;// CONCATENATED MODULE: ./build/datasets/written.js






/** Where a job is to write an output that is published later: a folder of its own, or the one that the user named, which is checked. */
async function chooseWrittenFolder(context, output, provenance) {
    const { datastore, path } = await openDestination(context, output, provenance);
    return { datastore, path };
}
/**
 * Where a mounted output is to be written. A folder that the user named changes only when the output is published: until then, nobody knows
 * whether it will be.
 */
async function chooseMountedFolder(context, output, provenance) {
    const { datastore, path, container } = await openDestination(context, output, provenance);
    const early = output.path === undefined ? path : ownFolder(output.name, provenance.run, provenance.attempt);
    return { container, written: { datastore, path }, early };
}
/**
 * Registers what a mounted output has brought to the store as the next version, when a listing has shown that it is just that.
 * @returns undefined where it is empty and that is allowed
 */
async function publishMounted(context, request, { datastore, path }) {
    const start = performance.now();
    const { output, files } = request;
    if (files.length === 0)
        return nothingToPublish(context, { ...request, folder: path });
    context.stopwatch.begin('verify');
    const { container, content } = await listWritten(context, output, { datastore, path });
    const isRight = (found, index) => isSame(found, files[index]);
    requireAsExpected(content, files, isRight, { output, path, log: context.log });
    await request.beforeRegister();
    return publishContent(context, request, { datastore, path, container }, content, start);
}
/** An ETag is that of one write: with it, the blob is the very one. */
function isSame(found, file) {
    return found.size === file?.size && found.etag === file.etag && (file.md5 === undefined || found.md5 === file.md5);
}
/**
 * Deletes what a mounted output has sent and nobody will register. Only from a folder that an output of this run has for itself: the session that names it is
 * a file, which the job could write.
 */
async function removeWritten({ workspace, access, signal }, { name }, { datastore, early, run }) {
    if (!isOwnFolder(early, name, run))
        throw new Error(`${early} is not a folder of an output of this run`);
    const container = await access.open(workspace, await access.datastore(workspace, datastore), early, 'write', signal);
    const names = [...(await (0,blobs/* takeSnapshot */.W9)(container, early, signal))].map((file) => file.name);
    await (0,transfer.inParallel)(names, removedAtOnce, signal, (blob, either) => container.deleteBlob(blob, either));
}
const removedAtOnce = 32;
/**
 * Registers what an AzureML job wrote as the next version.
 * @returns undefined where the folder is empty and that is allowed
 */
async function publishWritten(context, request, { datastore, path }) {
    const start = performance.now();
    context.stopwatch.begin('list outputs');
    const { container, content } = await listWritten(context, request.output, { datastore, path });
    if (content.length === 0)
        return nothingToPublish(context, { ...request, folder: path });
    return publishContent(context, request, { datastore, path, container }, content, start);
}
/** What lies there now. */
async function listWritten(context, { name }, { datastore, path }) {
    const { workspace, access, signal, log } = context;
    const container = await access.open(workspace, await datastoreFor(context, datastore), path, 'read', signal);
    const onFiles = (0,transfer.tellListing)(log, name);
    const content = await onContainer(context, container, () => (0,blobs/* takeSnapshot */.W9)(container, path, signal, { onFiles }));
    return { container, content };
}

;// CONCATENATED MODULE: ./build/datasets/index.js
/** The domain: which datasets, which version, where they are put, and how a new version comes to be. */













/***/ })

};
