export const id = 973;
export const ids = [973];
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

/***/ 22743:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Ng: () => (/* binding */ connect),
/* harmony export */   ls: () => (/* binding */ identify),
/* harmony export */   r5: () => (/* binding */ decideConnection)
/* harmony export */ });
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(51455);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(76760);
/* harmony import */ var _azureml_index_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(40049);
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

/***/ 76546:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   k: () => (/* binding */ idTokenSource)
/* harmony export */ });
/* harmony import */ var _actions_core__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(96421);
/* harmony import */ var _azureml_index_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(40049);
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

/***/ 87234:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   JZ: () => (/* binding */ endProcess),
/* harmony export */   WF: () => (/* binding */ thisProcess),
/* harmony export */   W_: () => (/* binding */ isRunning)
/* harmony export */ });
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(51455);
/* harmony import */ var node_timers_promises__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(58500);


async function thisProcess() {
    return { pid: process.pid, started: await startTime(process.pid) };
}
/** Whether that very process still runs. Without /proc nobody can tell, and the answer is no. */
async function isRunning({ pid, started }) {
    return started !== '' && pid !== process.pid && (await startTime(pid)) === started;
}
/** Ends a process: asks, waits, then forces. */
async function endProcess(identity) {
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
/* harmony export */   L6: () => (/* binding */ loadSession),
/* harmony export */   OZ: () => (/* binding */ newSessionId),
/* harmony export */   V7: () => (/* binding */ registeredVersion),
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
/* harmony import */ var _report_index_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(92036);
/* harmony import */ var _processes_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(87234);





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
        main: await (0,_processes_js__WEBPACK_IMPORTED_MODULE_4__/* .thisProcess */ .WF)(),
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
    throw new _report_index_js__WEBPACK_IMPORTED_MODULE_3__/* .UserError */ .yo('session-unknown', `The session in ${folder} was written by another version of this action. Use the same version for all steps of a job.`);
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
async function removeSession({ id }) {
    await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_1__.rm)(sessionFolder(id), { recursive: true, force: true });
}
/** Undoes what a main step did that did not get to its end. The session is a file that the job could write: only what is ours is removed. */
async function undo(session) {
    for (const { path } of session.undo) {
        if ((0,node_path__WEBPACK_IMPORTED_MODULE_2__.resolve)(path).startsWith(stagingRoot() + node_path__WEBPACK_IMPORTED_MODULE_2__.sep))
            await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_1__.rm)(path, { recursive: true, force: true });
    }
}
/** Where datasets without a `target-folder` are put, each session in a folder of its own. */
function stagingRoot() {
    return (0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)((0,node_path__WEBPACK_IMPORTED_MODULE_2__.resolve)(requiredEnvironment('RUNNER_TEMP')), 'azureml-datasets');
}
/** Clears what jobs left behind that never got to their post step: a killed runner runs none. */
async function sweepDeadSessions() {
    const swept = [];
    for (const id of await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_1__.readdir)(sessionsRoot()).catch(() => [])) {
        // What cannot be removed, such as files of root, is no reason to fail this job.
        if (await sweepIfDead(id).catch(() => false))
            swept.push(id);
    }
    return swept;
}
async function sweepIfDead(id) {
    const session = await loadSession(sessionFolder(id)).catch(() => undefined);
    const isDead = session ? session.job !== jobKey() && !(await (0,_processes_js__WEBPACK_IMPORTED_MODULE_4__/* .isRunning */ .W_)(session.main)) : await isOld(sessionFolder(id));
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
    throw new _report_index_js__WEBPACK_IMPORTED_MODULE_3__/* .UserError */ .yo('no-runner', `The variable ${name} is not set. This program is a GitHub Action and has to be started by a runner.`);
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

/***/ 40049:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  Jl: () => (/* reexport */ MissingCredentials),
  Qe: () => (/* reexport */ askClockSkew),
  F0: () => (/* reexport */ chooseWorkspace),
  ds: () => (/* reexport */ claimsOf),
  cY: () => (/* reexport */ cloudNames),
  hH: () => (/* reexport */ cloudOf),
  WS: () => (/* reexport */ createStorageAccess),
  G4: () => (/* reexport */ datastoreUri),
  mp: () => (/* reexport */ describeSkew),
  B4: () => (/* reexport */ findDataContainer),
  Ii: () => (/* reexport */ findDataVersion),
  gk: () => (/* reexport */ foreseeRefusal),
  i8: () => (/* reexport */ isSameWorkspace),
  aE: () => (/* reexport */ listBlobDatastores),
  d1: () => (/* reexport */ listDataNames),
  _2: () => (/* reexport */ listDataVersions),
  zA: () => (/* reexport */ locateData),
  OH: () => (/* reexport */ openWorkspace),
  W$: () => (/* reexport */ parseDataUri),
  wm: () => (/* reexport */ parseWorkspaceConfig),
  _l: () => (/* reexport */ putDataVersion),
  mb: () => (/* reexport */ readLocation),
  bi: () => (/* reexport */ sameDataUri),
  tU: () => (/* reexport */ shortUri),
  Jv: () => (/* reexport */ signIn),
  EL: () => (/* reexport */ studioUrl)
});

