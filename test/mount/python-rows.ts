import { quoted } from './kernel-helpers.ts'

/** Lines of Python, the last of which gives what comes of them; and whether nobody is to do them where we are root. */
export type Lines = readonly [lines: string, isUser: boolean]

/**
 * A script of bash that does each of these in a process and a folder of its own, below the current one, and prints what
 * came of it: a value, or the name of the error.
 * @param folder where they all are done instead; it was prepared before
 */
export function scriptOf(rows: readonly Lines[], folder?: string): string {
  return ['python3', '-c', driver, JSON.stringify(rows), ...(folder === undefined ? [] : [folder])]
    .map(quoted)
    .join(' ')
}

/** What the script printed, row by row. */
export function outcomesIn(printed: string): unknown[] {
  return printed
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

const driver = String.raw`
import ast, ctypes, errno, fcntl, json, mmap, os, resource, shutil, signal, socket, stat
import subprocess, sys, tempfile, time
libc = ctypes.CDLL(None, use_errno=True)
NOREPLACE, EXCHANGE, WHITEOUT = 1, 2, 4
KEEP_SIZE, PUNCH_HOLE, COLLAPSE_RANGE, ZERO_RANGE, INSERT_RANGE = 1, 2, 8, 16, 32
SH, EX, NB, UN = fcntl.LOCK_SH, fcntl.LOCK_EX, fcntl.LOCK_NB, fcntl.LOCK_UN
NOW, OMIT = (0, 2 ** 30 - 1), (0, 2 ** 30 - 2)

def outcome(work):
    try:
        value = work()
        return 'done' if value is None else value
    except OSError as error:
        return errno.errorcode[error.errno]

def child(work, wait=True, become=None):
    """What came of it in another process, or what gives that later. If that was killed, the signal below zero."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            signal.alarm(20)
            if become: become()
            seen = outcome(work)
        except BaseException as error:
            seen = repr(error)
        os.write(writing, json.dumps(seen, default=repr).encode())
        os._exit(0)
    os.close(writing)
    def later():
        with open(reading, 'rb') as file: seen = file.read()
        status = os.waitpid(pid, 0)[1]
        return json.loads(seen) if seen else -status
    return later() if wait else later

def nobody(work, groups=()):
    def become():
        os.setgroups(groups); os.setgid(65534); os.setuid(65534)
    return child(work, become=become)

def made(name, content):
    with open(name, 'w') as file: file.write(content)
def called(name, *args):
    if getattr(libc, name)(*args) < 0: raise OSError(ctypes.get_errno(), name)
def renamed(old, new, flags):
    called('renameat2', -100, old.encode(), -100, new.encode(), flags)
def fallocate(name, mode, offset, length):
    with open(name, 'r+b') as file:
        called('fallocate', file.fileno(), mode, ctypes.c_long(offset), ctypes.c_long(length))
def times(*pairs):
    return (ctypes.c_long * 4)(*(number for pair in pairs for number in pair))
def mapped(name):
    return mmap.mmap(os.open(name, os.O_RDWR), 0)
def rights(name):
    return '%o' % (os.lstat(name).st_mode & 0o7777)
def page(fill):
    """A page where pages begin, as those need it that go past the caches."""
    buffer = mmap.mmap(-1, 4096)
    buffer[:] = (fill * 4096)[:4096]
    return buffer

def prepare():
    os.umask(0o022)
    os.makedirs('full/deep'); os.mkdir('empty')
    for name, content in (('file', 'alpha\n'), ('other', 'beta\n'), ('full/inner', 'inner')): made(name, content)
    for name, target in (('link', 'file'), ('way', 'full'), ('dangling', 'nowhere'), ('loop', 'loop')):
        os.symlink(target, name)

def run(row):
    signal.alarm(20)
    os.umask(0o022)
    lines = ast.parse(row)
    last = ast.Expression(lines.body.pop().value)
    exec(compile(lines, 'row', 'exec'), globals())
    return eval(compile(last, 'row', 'eval'), globals())

base = os.getcwd()
for number, (row, is_user) in enumerate(json.loads(sys.argv[1])):
    as_nobody = is_user and os.getuid() == 0
    folder = os.path.join(base, *(sys.argv[2:] or ['python-%d' % number]))
    if not sys.argv[2:]:
        os.mkdir(folder, 0o755)
        if as_nobody: os.chown(folder, 65534, 65534)
    os.chdir(folder)
    work = (lambda: run(row)) if sys.argv[2:] else (lambda: prepare() or run(row))
    print(json.dumps((nobody if as_nobody else child)(work)), flush=True)
    os.chdir(base)
`
