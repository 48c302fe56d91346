import { randomBytes } from 'node:crypto'
import type { ContainerClient } from '@azure/storage-blob'
import type { Certificate } from '../certificate.ts'
import type { TokenIssuer } from '../entra/tokens.ts'
import { names } from '../names.ts'
import { listenLocally } from '../server.ts'
import type { Traffic } from '../traffic.ts'
import type { StorageAccess } from './access.ts'
import { startAzurite } from './azurite.ts'
import { makeFrontDoor } from './front-door.ts'
import { makeOwner, type SasOptions, signSas } from './owner.ts'

export interface Storage extends StorageAccess {
  readonly accountName: string
  readonly accountKey: string
  /** `https://127.0.0.1:PORT/account`: the front door, which is what clients use. */
  readonly url: string
  /** `127.0.0.1:PORT`: what datastores name as their endpoint. */
  readonly endpoint: string
  container(name: string): ContainerClient
  sas(container: string, options: SasOptions): string
}

export interface StorageOptions {
  readonly folder: string
  readonly port: number
  readonly certificate: Certificate
  readonly tokens: TokenIssuer
  readonly traffic: Traffic
  readonly secrets: Set<string>
}

/** Starts the storage account: Azurite, and the front door before it. `undo` is told how to end them. */
export async function startStorage(options: StorageOptions, undo: AsyncDisposableStack): Promise<Storage> {
  const { certificate, secrets } = options
  const account = { name: names.storageAccount, key: randomBytes(64).toString('base64') }
  secrets.add(account.key)
  const access: StorageAccess = { keyAccess: true, bearerAccess: 'write', firewall: false, denied: new Map() }
  const listener = await listenLocally(certificate, options.port)
  undo.defer(() => listener.close())
  const azurite = await startAzurite(options.folder, certificate, account)
  undo.defer(() => azurite.stop())
  const door = makeFrontDoor({ ...options, access, azuritePort: azurite.port, authority: certificate.authority })
  undo.defer(() => door.close())
  listener.server.on('request', door.handle)
  const owner = makeOwner(account, azurite.port, certificate.authority)
  const endpoint = `127.0.0.1:${listener.port}`
  return Object.assign(access, {
    accountName: account.name,
    accountKey: account.key,
    url: `https://${endpoint}/${account.name}`,
    endpoint,
    container: (name: string) => owner.getContainerClient(name),
    sas: (container: string, sas: SasOptions) => signSas(account, container, sas, secrets),
  })
}