// UNUSED EXPORTS: workspaceId

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
    const { createDefaultHttpClient, createPipelineFromOptions, createPipelineRequest } = await Promise.all(/* import() */[__webpack_require__.e(51), __webpack_require__.e(340)]).then(__webpack_require__.bind(__webpack_require__, 61340));
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
    const library = await Promise.all(/* import() */[__webpack_require__.e(51), __webpack_require__.e(340), __webpack_require__.e(563)]).then(__webpack_require__.bind(__webpack_require__, 25563));
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
const longestWait = 15_000;
/**
 * How the sign-in library reaches Entra, and tells what it sees there. Entra's list of clouds does not hold private ones, so that discovery
 * is switched off for them.
 */
function entraOptions({ authorityHost, isPrivate }, log, seen) {
    const policy = watchPolicy(entra, longestWait, log, seen);
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
    return found && toDataVersion(name, found);
}
/** `GET {workspace}/data/{name}/versions`: the newest first, by default without archived ones; empty where there is no such asset. */
async function listDataVersions(workspace, name, view = 'ActiveOnly') {
    const { resourceGroup, workspace: workspaceName } = workspace.name;
    const versions = await findingInArm(`Listing the versions of dataset "${name}"`, () => collect(workspace.client.dataVersions.list(resourceGroup, workspaceName, name, { listViewType: view })));
    return (versions ?? []).map((version) => toDataVersion(name, version));
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
function toDataVersion(name, { name: version = '', properties }) {
    const tags = Object.entries(properties.tags ?? {}).filter((tag) => typeof tag[1] === 'string');
    return {
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

;// CONCATENATED MODULE: ./build/azureml/workspace.js



/** Milliseconds. Resource Manager counts requests by the minute, or by the hour: the hour is not worth a runner. */
const workspace_longestWait = 5 * 60_000;
/**
 * Opens a workspace. Nothing is asked of it yet; the ARM client is loaded only now. Every request of the client ends when the signal says so.
 */
async function openWorkspace(name, cloud, identity, signal, log) {
    const { AzureMachineLearningWorkspaces } = await Promise.all(/* import() */[__webpack_require__.e(51), __webpack_require__.e(789)]).then(__webpack_require__.t.bind(__webpack_require__, 34789, 19));
    const client = new AzureMachineLearningWorkspaces(identity.credential, name.subscriptionId, {
        endpoint: cloud.resourceManagerUrl,
        credentialScopes: cloud.scopes.management,
        userAgentOptions: { userAgentPrefix: 'azureml-datasets' },
        retryOptions: retryOptions,
        additionalPolicies: [{ policy: watchPolicy(resourceManager, workspace_longestWait, log), position: 'perRetry' }],
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
    const { RestError } = await Promise.all(/* import() */[__webpack_require__.e(51), __webpack_require__.e(340)]).then(__webpack_require__.bind(__webpack_require__, 61340));
    const { appid = 'unknown', oid = 'unknown' } = await ourClaims(workspace);
    // As Resource Manager itself would say it, so that it is explained as if it had.
    const message = `The client '${appid}' with object id '${oid}' does not have authorization to perform action '${action}' ` +
        `over scope '${workspaceId(workspace.name)}'.`;
    const refused = askingArm(what, () => Promise.reject(new RestError(message, { statusCode: 403, code: 'AuthorizationFailed' })));
    return refused.catch((error) => error);
}
/** `GET {workspace}/providers/Microsoft.Authorization/permissions`: "all permissions the caller has for a resource". */
async function readPermissions({ client, cloud, name }) {
    const { createPipelineRequest, RestError } = await Promise.all(/* import() */[__webpack_require__.e(51), __webpack_require__.e(340)]).then(__webpack_require__.bind(__webpack_require__, 61340));
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

// EXTERNAL MODULE: ./build/blobs/index.js + 14 modules
var blobs = __webpack_require__(81178);
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
    const { ClientSecretCredential } = await Promise.all(/* import() */[__webpack_require__.e(51), __webpack_require__.e(340), __webpack_require__.e(563)]).then(__webpack_require__.bind(__webpack_require__, 25563));
    const authorityHost = authorityUrl && URL.canParse(authorityUrl) ? new URL(authorityUrl).origin : cloud.authorityHost;
    const seen = {};
    const token = explaining(new ClientSecretCredential(tenantId, clientId, clientSecret, entraOptions({ ...cloud, authorityHost }, log, seen)), { clientId, tenantId, seen });
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

/***/ 51205:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  sR: () => (/* reexport */ changesSince),
  yr: () => (/* reexport */ checkOutput),
  MK: () => (/* reexport */ checkTags),
  PW: () => (/* reexport */ combineFingerprints),
  hA: () => (/* reexport */ defaultPlace),
  C: () => (/* reexport */ downloadInputs),
  zz: () => (/* reexport */ ensureInput),
  Pn: () => (/* reexport */ locateInput),
  uS: () => (/* reexport */ openOutputFolder),
  VE: () => (/* reexport */ parseInputDatasets),
  SS: () => (/* reexport */ parseOutputDatasets),
  o5: () => (/* reexport */ placeOfOutput),
  x9: () => (/* reexport */ probeInput),
  _w: () => (/* reexport */ probeOutput),
  P5: () => (/* reexport */ publishOutput),
  b7: () => (/* reexport */ refuseOverlaps),
  fU: () => (/* reexport */ reportResolved),
  R2: () => (/* reexport */ requireEmpty),
  Lm: () => (/* reexport */ requireOursOrEmpty),
  YG: () => (/* reexport */ resolveTargetFolder),
  wX: () => (/* reexport */ stageLocalFolder),
  To: () => (/* reexport */ tryReadingDatasets),
  qL: () => (/* reexport */ tryWriting)
});

// UNUSED EXPORTS: labelOf

// EXTERNAL MODULE: ./build/azureml/index.js + 22 modules
var azureml = __webpack_require__(40049);
// EXTERNAL MODULE: ./build/blobs/index.js + 14 modules
var blobs = __webpack_require__(81178);
// EXTERNAL MODULE: ./build/report/index.js + 3 modules
var report = __webpack_require__(92036);
// EXTERNAL MODULE: ./build/transfer/index.js + 21 modules
var transfer = __webpack_require__(28451);
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
    const fingerprint = fingerprintOf(content);
    stopwatch.begin('register');
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
/** Lists what arrived: names, sizes, and MD5, which every upload stores. Files that were there before stay: they are part of the version, and that is told. */
async function verify(context, { output }, { container, path }, files, uploaded) {
    const onFiles = (0,transfer.tellListing)(context.log, output.name);
    const content = await onContainer(context, container, () => (0,blobs/* takeSnapshot */.W9)(container, path, context.signal, { onFiles }));
    const { wrong, others } = compareWithUploaded(content, files, uploaded);
    if (wrong.length > 0) {
        throw new report/* UserError */.yo('upload-incomplete', `${(0,report/* counted */.hS)(wrong.length, 'file')} of output "${output.name}" are not in ${(0,report/* quoted */.TL)(path)} as they were uploaded: ${(0,report/* listed */.KE)(wrong)}. Nothing was registered. Does something else write to this folder?`);
    }
    if (others.length === 0)
        return content;
    if (!output.overwriteExisting) {
        throw new report/* UserError */.yo('destination-not-empty', `Something else writes to ${(0,report/* quoted */.TL)(path)}: it holds ${(0,report/* listed */.KE)(others)}, which output "${output.name}" has not. Nothing was registered.`);
    }
    context.log.warning(`${(0,report/* quoted */.TL)(path)} also holds ${(0,report/* counted */.hS)(others.length, 'file')} of before (${(0,report/* listed */.KE)(others, 3)}); they are part of the new version of "${output.name}".`);
    return content;
}
/** Goes through what lies there and what was uploaded side by side: both are sorted by path. */
function compareWithUploaded(content, files, uploaded) {
    const wrong = [];
    const others = [];
    let next = 0;
    for (const found of content) {
        for (let file = files[next]; file && file.path < found.path; file = files[next]) {
            wrong.push(file.path);
            next += 1;
        }
        const file = files[next];
        if (file?.path !== found.path) {
            others.push(found.path);
            continue;
        }
        if (found.size !== file.size || found.md5 !== uploaded.md5At(next))
            wrong.push(file.path);
        next += 1;
    }
    for (const { path } of files.slice(next))
        wrong.push(path);
    return { wrong, others };
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
    const lines = new yaml_dist/* LineCounter */.HN();
    // The library compares each key with all before it, which many keys make slow: see mapping().
    const options = { schema: 'failsafe', resolveKnownTags: false, uniqueKeys: false, lineCounter: lines };
    const document = (0,yaml_dist/* parseDocument */.Tp)(text, options);
    const [problem] = document.errors;
    if (problem) {
        throw unreadable(input, problem.linePos?.[0].line ?? 1, complaint(problem.message));
    }
    const conversion = { input, lines, targets: aliasTargets(input, document), left: mostValues };
    const value = toValue(conversion, document.contents, []);
    return Array.isArray(value) ? value : [value];
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
/**
 * Downloads inputs to their folders, one after another, each as fast as the wire allows, and gives each when it is complete. Room is made sure of
 * for all of them first.
 * @throws UserError for everything that stands against it; no folder is left half full
 */
async function* downloadInputs(context, placed, concurrency) {
    const { signal, log } = context;
    const plans = [];
    for (const { input, folder } of placed) {
        const { container, snapshot, asset, begun } = input;
        plans.push({
            input,
            plan: await (0,transfer.planDownload)({ container, snapshot, folder, label: labelOf(asset), concurrency, signal, log, begun }),
        });
    }
    await (0,transfer.requireFreeSpace)(plans.map(({ plan }) => plan));
    for (const { plan, input } of plans)
        yield await downloadInput(context, plan, input);
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
        reason: stage_reasonOf(plan, input),
        seconds,
        fetched: { files, bytes },
    };
}
/** Why an input was downloaded as it was. */
function stage_reasonOf({ missing, outdated }, { dataset, snapshot }) {
    if (missing.length === 0 && outdated.length === 0)
        return 'nothing changed since the last run';
    if (missing.length < snapshot.length)
        return `${(0,report/* counted */.hS)(missing.length, 'file')} fetched, the rest was there`;
    return dataset.useMounting === 'false' ? '' : 'mounting is not built yet';
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

;// CONCATENATED MODULE: ./build/datasets/index.js
/** The domain: which datasets, which version, where they are put, and how a new version comes to be. */











/***/ })

};
