/** What lies where in a file follows from its name alone: so nobody has to keep it, and whoever reads it can tell. */
export function patternAt(name: string, offset: number, length: number): Buffer {
  const seed = hashOf(name)
  const first = Math.floor(offset / 4)
  const count = Math.ceil((offset + length) / 4) - first
  const words = new Uint32Array(count)
  const [low, high] = [first % 2 ** 32, Math.floor(first / 2 ** 32)]
  for (let index = 0; index < count; index += 1) {
    const carry = low + index >= 2 ** 32 ? 1 : 0
    words[index] = mixed(seed + Math.imul(high + carry, 0x27d4eb2f), low + index)
  }
  return Buffer.from(words.buffer, offset - first * 4, length)
}

function mixed(seed: number, value: number): number {
  let mix = Math.imul(seed ^ value, 0x9e3779b1)
  mix = Math.imul(mix ^ (mix >>> 15), 0x85ebca6b)
  return mix ^ (mix >>> 13)
}

/** FNV-1a */
function hashOf(text: string): number {
  return Buffer.from(text).reduce((hash, byte) => Math.imul(hash ^ byte, 0x01000193), 0x811c9dc5 | 0)
}

/** Random numbers below 1, always the same ones for a seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mix = Math.imul(state ^ (state >>> 15), 1 | state)
    mix = (mix + Math.imul(mix ^ (mix >>> 7), 61 | mix)) ^ mix
    return ((mix ^ (mix >>> 14)) >>> 0) / 2 ** 32
  }
}
