/** TLS codes of Node for a certificate whose authority is not known here: what a proxy that reads the traffic looks like. */
const untrusted = [
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
]

/** A sentence for a service that gave no answer, and what to do, by the code of the system or of TLS (`ENOTFOUND`; may be empty). */
export function unreachable(service: string, code: string): string {
  return `${service} cannot be reached (${code || 'no answer'}). ${networkAdvice(code)}`
}

function networkAdvice(code: string): string {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return "The runner's DNS does not know its name: check that name and, where there are private endpoints only, that the runner and its DNS are in their network."
  }
  if (untrusted.includes(code)) {
    return 'The certificate is of an authority that this runner does not trust, as behind a proxy that reads the traffic: save that authority as a PEM file, and name it in the variable NODE_EXTRA_CA_CERTS.'
  }
  if (code === 'CERT_NOT_YET_VALID' || code === 'CERT_HAS_EXPIRED') {
    return `The certificate is not valid at the time that this runner's clock shows, ${new Date().toUTCString()}. Is the clock right?`
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return "Another server answers at its address, with a certificate of its own. Check the runner's DNS, and its proxy if it has one (HTTPS_PROXY)."
  }
  return 'Check the network of the runner, and its proxy if it has one (HTTPS_PROXY, NO_PROXY).'
}

/** A sentence for an answer that is not the service's: a web page, or a status without the service's own code. */
export function foreignAnswer(service: string, status: number): string {
  return status === 407
    ? `The proxy between this runner and ${service} asks for a password (407): give it in HTTPS_PROXY=http://user:password@proxy:port.`
    : `Something on the way to ${service} answered in its place (${status}): a proxy, or the sign-in page of a network. Check the network of the runner, and its proxy if it has one (HTTPS_PROXY, NO_PROXY).`
}
