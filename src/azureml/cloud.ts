import { quoted, UserError } from '../report/index.ts'

/** The endpoints of one Azure cloud. URLs have no slash at the end: token scopes are made from them. */
export interface Cloud {
  readonly name: string
  readonly resourceManagerUrl: string
  readonly authorityHost: string
  /** Whether Entra must not be asked which clouds exist: it does not know private ones. */
  readonly isPrivate: boolean
  /** Audience of the id token that GitHub makes for Entra. */
  readonly federationAudience: string
  readonly studioUrl: string
  /** `{account}.blob.{storageSuffix}` */
  readonly storageSuffix: string
  readonly scopes: TokenScopes
}

/** Tokens are asked for each service by itself, so that a missing right for one does not hide the others. */
export interface TokenScopes {
  readonly management: string
  readonly storage: string
  readonly ml: string
}

/** Their names, the default first. */
export const cloudNames = ['public', 'usgovernment', 'china'] as const
type CloudName = (typeof cloudNames)[number]

/** Source of the hosts: the environments that Microsoft's SDKs ship with. */
const clouds: Record<CloudName, { arm: string; entra: string; audience: string; ml: string; storage: string }> = {
  public: {
    arm: 'https://management.azure.com',
    entra: 'https://login.microsoftonline.com',
    audience: 'api://AzureADTokenExchange',
    ml: 'https://ml.azure.com',
    storage: 'core.windows.net',
  },
  usgovernment: {
    arm: 'https://management.usgovcloudapi.net',
    entra: 'https://login.microsoftonline.us',
    audience: 'api://AzureADTokenExchangeUSGov',
    ml: 'https://ml.azure.us',
    storage: 'core.usgovcloudapi.net',
  },
  china: {
    arm: 'https://management.chinacloudapi.cn',
    entra: 'https://login.chinacloudapi.cn',
    audience: 'api://AzureADTokenExchangeChina',
    ml: 'https://ml.azure.cn',
    storage: 'core.chinacloudapi.cn',
  },
}

/**
 * The cloud of that name, with its two endpoints replaced where others are given (private clouds, the emulator).
 * @throws UserError for an unknown name, and for URLs that are not https
 */
export function cloudOf(name: string, resourceManagerUrl = '', authorityHost = ''): Cloud {
  if (!Object.hasOwn(clouds, name)) {
    throw new UserError('bad-input', `cloud: ${quoted(name)} is not known; use one of ${cloudNames.join(', ')}.`)
  }
  const hosts = clouds[name as CloudName]
  const arm = resourceManagerUrl ? origin('resource-manager-url', resourceManagerUrl) : hosts.arm
  return {
    name,
    resourceManagerUrl: arm,
    authorityHost: authorityHost ? origin('authority-host', authorityHost) : hosts.entra,
    isPrivate: authorityHost !== '',
    federationAudience: hosts.audience,
    studioUrl: hosts.ml,
    storageSuffix: hosts.storage,
    scopes: {
      management: `${arm}/.default`,
      storage: 'https://storage.azure.com/.default',
      ml: `${hosts.ml}/.default`,
    },
  }
}

/**
 * Whether a blob address belongs to the cloud's own storage service. Anybody who may register a dataset chooses the address that it points at,
 * and our token opens more than the data behind it. In a private cloud there is no telling, and every https address does.
 */
export function isOwnStorage({ storageSuffix, isPrivate }: Cloud, url: string): boolean {
  const { protocol, hostname } = new URL(url)
  if (protocol !== 'https:') return false
  // Accounts with a DNS zone endpoint: learn.microsoft.com, "Storage account overview".
  const suffixes = [
    `.blob.${storageSuffix}`,
    ...(storageSuffix === 'core.windows.net' ? ['.blob.storage.azure.net'] : []),
  ]
  return isPrivate || suffixes.some((suffix) => hostname.endsWith(suffix))
}

function origin(input: string, url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed?.protocol !== 'https:') {
    throw new UserError(
      'bad-input',
      `${input}: ${quoted(url)} is not an https URL. Tokens are sent there, so it has to be one.`,
    )
  }
  return `${parsed.origin}${parsed.pathname}`.replace(/\/+$/, '')
}
