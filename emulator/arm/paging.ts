import type { Request } from 'express'
import type { CannedResponse } from '../traffic.ts'
import { badRequest } from './errors.ts'

export interface Page<Item> {
  readonly value: Item[]
  /** What goes into the next page's `$skip`; undefined on the last. */
  readonly next: string | undefined
}

/** One page of a list, by AzureML's opaque `$skip` continuation. */
export function page<Item>(items: readonly Item[], skip: string, size: number): Page<Item> {
  const start = skip === '' ? 0 : readSkip(skip)
  const end = start + size
  return { value: items.slice(start, end), next: end < items.length ? writeSkip(end) : undefined }
}

/** How many items the caller wants at most, never more than the service's own page. */
export function pageSize(asked: string, parameter: string, most: number): number {
  if (asked === '') return most
  const size = Number(asked)
  if (!Number.isInteger(size) || size < 1) throw badRequest(`The value '${asked}' of ${parameter} is not valid.`)
  return Math.min(size, most)
}

function writeSkip(start: number): string {
  return Buffer.from(JSON.stringify({ start })).toString('base64')
}

function readSkip(skip: string): number {
  const match = /^\{"start":(\d+)\}$/.exec(Buffer.from(skip, 'base64').toString())
  if (!match) throw badRequest(`The continuation '${skip}' in $skip is not valid.`)
  return Number(match[1])
}

/** Reads single query parameters; one that is absent is the empty string. Clients that follow a nextLink repeat some. */
export function queryReader(request: Request): (key: string) => string {
  return (key) => {
    const [value] = [request.query[key]].flat()
    return typeof value === 'string' ? value : ''
  }
}

/** A list: `value`, and `nextLink` (this request with its `$skip` moved on) unless this is the last page. */
export function listAnswer<Item>(
  url: string,
  request: Request,
  found: Page<Item>,
  show: (item: Item) => unknown,
): CannedResponse {
  const value = found.value.map(show)
  if (found.next === undefined) return { status: 200, body: { value } }
  const [path, query = ''] = request.originalUrl.split('?', 2)
  const kept = query.split('&').filter((parameter) => !/^(\$|%24)skip=/i.test(parameter))
  const nextLink = `${url}${path}?${[...kept, `$skip=${encodeURIComponent(found.next)}`].join('&')}`
  return { status: 200, body: { value, nextLink } }
}
