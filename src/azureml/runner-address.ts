import { Resolver } from 'node:dns/promises'
import { networkInterfaces } from 'node:os'

/** How the runner is seen by others, as far as that can be found out. */
export interface RunnerAddress {
  readonly address: string
  /** Whether it is the one that services see; else the one inside the runner's own network. */
  readonly isPublic: boolean
}

/** The resolvers of OpenDNS. Asked for `myip.opendns.com`, they answer with the address that the question came from. */
const openDns = ['208.67.222.222', '208.67.220.220']
/** For one resolver; no more than two are asked. */
const patience = 1000

/**
 * The address of this runner, for the error of a firewall, which does not name it. One DNS question is asked, which says nothing about us;
 * without an answer within two seconds it is the address of the first interface. Undefined where there is none either.
 */
export async function runnerAddress(servers: readonly string[] = openDns): Promise<RunnerAddress | undefined> {
  return (await publicAddress(servers)) ?? ownAddress()
}

async function publicAddress(servers: readonly string[]): Promise<RunnerAddress | undefined> {
  const resolver = new Resolver({ timeout: patience, tries: 1 })
  resolver.setServers(servers)
  const deadline = setTimeout(() => resolver.cancel(), 2 * patience)
  try {
    const [address] = await resolver.resolve4('myip.opendns.com')
    return address === undefined ? undefined : { address, isPublic: true }
  } catch {
    return undefined // no way to that resolver, or another one that answers in its place
  } finally {
    clearTimeout(deadline)
  }
}

function ownAddress(): RunnerAddress | undefined {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  const own = all.find(({ family, internal }) => family === 'IPv4' && !internal)
  return own && { address: own.address, isPublic: false }
}
