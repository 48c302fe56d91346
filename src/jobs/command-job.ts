import type { YamlValue } from '../datasets/index.ts'

/**
 * A command job as the CLI v2 describes it (learn.microsoft.com, "CLI (v2) command job YAML schema"), with the action's inputs in it. Names are
 * those of the schema; what is not there is undefined.
 */
export interface CommandJob {
  readonly command: string
  readonly code: string | undefined
  readonly environment: EnvironmentSpec
  readonly compute: string | undefined
  readonly displayName: string | undefined
  readonly experimentName: string | undefined
  readonly description: string | undefined
  readonly tags: Texts
  readonly properties: Texts
  readonly environmentVariables: Texts
  readonly inputs: Readonly<Record<string, JobInput>>
  readonly outputs: Readonly<Record<string, JobOutput>>
  readonly resources: Resources
  /** Seconds. */
  readonly timeout: number | undefined
  readonly distribution: Distribution | undefined
  readonly identity: JobIdentity | undefined
  readonly queue: { readonly jobTier: string | undefined; readonly priority: string | undefined } | undefined
  readonly services: Readonly<Record<string, JobService>>
}

type Texts = Readonly<Record<string, string>>

/** `azureml:name:version` and the like, or an environment that is made for this job. */
export type EnvironmentSpec =
  | { readonly kind: 'reference'; readonly reference: string }
  | {
      readonly kind: 'image'
      readonly image: string
      readonly condaFile: string | Readonly<Record<string, YamlValue>> | undefined
      readonly osType: string
    }
  | {
      readonly kind: 'build'
      readonly path: string
      readonly dockerfilePath: string | undefined
      readonly osType: string
    }

export type JobInput =
  | { readonly kind: 'literal'; readonly value: string }
  | {
      readonly kind: 'data'
      readonly type: string
      readonly path: string
      readonly mode: string | undefined
      readonly description?: string | undefined
    }

export interface JobOutput {
  readonly type: string
  readonly mode: string | undefined
  readonly path: string | undefined
  /** Of an asset that AzureML itself registers. */
  readonly name?: string | undefined
  readonly version?: string | undefined
  readonly description?: string | undefined
}

export interface Resources {
  readonly instanceCount: number | undefined
  readonly instanceType: string | undefined
  readonly shmSize: string | undefined
  readonly dockerArgs: string | undefined
  readonly properties: Readonly<Record<string, YamlValue>> | undefined
  readonly locations: readonly string[] | undefined
  readonly maxInstanceCount: number | undefined
}

export interface Distribution {
  readonly type: 'mpi' | 'pytorch' | 'tensorflow' | 'ray'
  /** The numbers and texts of that type, by their names in the REST body. */
  readonly settings: Readonly<Record<string, string | number | boolean>>
}

export interface JobIdentity {
  readonly type: 'user' | 'managed' | 'token'
  readonly clientId: string | undefined
  readonly objectId: string | undefined
  readonly resourceId: string | undefined
}

export interface JobService {
  readonly type: string
  readonly port: number | undefined
  readonly nodes: string | undefined
  readonly properties: Texts
}
