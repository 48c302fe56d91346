import { askingArm } from './arm-refusals.ts'
import { clockSkew } from './clock.ts'
import type { Cloud } from './cloud.ts'

/**
 * How far the clock of this machine is ahead of Azure Resource Manager's, in milliseconds; undefined where its answer has no time. Asked without
 * a token (`GET {arm}/subscriptions`, whose answer is 401), because a clock that is wrong is a reason why there is none.
 * @throws UserError where Azure Resource Manager cannot be reached
 */
export async function askClockSkew(cloud: Cloud, signal: AbortSignal): Promise<number | undefined> {
  const { createDefaultHttpClient, createPipelineFromOptions, createPipelineRequest } = await import(
    '@azure/core-rest-pipeline'
  )
  const pipeline = createPipelineFromOptions({ userAgentOptions: { userAgentPrefix: 'azureml-datasets' } })
  const url = `${cloud.resourceManagerUrl}/subscriptions?api-version=2022-12-01`
  const request = createPipelineRequest({ url, abortSignal: signal, timeout: 30_000 })
  const answer = await askingArm('Asking for the time', () => pipeline.sendRequest(createDefaultHttpClient(), request))
  return clockSkew(answer.headers.get('date'))
}
