import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { generate } from 'selfsigned'

export interface Certificate {
  /** What a client trusts: NODE_EXTRA_CA_CERTS, SSL_CERT_FILE. */
  readonly authorityFile: string
  readonly authority: string
  readonly certificateFile: string
  readonly certificate: string
  readonly keyFile: string
  readonly key: string
}

const anHourAgo = () => new Date(Date.now() - 3_600_000)
const inThirtyDays = () => new Date(Date.now() + 30 * 86_400_000)

/**
 * Makes a certificate authority and one server certificate for this machine's own names, and writes them to `folder`.
 * The authority's private key is forgotten at once, so nobody can sign another certificate that its users would trust.
 */
export async function makeCertificate(folder: string): Promise<Certificate> {
  const authority = await makeAuthority()
  const server = await makeServerCertificate({ key: authority.private, cert: authority.cert })
  const files = {
    authorityFile: path.join(folder, 'ca.pem'),
    certificateFile: path.join(folder, 'server.pem'),
    keyFile: path.join(folder, 'server.key'),
  }
  await writeFile(files.authorityFile, authority.cert, { mode: 0o644 })
  await writeFile(files.certificateFile, server.cert, { mode: 0o644 })
  await writeFile(files.keyFile, server.private, { mode: 0o600 })
  return { ...files, authority: authority.cert, certificate: server.cert, key: server.private }
}

function makeAuthority() {
  // A name of its own: who trusts two emulators would otherwise look for one's issuer and find the other's.
  return generate([{ name: 'commonName', value: `AzureML emulator ${randomUUID()}` }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: anHourAgo(),
    notAfterDate: inThirtyDays(),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  })
}

function makeServerCertificate(ca: { key: string; cert: string }) {
  return generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: anHourAgo(),
    notAfterDate: inThirtyDays(),
    ca,
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
          { type: 7, ip: '::1' },
        ],
      },
    ],
  })
}
