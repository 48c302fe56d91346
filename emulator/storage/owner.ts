import {
  BlobServiceClient,
  ContainerSASPermissions,
  generateBlobSASQueryParameters,
  SASProtocol,
  StorageSharedKeyCredential,
} from '@azure/storage-blob'

export interface Account {
  readonly name: string
  readonly key: string
}

export interface SasOptions {
  /** The letters of a SAS's `sp`; default `racwdl`. */
  readonly permissions?: string
  readonly startsOn?: Date
  /** Default: in a day. In the past for one that has expired. */
  readonly expiresOn?: Date
}

/** The account's owner, who reaches Azurite behind the front door with the account key. */
export function makeOwner(account: Account, azuritePort: number, authority: string): BlobServiceClient {
  // The storage client hands its options on to the pipeline below it, which takes `tlsOptions`; its own type is silent.
  const options = { keepAliveOptions: { enable: true }, tlsOptions: { ca: authority } }
  const credential = new StorageSharedKeyCredential(account.name, account.key)
  return new BlobServiceClient(`https://127.0.0.1:${azuritePort}/${account.name}`, credential, options)
}

/** Signs a SAS for one container, as a query string without a question mark. */
export function signSas(account: Account, container: string, options: SasOptions, secrets: Set<string>): string {
  const sas = generateBlobSASQueryParameters(
    {
      containerName: container,
      permissions: ContainerSASPermissions.parse(options.permissions ?? 'racwdl'),
      protocol: SASProtocol.Https,
      expiresOn: options.expiresOn ?? new Date(Date.now() + 86_400_000),
      ...(options.startsOn ? { startsOn: options.startsOn } : {}),
    },
    new StorageSharedKeyCredential(account.name, account.key),
  )
  secrets.add(sas.signature).add(encodeURIComponent(sas.signature))
  return sas.toString()
}
