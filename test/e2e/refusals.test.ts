import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { type CannedResponse, type EmulatorRequest, storageError } from '../../emulator/index.ts'
import { errorOf, type Inputs, type Job, useWorld } from './world.ts'

const world = useWorld()

/** Stages a folder of the datastore, and gives the error that the user reads. */
async function stagingError(folder: string, datastore: string): Promise<string> {
  const job = await world.job()
  return errorOf(await job.main({ 'input-datasets': folder, 'default-datastore': datastore }))
}

/** Publishes an output to the datastore, with a refusal that begins after the main step, and gives the error. */
async function publishingError(inputs: Inputs, refuse: () => void): Promise<string> {
  const job = await opened(inputs)
  refuse()
  const message = errorOf(await job.post())
  expect(world.emulator.dataAssets.names()).not.toContain(inputs['output-datasets'])
  return message
}

async function opened(inputs: Inputs): Promise<Job> {
  const job = await world.job()
  const main = await job.main(inputs)
  expect(main.exitCode, main.log).toBe(0)
  await job.write(path.join(main.outputs['output-0'] ?? '', 'made/f'), 'x')
  return job
}

/** Answers an operation so from its `nth` time on. */
function answerFrom(nth: number, operation: string, answer: (request: EmulatorRequest) => CannedResponse): void {
  let count = 0
  world.emulator.intercept.blob = (request) => {
    if (request.operation !== operation) return undefined
    count += 1
    return count >= nth ? answer(request) : undefined
  }
}

const roleLine = (role: string) =>
  `az role assignment create --assignee ${world.emulator.objectId} --role "${role}" --scope "$(az storage account show --name ${world.emulator.storage.accountName} --query id --output tsv)"`
const accountAndContainer = (container: string) =>
  `Storage account "${world.emulator.storage.accountName}", container "${container}"`
const minutesAway = (minutes: number) => new Date(Date.now() + minutes * 60_000)
/** An answer by a clock that is so many minutes ahead of ours. */
const ahead = (minutes: number, answer: CannedResponse): CannedResponse => ({
  ...answer,
  headers: { ...answer.headers, date: minutesAway(minutes).toUTCString() },
})
const wrongSignature = () => storageError(403, 'AuthenticationFailed', 'Server failed to authenticate the request.')

