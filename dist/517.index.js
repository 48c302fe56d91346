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
/* harmony import */ var _report_index_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(63359);
/* harmony import */ var _action_log_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(47178);
/* harmony import */ var _processes_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(87234);
/* harmony import */ var _publishing_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(26726);
/* harmony import */ var _session_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(37771);
/* harmony import */ var _step_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(52768);
/* harmony import */ var _summary_js__WEBPACK_IMPORTED_MODULE_8__ = __webpack_require__(76079);









/** The post step: undoes what a killed main step left, or publishes what the job wrote. */
async function runPost() {
    await (0,_step_js__WEBPACK_IMPORTED_MODULE_7__/* .runStep */ .e)(async (signal) => {
        const folder = _actions_core__WEBPACK_IMPORTED_MODULE_1__/* .getState */ .Gu('session');
        if (folder === '')
            return; // main failed before it began anything
        const session = await (0,_session_js__WEBPACK_IMPORTED_MODULE_6__/* .loadSession */ .L6)(folder);
        // Main failed and tidied up itself, or was killed before it had written anything down.
        if (!session)
            return (0,_session_js__WEBPACK_IMPORTED_MODULE_6__/* .removeSession */ .dF)({ id: (0,node_path__WEBPACK_IMPORTED_MODULE_0__.basename)(folder) });
        // In a job container, the runner's signals reach only the docker client.
        await (0,_processes_js__WEBPACK_IMPORTED_MODULE_4__/* .endProcess */ .JZ)(session.main);
        try {
            await finish(session, signal);
        }
        finally {
            await (0,_session_js__WEBPACK_IMPORTED_MODULE_6__/* .removeSession */ .dF)(session);
        }
    });
}
async function finish(session, signal) {
    if (session.state !== 'ready') {
        await (0,_session_js__WEBPACK_IMPORTED_MODULE_6__/* .undo */ .tN)(session);
        _action_log_js__WEBPACK_IMPORTED_MODULE_3__/* .actionLog */ .Z.info('The first step of this action did not get to its end: what it had begun was removed, and nothing is published.');
        return;
    }
    if (!(0,_publishing_js__WEBPACK_IMPORTED_MODULE_5__/* .hasUnpublished */ .w)(session) || !wantsPublishing(session, _actions_core__WEBPACK_IMPORTED_MODULE_1__/* .getInput */ .V4('job-status')))
        return;
    await (0,_summary_js__WEBPACK_IMPORTED_MODULE_8__/* .writePublishedSummary */ ._)(await (0,_publishing_js__WEBPACK_IMPORTED_MODULE_5__/* .publishSession */ .k)(session, signal));
}
/** Whether outputs are to be published, as the job went. */
function wantsPublishing({ policy, outputs }, jobStatus) {
    const names = outputs.map(({ dataset }) => dataset.name).join(', ');
    if (policy.uploadOutputs === 'never')
        return false;
    if (jobStatus === 'success' || (jobStatus === 'failure' && policy.uploadOutputs === 'always'))
        return true;
    if (jobStatus === 'failure' || jobStatus === 'cancelled') {
        _action_log_js__WEBPACK_IMPORTED_MODULE_3__/* .actionLog */ .Z.info(`Not published, as the job was ${jobStatus === 'failure' ? 'not successful' : 'cancelled'}: ${names}.`);
        return false;
    }
    throw new _report_index_js__WEBPACK_IMPORTED_MODULE_2__/* .UserError */ .yo('job-status-unknown', `Not published: ${names}. The post step cannot see how the job went, as in composite actions. Add a step "uses: your-org/azureml-datasets/publish@v1" after the one that writes the output.`);
}


/***/ }),

/***/ 26726:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   k: () => (/* binding */ publishSession),
/* harmony export */   w: () => (/* binding */ hasUnpublished)
/* harmony export */ });
/* harmony import */ var _actions_core__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(96421);
/* harmony import */ var _datasets_index_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(90304);
/* harmony import */ var _report_index_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(63359);
/* harmony import */ var _action_log_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(47178);
/* harmony import */ var _connection_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(22743);
/* harmony import */ var _job_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(67712);
/* harmony import */ var _session_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(37771);







/** Whether a session has outputs that nobody published yet. */
function hasUnpublished({ outputs }) {
    return outputs.some(({ published }) => published === undefined);
}
/** Publishes what a session opened, one output after the other; each that is done is written down at once, so that it is never done twice. */
async function publishSession(session, signal) {
    const job = await (0,_job_js__WEBPACK_IMPORTED_MODULE_5__/* .currentJob */ .b)();
    const warning = (0,_job_js__WEBPACK_IMPORTED_MODULE_5__/* .mayPublish */ .u)(job);
    // Where the post step publishes, the main step has warned already.
    if (warning && session.policy.uploadOutputs === 'never')
        _action_log_js__WEBPACK_IMPORTED_MODULE_3__/* .actionLog */ .Z.warning(warning);
    const context = await reconnect(session, signal);
    let current = session;
    for (const [index, output] of session.outputs.entries()) {
        if (output.published !== undefined)
            continue;
        const published = (await publishOne(context, job, current, output)) ?? 'empty';
        const outputs = current.outputs.map((other, position) => (position === index ? { ...other, published } : other));
        current = await (0,_session_js__WEBPACK_IMPORTED_MODULE_6__/* .updateSession */ .qO)(current, { outputs });
    }
    return current;
}
async function reconnect({ connection }, signal) {
    signal.throwIfAborted();
    if (!connection)
        throw new Error('a session with outputs and no connection');
    const identity = await (0,_connection_js__WEBPACK_IMPORTED_MODULE_4__/* .identify */ .ls)(connection, _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .getInput */ .V4('client-secret'), _action_log_js__WEBPACK_IMPORTED_MODULE_3__/* .actionLog */ .Z);
    return (0,_connection_js__WEBPACK_IMPORTED_MODULE_4__/* .connect */ .Ng)(connection, identity, signal, _action_log_js__WEBPACK_IMPORTED_MODULE_3__/* .actionLog */ .Z);
}
async function publishOne(context, job, { policy, inputs }, { dataset, folder }) {
    const provenance = { ...job.provenance, inputs: inputs.map(inputLabel) };
    const { ifNoFilesFound, concurrency } = policy;
    try {
        return await (0,_datasets_index_js__WEBPACK_IMPORTED_MODULE_1__/* .publishOutput */ .P5)(context, { output: dataset, folder, provenance, ifNoFilesFound, concurrency });
    }
    catch (error) {
        if (error instanceof _report_index_js__WEBPACK_IMPORTED_MODULE_2__/* .Cancelled */ .cJ)
            _action_log_js__WEBPACK_IMPORTED_MODULE_3__/* .actionLog */ .Z.info(`Output "${dataset.name}" was not published: the step was cancelled before it was registered.`);
        throw error;
    }
}
function inputLabel({ name, version }) {
    return version === '' ? `${name} (local)` : `${name}:${version}`;
}


/***/ })

};
