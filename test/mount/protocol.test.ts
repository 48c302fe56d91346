import { constants } from 'node:os'
import { describe, expect, test } from 'vitest'
import { answerInit, initFlags, readOnlyFlags } from '../../src/mount/fuse/init.ts'
import { operationNames, operations } from '../../src/mount/fuse/operations.ts'
import { repliesTo, timeOf } from '../../src/mount/fuse/replies.ts'
import { requestsIn } from '../../src/mount/fuse/requests.ts'

/** A request as the kernel writes it: 32-bit numbers behind a header. */
function request(opcode: number, body: readonly number[] = [], unique = 2): Buffer {
  const bytes = Buffer.alloc(40 + 4 * body.length)
  bytes.writeUInt32LE(bytes.length, 0)
  bytes.writeUInt32LE(opcode, 4)
  bytes.writeBigUInt64LE(BigInt(unique), 8)
  bytes.writeBigUInt64LE(5n, 16)
  for (const [index, value] of body.entries()) bytes.writeUInt32LE(value, 40 + 4 * index)
  return bytes
}

/** Replies that end in a list. */
function replies() {
  const sent: Buffer[] = []
  const device = {
    write: (head: Uint8Array, rest: readonly Uint8Array[] = []) => void sent.push(Buffer.concat([head, ...rest])),
  }
  return { sent, replies: repliesTo(device, 100) }
}

const time = timeOf(1_700_000_000_250)
const attributes = {
  ...{ ino: 2 ** 40 + 3, size: 5 * 2 ** 32 + 1, atime: time, mtime: time, ctime: { seconds: -1, nanoseconds: 5 } },
  ...{ mode: 0o100444, nlink: 1, uid: 7, gid: 8 },
}

describe('the operations', () => {
  test('are those of linux/fuse.h, each with a number of its own', () => {
    expect(new Set(Object.values(operations)).size).toBe(Object.values(operations).length)
    expect([operationNames[1], operationNames[15], operationNames[26], operationNames[44], operationNames[7]]).toEqual([
      ...['LOOKUP', 'READ', 'INIT', 'READDIRPLUS'],
      undefined,
    ])
  })
})

describe('a request', () => {
  test('has numbers of 64 bits as far as they are exact, and names as bytes', () => {
    const buffer = Buffer.alloc(256)
    buffer.set(request(15, [1, 2, 0xffffffff, 0x1fffff], 2 ** 52 + 2))
    const read = requestsIn(buffer)
    expect([read.opcode, read.unique, read.nodeid]).toEqual([15, 2 ** 52 + 2, 5])
    expect([read.u32(44), read.u64(48)]).toEqual([2, 2 ** 53 - 1])
    buffer.set(request(1, [0, 0]))
    buffer.set([0x61, 0xff, 0xfe, 0], 40)
    expect([...read.name(40)]).toEqual([0x61, 0xff, 0xfe])
  })

  test('whose name has no end does not run into what the one before left', () => {
    const buffer = Buffer.alloc(256, 'x')
    buffer.set(request(1, [0x61616161]))
    expect(requestsIn(buffer).name(40).toString()).toBe('aaaa')
  })
})

describe('INIT', () => {
  const answer = (body: readonly number[]) =>
    answerInit(requestsIn(request(26, body)), { pageBytes: 4096, mostWrite: 4096, flags: readOnlyFlags })

  test('agrees on what both know, and no more than the kernel offers', () => {
    const offered = (1 << initFlags.ASYNC_READ) | (1 << initFlags.MAX_PAGES) | (1 << 16)
    const reply = answer([7, 45, 131_072, offered, 0])
    expect(reply.length).toBe(80)
    expect([reply.readUInt32LE(0), reply.readInt32LE(4), reply.readUInt32LE(8)]).toEqual([80, 0, 2])
    expect([reply.readUInt32LE(16), reply.readUInt32LE(20), reply.readUInt32LE(24)]).toEqual([7, 45, 131_072])
    expect(reply.readUInt32LE(28)).toBe((1 << initFlags.ASYNC_READ) | (1 << initFlags.MAX_PAGES))
    expect([reply.readUInt16LE(32), reply.readUInt16LE(34), reply.readUInt16LE(44)]).toEqual([64, 48, 256])
  })

  test('speaks the older version of a kernel, asks one with a newer major to come again, and refuses what is too old', () => {
    expect(answer([7, 31, 0, 0, 0]).readUInt32LE(20)).toBe(31)
    const later = answer([8, 1, 0, 0, 0])
    expect([later.readUInt32LE(16), later.readUInt32LE(20)]).toEqual([7, 0])
    expect(() => answer([7, 30, 0, 0, 0])).toThrow('Linux 5.4')
  })
})

