export const id = 517;
export const ids = [517];
export const modules = {

/***/ 6517:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   runPost: () => (/* binding */ runPost)
/* harmony export */ });
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(76760);
/* harmony import */ var _actions_core__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(96421);
/* harmony import */ var _mount_index_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(4082);
/* harmony import */ var _report_index_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(92036);
/* harmony import */ var _mounting_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(79512);
/* harmony import */ var _mounting_outputs_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(60615);
/* harmony import */ var _processes_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(87234);
/* harmony import */ var _publishing_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(26726);
/* harmony import */ var _reporting_js__WEBPACK_IMPORTED_MODULE_8__ = __webpack_require__(50928);
/* harmony import */ var _session_js__WEBPACK_IMPORTED_MODULE_9__ = __webpack_require__(37771);
/* harmony import */ var _step_js__WEBPACK_IMPORTED_MODULE_10__ = __webpack_require__(24541);
/* harmony import */ var _submitting_js__WEBPACK_IMPORTED_MODULE_11__ = __webpack_require__(50901);












/** The post step: undoes what a killed main step left, or publishes what the job wrote. */
async function runPost() {
    await (0,_step_js__WEBPACK_IMPORTED_MODULE_10__/* .runStep */ .e)(async (signal) => {
        const folder = _actions_core__WEBPACK_IMPORTED_MODULE_1__/* .getState */ .Gu('session');
        if (folder === '')
            return; // main failed before it began anything
        const session = await (0,_session_js__WEBPACK_IMPORTED_MODULE_9__/* .loadSession */ .L6)(folder);
        // Main failed and tidied up itself, or was killed before it had written anything down.
        if (!session)
            return (0,_session_js__WEBPACK_IMPORTED_MODULE_9__/* .removeSession */ .dF)({ id: (0,node_path__WEBPACK_IMPORTED_MODULE_0__.basename)(folder) });
        // In a job container, the runner's signals reach only the docker client.
        await (0,_processes_js__WEBPACK_IMPORTED_MODULE_6__/* .endProcess */ .JZ)(session.main);
        try {
            await (0,_reporting_js__WEBPACK_IMPORTED_MODULE_8__/* .reporting */ .v)('AzureML outputs', signal, (draft) => finish(session, draft, signal));
        }
        finally {
            // What was published meanwhile is in the session.
            const last = (await (0,_session_js__WEBPACK_IMPORTED_MODULE_9__/* .loadSession */ .L6)(folder).catch(() => undefined)) ?? session;
            const status = await (0,_session_js__WEBPACK_IMPORTED_MODULE_9__/* .unmountAll */ .S1)(last);
            (0,_mounting_js__WEBPACK_IMPORTED_MODULE_4__/* .tellHolders */ .lS)(status);
            (0,_mounting_outputs_js__WEBPACK_IMPORTED_MODULE_5__/* .tellLeftBehind */ .DA)(last, status);
            await (0,_session_js__WEBPACK_IMPORTED_MODULE_9__/* .removeSession */ .dF)(session);
        }
    });
}
async function finish(session, draft, signal) {
    if (session.state !== 'ready') {
        (0,_reporting_js__WEBPACK_IMPORTED_MODULE_8__/* .tellAfterMain */ .P)(draft, session);
        await (0,_session_js__WEBPACK_IMPORTED_MODULE_9__/* .undo */ .tN)(session);
        if (session.azuremlJob !== undefined)
            await (0,_submitting_js__WEBPACK_IMPORTED_MODULE_11__/* .makeSureOfCancel */ .pq)(await (0,_publishing_js__WEBPACK_IMPORTED_MODULE_7__/* .reconnect */ .M6)(session, draft, signal), session.azuremlJob);
        return note(draft, 'The first step of this action did not get to its end: what it had begun was removed, and nothing is published.');
    }
    try {
        // What was made of incomplete inputs is not published.
        await (0,_mounting_js__WEBPACK_IMPORTED_MODULE_4__/* .requireSoundMounts */ .tI)(session);
    }
    catch (error) {
        await removeLost(session, draft, signal);
        throw error;
    }
    if (!(0,_publishing_js__WEBPACK_IMPORTED_MODULE_7__/* .hasUnpublished */ .wY)(session) || session.policy.uploadOutputs === 'never')
        return;
    (0,_reporting_js__WEBPACK_IMPORTED_MODULE_8__/* .tellAfterMain */ .P)(draft, session);
    if (wantsPublishing(session, _actions_core__WEBPACK_IMPORTED_MODULE_1__/* .getInput */ .V4('job-status'), draft))
        await (0,_publishing_js__WEBPACK_IMPORTED_MODULE_7__/* .publishSession */ .kt)(session, draft, signal);
}
/** Whether outputs are to be published, as the job went. */
function wantsPublishing({ policy, outputs }, jobStatus, draft) {
    const names = outputs.map(({ dataset }) => dataset.name).join(', ');
    if (jobStatus === 'success' || (jobStatus === 'failure' && policy.uploadOutputs === 'always'))
        return true;
    if (jobStatus === 'failure' || jobStatus === 'cancelled') {
        note(draft, `Not published, as the job was ${jobStatus === 'failure' ? 'not successful' : 'cancelled'}: ${names}.`);
        return false;
    }
    throw new _report_index_js__WEBPACK_IMPORTED_MODULE_3__/* .UserError */ .yo('job-status-unknown', `Not published: ${names}. The post step cannot see how the job went, as in composite actions. Add a step "uses: your-org/azureml-datasets/publish@v1" after the one that writes the output.`);
}
/** What a daemon had sent that has ended cannot be deleted by it any more. */
async function removeLost(session, draft, signal) {
    const outputs = session.outputs.filter(({ mounted, published }) => mounted && published === undefined);
    if (outputs.length === 0 || (await (0,_mount_index_js__WEBPACK_IMPORTED_MODULE_2__/* .askDaemon */ .Ii)((0,_session_js__WEBPACK_IMPORTED_MODULE_9__/* .sessionFolder */ .vE)(session.id), { ask: 'status' })))
        return;
    try {
        const context = await (0,_publishing_js__WEBPACK_IMPORTED_MODULE_7__/* .reconnect */ .M6)(session, draft, signal);
        for (const { dataset, mounted } of outputs)
            if (mounted)
                await (0,_mounting_outputs_js__WEBPACK_IMPORTED_MODULE_5__/* .removeSent */ .VP)(context, dataset, mounted);
    }
    catch (error) {
        draft.log.warning(`What the mounted outputs had sent could not be deleted: ${(0,_report_index_js__WEBPACK_IMPORTED_MODULE_3__/* .messageOf */ .bD)(error)}`);
    }
}
function note({ log, change }, text) {
    log.info(text);
    change({ notes: [text] });
}


