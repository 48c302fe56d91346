/** Memory for chunks, lent and given back, never more than there may be. */
export interface Buffers {
  /** Bytes that are lent out. */
  readonly lent: number
  /** A buffer with room for so many bytes, or undefined where that would be too much. */
  take(bytes: number): Buffer | undefined
  giveBack(buffer: Buffer): void
  /** The buffer is not lent any more, but somebody may still read from it: it is left to the garbage collector. */
  leave(buffer: Buffer): void
}

/** Chunks of small files are as large as the file: buffers come in powers of two from here on. */
const smallest = 4096

/**
 * @param most bytes of all buffers, lent or not
 * @param isShared whether other threads may read them
 */
export function createBuffers(most: number, isShared = false): Buffers {
  const free = new Map<number, Buffer[]>()
  let lent = 0
  let kept = 0
  /** What is kept of other sizes makes room for what was lent. */
  const dropSurplus = () => {
    for (const [size, buffers] of free) while (lent + kept > most && buffers.pop()) kept -= size
  }
  return {
    get lent() {
      return lent
    },
    take: (bytes) => {
      const size = Math.max(smallest, 2 ** Math.ceil(Math.log2(bytes)))
      if (lent + size > most) return undefined
      const known = free.get(size)?.pop()
      lent += size
      if (known) {
        kept -= size
        return known
      }
      dropSurplus()
      return isShared ? Buffer.from(new SharedArrayBuffer(size)) : Buffer.allocUnsafeSlow(size)
    },
    giveBack: (buffer) => {
      lent -= buffer.byteLength
      kept += buffer.byteLength
      const same = free.get(buffer.byteLength)
      if (same) same.push(buffer)
      else free.set(buffer.byteLength, [buffer])
    },
    leave: (buffer) => {
      lent -= buffer.byteLength
    },
  }
}
