import type { IncomingMessage } from 'node:http'
import type { CannedResponse, EmulatorRequest } from '../traffic.ts'
import { rangeRefusal, signatureRefusal } from './errors.ts'

/** What the service would have answered where Azurite answers something else; undefined where they agree. */
export function correction(request: EmulatorRequest, answered: IncomingMessage): CannedResponse | undefined {
  return signatureCorrection(request, answered) ?? rangeCorrection(answered)
}

/** To a wrong signature Azurite says what a firewall says to a stranger, or 400 when it came with a shared key. */
function signatureCorrection(request: EmulatorRequest, answered: IncomingMessage): CannedResponse | undefined {
  const code = String(answered.headers['x-ms-error-code'])
  if (!['AuthorizationFailure', 'InvalidAuthenticationInfo'].includes(code)) return undefined
  const detail =
    request.credential === 'Sas'
      ? 'Signature did not match.'
      : 'The MAC signature found in the HTTP request is not the same as any computed signature.'
  return signatureRefusal(detail)
}

/** A range that begins right after the last byte, as every range of an empty blob does, is no range for the service. */
function rangeCorrection(answered: IncomingMessage): CannedResponse | undefined {
  const [, start, size] = /^bytes (\d+)-.*\/(\d+)$/.exec(answered.headers['content-range'] ?? '') ?? []
  return start !== undefined && Number(start) >= Number(size) ? rangeRefusal(Number(size)) : undefined
}