/***/ }),

/***/ 26726:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   M6: () => (/* binding */ reconnect),
/* harmony export */   kt: () => (/* binding */ publishSession),
/* harmony export */   wY: () => (/* binding */ hasUnpublished)
/* harmony export */ });
/* harmony import */ var _actions_core__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(96421);
/* harmony import */ var _datasets_index_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(68082);
/* harmony import */ var _report_index_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(92036);
/* harmony import */ var _connection_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(22743);
/* harmony import */ var _job_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(67712);
/* harmony import */ var _mounting_outputs_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(60615);
/* harmony import */ var _session_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(37771);







/** A new version is compared with the one before it for no longer than this: the step waits, and so may somebody who cancels it. */
const patience = 60_000;
/** Whether a session has outputs that nobody published yet. */
function hasUnpublished({ outputs }) {
    return outputs.some(({ published }) => published === undefined);
}
/** Publishes what a session opened, one output after the other; each that is done is written down at once, so that it is never done twice. */
async function publishSession(session, draft, signal) {
    const job = await (0,_job_js__WEBPACK_IMPORTED_MODULE_4__/* .currentJob */ .b)();
    const warning = (0,_job_js__WEBPACK_IMPORTED_MODULE_4__/* .mayPublish */ .u)(job);
    // Where the post step publishes, the main step has warned already.
    if (warning && session.policy.uploadOutputs === 'never')
        draft.log.warning(warning);
    await (0,_mounting_outputs_js__WEBPACK_IMPORTED_MODULE_5__/* .sealOutputs */ .YY)(session, draft, signal);
    const context = await reconnect(session, draft, signal);
    let current = session;
    for (const [index, output] of session.outputs.entries()) {
        if (output.published !== undefined)
            continue;
        const noteRegistering = async (isRegistering) => {
            current = await (0,_session_js__WEBPACK_IMPORTED_MODULE_6__/* .updateSession */ .qO)(current, { outputs: withRegistering(current.outputs, index, isRegistering) });
        };
        const publication = await publishOne(context, job, current, output, noteRegistering);
        current = await noteDown(current, index, publication?.published ?? 'empty', draft);
        if (publication)
            current = await noteDown(current, index, await withChanges(context, publication), draft);
    }
    return current;
}
function withRegistering(outputs, index, isRegistering) {
    return outputs.map((output, at) => at === index && output.mounted ? { ...output, mounted: { ...output.mounted, isRegistering } } : output);
}
/** Signs in and opens the workspace of a session once more. */
async function reconnect({ connection }, { log, stopwatch }, signal) {
    signal.throwIfAborted();
    if (!connection)
        throw new Error('a session with outputs and no connection');
    stopwatch.begin('sign in');
    const identity = await (0,_connection_js__WEBPACK_IMPORTED_MODULE_3__/* .identify */ .ls)(connection, _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .getInput */ .V4('client-secret'), log);
    return (0,_connection_js__WEBPACK_IMPORTED_MODULE_3__/* .connect */ .Ng)(connection, identity, signal, log, stopwatch);
}
async function publishOne(context, job, session, { dataset, folder, mounted }, noteRegistering) {
    const { ifNoFilesFound, concurrency } = session.policy;
    const provenance = { ...job.provenance, inputs: session.inputs.map(inputLabel) };
    const request = { output: dataset, provenance, ifNoFilesFound };
    try {
        if (!mounted)
            return await (0,_datasets_index_js__WEBPACK_IMPORTED_MODULE_1__/* .publishOutput */ .P5)(context, { ...request, folder, concurrency });
        const files = await (0,_mounting_outputs_js__WEBPACK_IMPORTED_MODULE_5__/* .sealedFiles */ .eG)(session, mounted);
        const beforeRegister = () => noteRegistering(true);
        return await (0,_datasets_index_js__WEBPACK_IMPORTED_MODULE_1__/* .publishMounted */ .i6)(context, { ...request, files, beforeRegister }, mounted.written);
    }
    catch (error) {
        // Who was refused has registered nothing; of everything else, nobody knows.
        if (mounted && error instanceof _report_index_js__WEBPACK_IMPORTED_MODULE_2__/* .UserError */ .yo)
            await noteRegistering(false);
        if (error instanceof _report_index_js__WEBPACK_IMPORTED_MODULE_2__/* .Cancelled */ .cJ)
            context.log.info(`Output "${dataset.name}" was not published: the step was cancelled before it was registered.`);
        throw error;
    }
}
async function withChanges(context, { published, content }) {
    return { ...published, changes: await (0,_datasets_index_js__WEBPACK_IMPORTED_MODULE_1__/* .changesSince */ .sR)(context, published, content, AbortSignal.timeout(patience)) };
}
async function noteDown(session, index, published, draft) {
    const outputs = session.outputs.map((output, position) => (position === index ? { ...output, published } : output));
    draft.change({ outputs });
    return (0,_session_js__WEBPACK_IMPORTED_MODULE_6__/* .updateSession */ .qO)(session, { outputs });
}
function inputLabel({ name, version }) {
    return version === '' ? `${name} (local)` : `${name}:${version}`;
}


/***/ })

};