describe('a role that is missing on the blobs: the line that assigns it, to us, on the account', () => {
  test('when the container is opened', async () => {
    world.emulator.storage.bearerAccess = 'none'
    const message = await stagingError('any', 'identity_based')
    expect(message).toContain(
      `${accountAndContainer('identity-based')} cannot be opened. Tried with our own token: 403`,
    )
    expect(message).toContain(roleLine('Storage Blob Data Reader'))
    expect(message).toMatch(/\[storage-role-missing\] \S+#storage-role-missing$/)
  })

  test('when it is listed', async () => {
    await world.upload({ 'listed/f': 'x' }, 'identity-based')
    // The first List Blobs is the attempt to open.
    answerFrom(2, 'List Blobs', () => storageError(403, 'AuthorizationPermissionMismatch', 'No.'))
    const message = await stagingError('listed', 'identity_based')
    expect(message).toContain('refuses to list its files with our own token: 403 AuthorizationPermissionMismatch.')
    expect(message).toContain(roleLine('Storage Blob Data Reader'))
  })

  test('when a file is read: the file is named', async () => {
    await world.upload({ 'read/a b"c': 'x' }, 'identity-based')
    world.emulator.storage.denied.set('Get Blob', 'AuthorizationPermissionMismatch')
    const message = await stagingError('read', 'identity_based')
    expect(message).toContain(
      `${accountAndContainer('identity-based')} refuses to read "read/a b\\"c" with our own token: 403 AuthorizationPermissionMismatch.`,
    )
    expect(message).toContain(roleLine('Storage Blob Data Reader'))
  })

  test('when a file is written: the file is named, and nothing is registered', async () => {
    const message = await publishingError(
      { 'output-datasets': 'refused_write', 'default-datastore': 'identity_based' },
      () => {
        world.emulator.storage.denied.set('Put Blob', 'AuthorizationPermissionMismatch')
      },
    )
    expect(message).toMatch(/refuses to write "azureml-datasets\/refused_write\/\S+\/made\/f" with our own token: 403/)
    expect(message).toContain(roleLine('Storage Blob Data Contributor'))
    expect(message).toContain('[storage-role-missing]')
  })

  test('when what was uploaded is listed', async () => {
    const message = await publishingError({ 'output-datasets': 'refused_check' }, () => {
      answerFrom(2, 'List Blobs', () => storageError(403, 'AccountIsDisabled', 'No.'))
    })
    expect(message).toContain("refuses to list its files with the datastore's account key: 403 AccountIsDisabled.")
  })
})

describe('the firewall of the account', () => {
  const firewall = (container: string) =>
    new RegExp(
      `container "${container}".*403 AuthorizationFailure.*firewall keeps this runner out.*about the network, not about roles.*` +
        `az storage account network-rule add --account-name ${world.emulator.storage.accountName} --ip-address \\S+.*` +
        "do not apply to runners in the account's own region.*\\[storage-firewall\\]",
    )

  test('when the container is opened: both attempts, the rule, and where rules do not help', async () => {
    world.emulator.storage.firewall = true
    const message = await stagingError('any', 'workspaceblobstore')
    expect(message).toMatch(firewall(world.emulator.container().containerName))
    expect(message).toMatch(/with the datastore's account key: 403 AuthorizationFailure; with our own token: 403/)
  })

  test('when files are read', async () => {
    await world.upload({ 'walled/f': 'x' }, 'identity-based')
    world.emulator.storage.denied.set('Get Blob', 'AuthorizationFailure')
    expect(await stagingError('walled', 'identity_based')).toMatch(firewall('identity-based'))
  })

  test('when files are written', async () => {
    const message = await publishingError(
      { 'output-datasets': 'walled_out', 'default-datastore': 'identity_based' },
      () => {
        world.emulator.storage.denied.set('Put Blob', 'AuthorizationFailure')
      },
    )
    expect(message).toMatch(firewall('identity-based'))
  })
})

describe('key access that is disabled', () => {
  test('when the container is opened: our own token is tried, and both attempts are named', async () => {
    Object.assign(world.emulator.storage, { keyAccess: false, bearerAccess: 'none' })
    const message = await stagingError('any', 'workspaceblobstore')
    expect(message).toMatch(
      /with the datastore's account key: 403 KeyBasedAuthenticationNotPermitted; with our own token: 403 AuthorizationPermissionMismatch\. /,
    )
    expect(message).toContain(roleLine('Storage Blob Data Reader'))
  })

  test('in the middle of the work', async () => {
    await world.upload({ 'keyed/f': 'x' })
    world.emulator.intercept.blob = ({ operation }) => {
      if (operation === 'Get Blob') world.emulator.storage.keyAccess = false
      return undefined
    }
    const message = await stagingError('keyed', 'workspaceblobstore')
    expect(message).toContain(
      `refuses to read "keyed/f" with the datastore's account key: 403 KeyBasedAuthenticationNotPermitted. The account forbids keys and SAS.`,
    )
    expect(message).toContain(roleLine('Storage Blob Data Reader'))
    expect(message).toContain('[storage-keys-disabled]')
  })
})

describe('credentials of a datastore that are over', () => {
  test('a SAS that has expired, and no role: both attempts', async () => {
    world.emulator.storage.bearerAccess = 'none'
    const sasToken = world.emulator.issueSas('old-sas', { expiresOn: minutesAway(-1) })
    await world.emulator.addDatastore({ name: 'old_sas', credentials: { credentialsType: 'Sas', sasToken } })
    expect(await stagingError('any', 'old_sas')).toMatch(
      /with the datastore's SAS: the SAS of datastore "old_sas" expired on "20[^"]+"; with our own token: 403/,
    )
  })

  test('a SAS that expires while files are read', async () => {
    const end = minutesAway(1)
    const sasToken = world.emulator.issueSas('short-sas', { expiresOn: end })
    await world.emulator.addDatastore({ name: 'short_sas', credentials: { credentialsType: 'Sas', sasToken } })
    await world.upload({ 'brief/f': 'x' }, 'short-sas')
    // By the clock of the service it is two minutes later, which is no wrong clock yet.
    answerFrom(1, 'Get Blob', () => ahead(2, wrongSignature()))
    expect(await stagingError('brief', 'short_sas')).toMatch(
      /refuses to read "brief\/f" with the datastore's SAS: 403 AuthenticationFailed\. The SAS expired on "20[^"]+"\. Store new credentials.*\[sas-expired\]/,
    )
  })

  test('a SAS that may list and not read', async () => {
    const sasToken = world.emulator.issueSas('list-sas', { permissions: 'l' })
    await world.emulator.addDatastore({ name: 'list_sas', credentials: { credentialsType: 'Sas', sasToken } })
    await world.upload({ 'narrow/f': 'x' }, 'list-sas')
    expect(await stagingError('narrow', 'list_sas')).toMatch(
      /refuses to read "narrow\/f" with the datastore's SAS: 403 \w+\. The SAS does not allow this: it needs the permissions rl/,
    )
  })

  test('a key that is rotated while files are written', async () => {
    const message = await publishingError({ 'output-datasets': 'rotated_out' }, () => {
      answerFrom(1, 'Put Blob', wrongSignature)
    })
    expect(message).toMatch(
      /refuses to write "\S+" with the datastore's account key: 403 AuthenticationFailed\. The key was rotated/,
    )
  })
})

const refusal = (number: number, text: string): CannedResponse => ({
  status: 401,
  body: { error: 'invalid_client', error_description: `AADSTS${number}: ${text}`, error_codes: [number] },
})

describe('a clock that is wrong is told, and by how much', () => {
  const skewed = (text: string) =>
    new RegExp(
      `${text}.*Compared with Azure's, the clock of this runner is 20 minutes behind.*timedatectl.*\\[clock-skew\\]`,
    )

  test('where Entra says that an assertion is outside its time', async () => {
    world.emulator.intercept.entra = ({ method }) =>
      method === 'POST' ? ahead(20, refusal(700024, 'Client assertion is not within its valid time range.')) : undefined
    expect(await stagingError('any', 'workspaceblobstore')).toMatch(
      skewed('Entra refused the sign-in \\(AADSTS700024\\)'),
    )
  })

  test('and that it is right, where it is', async () => {
    world.emulator.intercept.entra = ({ method }) =>
      method === 'POST' ? refusal(700024, 'Client assertion is not within its valid time range.') : undefined
    expect(await stagingError('any', 'workspaceblobstore')).toMatch(
      /though the clock of this runner is right.*\[sign-in-refused\]/,
    )
  })

  test('where Resource Manager says that the token has expired', async () => {
    const body = {
      error: { code: 'ExpiredAuthenticationToken', message: 'The access token expiry is earlier than now.' },
    }
    world.emulator.intercept.arm = () => ahead(20, { status: 401, body })
    expect(await stagingError('any', 'workspaceblobstore')).toMatch(
      skewed('Azure did not accept our token \\(ExpiredAuthenticationToken\\)'),
    )
  })

  test('where the account refuses what the key signed, though our own token got further', async () => {
    world.emulator.storage.bearerAccess = 'none'
    world.emulator.intercept.blob = ({ credential }) =>
      credential === 'SharedKey' ? ahead(20, wrongSignature()) : undefined
    expect(await stagingError('any', 'workspaceblobstore')).toMatch(
      skewed(
        "with the datastore's account key: 403 AuthenticationFailed; with our own token: 403 AuthorizationPermissionMismatch",
      ),
    )
  })
})
