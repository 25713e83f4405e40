import { existsSync } from 'node:fs'
import { mkdir, open as openFile, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { CodedError } from '../../platform/errors.ts'
import { localFiles } from '../../platform/files.ts'
import { isObject } from '../../platform/json-object.ts'
import { attempt } from './growing-file.ts'
import { Stage, type FileEntry, type StageState } from './stage.ts'

interface State {
  readonly daybookExport: 1
  /** What the export is of: another one begins anew. */
  readonly fingerprint: string
  readonly id: string
  readonly createdAt: string
  /** Each tenant's signed checkpoint at the beginning: every proof leads to it, also after an interruption. */
  readonly checkpoints: Readonly<Record<string, string>>
  readonly stages: Readonly<Record<string, StageState>>
}

const STATE = 'state.json'
const PACKAGE = 'package'
/**
 * Where an export grows: `<output>.partial`, a folder with the package and with what is done. Only the last rename
 * gives the package its name; until then the same export, asked for again, goes on where the state says.
 */
export class WorkFolder {
  readonly #output: string
  readonly #folder: string
  #state: State

  /** What became of what an interrupted run left: it goes on, or gave way to another export. */
  readonly before: 'nothing' | 'goes on' | 'removed'

  private constructor(output: string, state: State, before: WorkFolder['before']) {
    this.before = before
    this.#output = output
    this.#folder = `${output}.partial`
    this.#state = state
  }

  /** Takes up what was begun of the same export, or begins. Throws EXPORT_EXISTS, or a file error. */
  static async open(
    output: string,
    begin: Omit<State, 'daybookExport' | 'stages'>,
  ): Promise<WorkFolder> {
    const folder = `${output}.partial`
    refuseExisting(output)
    const known = await readState(folder)
    if (known?.fingerprint === begin.fingerprint) return new WorkFolder(output, known, 'goes on')
    if (known === undefined && existsSync(folder) && !(await isBarelyBegun(folder)))
      throw new CodedError(
        'EXPORT_EXISTS',
        `Cannot export to "${output}": "${folder}" is there and no export of Daybook; move it away or choose another --output-path`,
      )
    const before = known === undefined ? 'nothing' : 'removed'
    const work = new WorkFolder(output, { daybookExport: 1, ...begin, stages: {} }, before)
    await attempt('write', folder, async () => {
      // The state stays until the new one takes its place: without it nobody could tell whose folder this is.
      await rm(join(folder, PACKAGE), { recursive: true, force: true })
      await mkdir(join(folder, PACKAGE), { recursive: true })
    })
    await work.#save()
    return work
  }

  get id(): string {
    return this.#state.id
  }

  get createdAt(): string {
    return this.#state.createdAt
  }

  /** The tenant's checkpoint that proofs lead to; undefined where nothing was sealed. */
  checkpointOf(tenant: string): string | undefined {
    return this.#state.checkpoints[tenant]
  }

  /** Where a file of the package lies now. */
  pathOf(path: string): string {
    return join(this.#folder, PACKAGE, path)
  }

  /** A file of this export that is no part of the package. */
  besidePackage(name: string): string {
    return join(this.#folder, name)
  }

  /** Every file of the finished stages, sorted by path. */
  files(): FileEntry[] {
    return Object.values(this.#state.stages)
      .flatMap(({ files }) => files)
      .toSorted((a, b) => (a.path < b.path ? -1 : 1))
  }

  /** Whether a stage was finished, perhaps by a run before. */
  isFinished(name: string): boolean {
    return this.#state.stages[name]?.result !== undefined
  }

  /** Runs a stage, or answers what it answered before: `work` is called once for each export that is finished. */
  async stage<Result extends object>(
    name: string,
    isResult: (value: unknown) => value is Result,
    work: (stage: Stage) => Promise<Result>,
  ): Promise<Result> {
    const known = this.#state.stages[name]
    if (known !== undefined && isResult(known.result)) return known.result
    const stage = new Stage(join(this.#folder, PACKAGE), known, (state) => this.#put(name, state))
    try {
      const result = await work(stage)
      await stage.finish(result)
      return result
    } finally {
      await stage.abandon()
    }
  }

  /** Writes a file of the package that no stage knows of. */
  async writeBeside(path: string, bytes: Uint8Array): Promise<void> {
    const file = this.pathOf(path)
    await attempt('write', file, () => writeFile(file, bytes, { flush: true }))
  }

  /** Removes what an interrupted run left and the finished one did not write again. */
  async removeOthers(paths: ReadonlySet<string>): Promise<void> {
    const root = join(this.#folder, PACKAGE)
    await attempt('remove', root, async () => {
      for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
        if (entry.isDirectory()) continue
        const file = join(entry.parentPath, entry.name)
        if (!paths.has(relative(root, file).replaceAll('\\', '/'))) await rm(file)
      }
    })
  }

  /** Gives the package, or the file that was made of it, its name, and removes the rest. */
  async publish(packed: string | null): Promise<void> {
    await attempt('write', this.#output, async () => {
      refuseExisting(this.#output)
      const from = packed ?? join(this.#folder, PACKAGE)
      if (packed === null) {
        await syncFolders(from)
        await rename(from, this.#output)
      } else await localFiles.link(from, this.#output)
      await syncFolder(dirname(this.#output))
      await rm(this.#folder, { recursive: true, force: true })
    })
  }

  async #put(name: string, stage: StageState): Promise<void> {
    this.#state = { ...this.#state, stages: { ...this.#state.stages, [name]: stage } }
    await this.#save()
  }

  async #save(): Promise<void> {
    const file = join(this.#folder, STATE)
    await attempt('write', file, async () => {
      await writeFile(`${file}.tmp`, JSON.stringify(this.#state), { flush: true })
      await rename(`${file}.tmp`, file)
    })
  }
}

function refuseExisting(output: string): void {
  if (!existsSync(output)) return
  throw new CodedError(
    'EXPORT_EXISTS',
    `Cannot export to "${output}": it is there already, and an export never overwrites; choose another --output-path`,
  )
}

/** Whether a run was killed before it could say whose folder this is: nothing is in it yet. */
async function isBarelyBegun(folder: string): Promise<boolean> {
  const entries = await attempt('read', folder, () => readdir(folder, { recursive: true }))
  return entries.every((name) => name === PACKAGE || name === `${STATE}.tmp`)
}

async function readState(folder: string): Promise<State | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(join(folder, STATE), 'utf8'))
    return isState(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Our own file: that it is one of ours is all that has to be seen. */
function isState(value: unknown): value is State {
  return (
    isObject(value) &&
    value['daybookExport'] === 1 &&
    isObject(value['stages']) &&
    isObject(value['checkpoints'])
  )
}

async function syncFolders(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true })
  for (const entry of entries) if (entry.isDirectory()) await syncFolders(join(folder, entry.name))
  await syncFolder(folder)
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await openFile(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
