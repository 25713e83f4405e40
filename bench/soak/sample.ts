import { readdirSync, readFileSync } from 'node:fs'

/** What the kernel says of a process. */
export interface ProcessSample {
  /** Memory of its own, in bytes: without the pages of files (the engine's code, 250 MB), which the kernel takes back. */
  readonly memory: number
  /** Open files, sockets and pipes. */
  readonly handles: number
  readonly threads: number
  /** Processor time so far, in seconds. */
  readonly cpuSeconds: number
}

/** Ticks a second in /proc; the same on every Linux that Node runs on. */
const TICKS = 100

/** Reads /proc; null when the process is gone. */
export function sampleProcess(pid: number): ProcessSample | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const field = (name: string): number =>
      Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0)
    // After the name in brackets, which may hold spaces: user and system time are the 12th and 13th fields.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
    return {
      memory: (field('RssAnon') + field('RssShmem')) * 1_024,
      handles: readdirSync(`/proc/${pid}/fd`).length,
      threads: field('Threads'),
      cpuSeconds: (Number(stat[11]) + Number(stat[12])) / TICKS,
    }
  } catch {
    return null
  }
}
