/**
 * A script that writes a dataset: `writer.js FOLDER FILES BYTES [PAUSE]`. Each file has other content, made beforehand, so that writing is all that it
 * does; it waits so many milliseconds after each megabyte, as one that has to compute or to fetch what it writes.
 */
import { randomFillSync } from 'node:crypto'
import { closeSync, openSync, writeSync } from 'node:fs'

const [folder = '', files, bytes, pause = '0'] = process.argv.slice(2)
const waiting = new Int32Array(new SharedArrayBuffer(4))
const size = Number(bytes)
const piece = randomFillSync(Buffer.alloc(Math.min(size, 1024 * 1024)))
for (let file = 0; file < Number(files); file += 1) {
  const descriptor = openSync(`${folder}/file-${String(file).padStart(7, '0')}.bin`, 'w')
  for (let done = 0; done < size; done += piece.byteLength) {
    piece.writeUInt32LE(file, 0)
    piece.writeUInt32LE(done / piece.byteLength, 4)
    writeSync(descriptor, piece, 0, Math.min(piece.byteLength, size - done))
    if (pause !== '0') Atomics.wait(waiting, 0, 0, Number(pause))
  }
  closeSync(descriptor)
}
