import { randomUUID } from 'node:crypto'
import { names } from '../names.ts'
import type { CannedResponse } from '../traffic.ts'

/** An error of the Blob service: the code in a header and, unless the request was a HEAD, in an XML body. */
export function storageError(status: number, code: string, message: string, detail = ''): CannedResponse {
  const requestId = randomUUID()
  const text = `${message}\nRequestId:${requestId}\nTime:${new Date().toISOString().replace('Z', '0000Z')}`
  const details = detail && `<AuthenticationErrorDetail>${detail}</AuthenticationErrorDetail>`
  return {
    status,
    headers: {
      'content-type': 'application/xml',
      'x-ms-error-code': code,
      'x-ms-request-id': requestId,
      'x-ms-version': '2021-12-02',
    },
    body: `\uFEFF<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${text}</Message>${details}</Error>`,
  }
}

/** A 403 of any code, for what a test denies. */
export const deniedRefusal = (code: string) =>
  storageError(403, code, 'This request is not authorized to perform this operation.')

/** What the account's firewall answers to an address that it does not know. */
export const firewallRefusal = () =>
  storageError(403, 'AuthorizationFailure', 'This request is not authorized to perform this operation.')

/** What an account whose key access is disabled answers to its key, and to a SAS made with it. */
export const keyAccessRefusal = () =>
  storageError(
    403,
    'KeyBasedAuthenticationNotPermitted',
    'Key based authentication is not permitted on this storage account.',
  )

/** No role that allows it: Storage Blob Data Reader to read, Storage Blob Data Contributor to write. */
export const roleRefusal = () =>
  storageError(
    403,
    'AuthorizationPermissionMismatch',
    'This request is not authorized to perform this operation using this permission.',
  )

/** What an account without public access answers to a request without credentials. */
export const publicAccessRefusal = () =>
  storageError(409, 'PublicAccessNotPermitted', 'Public access is not permitted on this storage account.')

/** A signature that is wrong, or a SAS outside its time. */
export const signatureRefusal = (detail: string) =>
  storageError(
    403,
    'AuthenticationFailed',
    'Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including ' +
      'the signature.',
    detail,
  )

/** A bearer token that has expired, is for something else than storage, or is not ours; with the challenge that clients read. */
export function tokenRefusal(detail: string): CannedResponse {
  const text =
    'Server failed to authenticate the request. Please refer to the information in the www-authenticate header.'
  const error = storageError(401, 'InvalidAuthenticationInfo', text, detail)
  const authority = `https://login.microsoftonline.com/${names.tenantId}/oauth2/authorize`
  const challenge = `Bearer authorization_uri=${authority} resource_id=https://storage.azure.com`
  return { ...error, headers: { ...error.headers, 'www-authenticate': challenge } }
}

/** A range that has none of the blob's bytes. */
export function rangeRefusal(size: number): CannedResponse {
  const text = 'The range specified is invalid for the current size of the resource.'
  const error = storageError(416, 'InvalidRange', text)
  return { ...error, headers: { ...error.headers, 'content-range': `bytes */${size}` } }
}