describe('a reply', () => {
  test('of an error is the head alone, with the number below zero', () => {
    const { sent, replies: to } = replies()
    to.error(2 ** 40, 'EROFS')
    expect(sent[0]?.length).toBe(16)
    expect(sent[0]?.readInt32LE(4)).toBe(-constants.errno.EROFS)
    expect(sent[0]?.readBigUInt64LE(8)).toBe(2n ** 40n)
  })

  test('of an inode has it twice, its attributes, and for how long they hold', () => {
    const { sent, replies: to } = replies()
    to.entry(2, attributes)
    const [reply = Buffer.alloc(0)] = sent
    expect(reply.length).toBe(16 + 128)
    expect([reply.readBigUInt64LE(16), reply.readBigUInt64LE(16 + 40)]).toEqual([2n ** 40n + 3n, 2n ** 40n + 3n])
    expect([reply.readBigUInt64LE(32), reply.readBigUInt64LE(40)]).toEqual([100n, 100n])
    const attr = reply.subarray(16 + 40)
    expect(attr.readBigUInt64LE(8)).toBe(BigInt(attributes.size))
    expect(attr.readBigUInt64LE(16)).toBe(BigInt(Math.ceil(attributes.size / 512)))
    expect([attr.readBigUInt64LE(32), attr.readUInt32LE(52)]).toEqual([1_700_000_000n, 250_000_000])
    expect([attr.readBigInt64LE(40), attr.readUInt32LE(56)]).toEqual([-1n, 5])
    expect([attr.readUInt32LE(60), attr.readUInt32LE(64), attr.readUInt32LE(68), attr.readUInt32LE(72)]).toEqual([
      ...[0o100444, 1, 7, 8],
    ])
  })

  test('of a name that is not there says for how long', () => {
    const { sent, replies: to } = replies()
    to.entry(2, attributes)
    to.noEntry(4)
    expect([sent[1]?.readBigUInt64LE(16), sent[1]?.readBigUInt64LE(32)]).toEqual([0n, 100n])
  })

  test('of bytes has them behind the head, whatever pieces they lie in', () => {
    const { sent, replies: to } = replies()
    to.data(2, [Buffer.from('ab'), Buffer.from('c')])
    expect(sent[0]?.readUInt32LE(0)).toBe(19)
    expect(sent[0]?.subarray(16).toString()).toBe('abc')
  })

  test('of entries ends before it is larger than asked for, and has each on a multiple of eight bytes', () => {
    const { sent, replies: to } = replies()
    const entries = to.entries(2 * (24 + 8), false)
    expect([1, 2, 3].map((cookie) => entries.add(cookie, Buffer.from('name'), attributes, true))).toEqual([
      true,
      true,
      false,
    ])
    entries.send(2)
    const [reply = Buffer.alloc(0)] = sent
    expect(reply.length).toBe(16 + 64)
    const second = reply.subarray(16 + 32)
    expect([second.readBigUInt64LE(8), second.readUInt32LE(16), second.readUInt32LE(20)]).toEqual([2n, 4, 8])
    expect(second.subarray(24).toString()).toBe('name\0\0\0\0')
  })

  test('of entries with attributes tells the kernel no inode for `.` and `..`', () => {
    const { sent, replies: to } = replies()
    const entries = to.entries(4096, true)
    entries.add(1, Buffer.from('.'), attributes, false)
    entries.send(2)
    expect(sent[0]?.readBigUInt64LE(16)).toBe(0n)
    expect(sent[0]?.readBigUInt64LE(16 + 128)).toBe(2n ** 40n + 3n)
  })
})
