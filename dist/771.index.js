export const id = 771;
export const ids = [771];
export const modules = {

/***/ 58771:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   runMountDaemon: () => (/* binding */ runMountDaemon)
/* harmony export */ });
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(73024);
/* harmony import */ var _azureml_index_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(3570);
/* harmony import */ var _blobs_index_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(52026);
/* harmony import */ var _mount_index_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(4082);
/* harmony import */ var _report_index_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(92036);
/* harmony import */ var _transfer_index_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(76112);
/* harmony import */ var _connection_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(22743);
/* harmony import */ var _daemon_start_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(48594);








/**
 * The mount daemon: a process of its own, which the main step starts and which lives until its mounts are gone. It is told everything on its
 * standard input, says on a pipe whether it is ready, and writes its log to standard error.
 */
async function runMountDaemon() {
    const log = createDaemonLog();
    // A file system that does not answer hangs who reads from it; one whose process has ended does not.
    for (const event of ['uncaughtException', 'unhandledRejection']) {
        process.on(event, (error) => {
            log.warning(`The daemon ends, by a bug of ours: ${(0,_report_index_js__WEBPACK_IMPORTED_MODULE_4__/* .detailOf */ .Rw)(error)}`);
            process.kill(process.pid, 'SIGKILL');
        });
    }
    try {
        const { start, snapshots } = await (0,_daemon_start_js__WEBPACK_IMPORTED_MODULE_7__/* .readStart */ .H)(process.stdin);
        Object.assign(process.env, start.environment);
        const open = opener(start, log);
        const inputs = await Promise.all(start.inputs.map(async (order, index) => ({
            ...order,
            container: await open(order),
            snapshot: snapshots[index],
        })));
        const outputs = await Promise.all(start.outputs.map(async (order) => {
            const container = await open(order);
            return { ...order, container, writer: (0,_transfer_index_js__WEBPACK_IMPORTED_MODULE_5__.openWriters)(container, log, 1 / start.outputs.length) };
        }));
        const daemon = await (0,_mount_index_js__WEBPACK_IMPORTED_MODULE_3__/* .startDaemon */ .LC)({ ...start, inputs, outputs, log });
        for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'])
            process.on(signal, () => void daemon.finish());
        if (!tell('ready'))
            await daemon.finish();
        await daemon.ended;
    }
    catch (error) {
        log.warning((0,_report_index_js__WEBPACK_IMPORTED_MODULE_4__/* .detailOf */ .Rw)(error));
        tell((0,_report_index_js__WEBPACK_IMPORTED_MODULE_4__/* .messageOf */ .bD)(error));
    }
}
/** Opens containers, for all of which one sign-in is enough. */
function opener({ connection, clientSecret }, log) {
    let identity;
    const signIn = () => {
        identity ??= (0,_connection_js__WEBPACK_IMPORTED_MODULE_6__/* .identify */ .ls)(connection, clientSecret, log);
        return identity;
    };
    return async ({ location, credential }) => (0,_blobs_index_js__WEBPACK_IMPORTED_MODULE_2__/* .openContainer */ .Qx)(location, await (0,_azureml_index_js__WEBPACK_IMPORTED_MODULE_1__/* .receiveCredential */ .Ti)(credential, (0,_connection_js__WEBPACK_IMPORTED_MODULE_6__/* .cloudIn */ .xI)(connection), signIn, log), log);
}
/** @returns false where nobody listens: the main step was killed */
function tell(text) {
    try {
        (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.writeSync)(_mount_index_js__WEBPACK_IMPORTED_MODULE_3__/* .readyDescriptor */ .zH, text);
        (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.closeSync)(_mount_index_js__WEBPACK_IMPORTED_MODULE_3__/* .readyDescriptor */ .zH);
        return true;
    }
    catch {
        return false;
    }
}
/** Lines with a time. Secrets are replaced: the log is a file, and may be shown. */
function createDaemonLog() {
    const secrets = new Set();
    const write = (level) => (message) => {
        let text = message;
        for (const secret of secrets)
            text = text.replaceAll(secret, '***');
        process.stderr.write(`${new Date().toISOString()} ${level}: ${text}\n`);
    };
    return {
        debug: () => { },
        info: write('info'),
        notice: write('info'),
        warning: write('warning'),
        mask: (secret) => {
            if (secret !== '')
                secrets.add(secret);
        },
    };
}


/***/ })

};
