import { EXPORT_FINDINGS, verifyExport, type ExportReport } from '../verify/index.ts'
import { CodedError } from '../platform/errors.ts'
import type { Console, Invocation } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { indented, number, visible, wrap } from './terminal.ts'

/** `verify --export`: says what is wrong with an export, or that nothing is. `keys`: text of verifier keys. */
export async function checkExport(
  { positionals, options, json, console, signal }: Invocation,
  path: string,
  keys: string | null,
): Promise<number> {
  if (positionals.length > 0 || options['since'] !== undefined)
    throw new CodedError(
      'USAGE',
      'With --export, name no archive and no --since; see "daybook verify --help"',
    )
  const { progress } = console
  const report = await verifyExport(path, {
    ...(keys === null ? {} : { publicKey: keys }),
    onProgress: ({ part, done, total }) => {
      signal.throwIfAborted()
      const files = part === 'files'
      const scale = files ? 1_000 : 1
      progress.show({
        label: files ? 'Hashing' : 'Checking',
        done: Math.round(done / scale),
        total: Math.round(total / scale),
        unit: files ? 'kB' : 'proofs',
      })
    },
  })
  progress.clear()
  if (json) console.json(report)
  else print(report, console)
  return report.found === 0 ? EXIT.OK : EXIT.INTEGRITY
}

function print(report: ExportReport, console: Console): void {
  const { line, paint, width } = console
  const said = (text: string): void =>
    indented(wrap(visible(text), width - 2), 2).forEach((one) => line(one))
  for (const { object, finding, message } of report.findings) {
    line(paint('red', finding))
    said(object === '' ? message : `${object}: ${message}`)
    indented(wrap(EXPORT_FINDINGS[finding].action.replaceAll('`', ''), width - 2), 2).forEach(
      (one) => line(paint('dim', one)),
    )
    line()
  }
  if (report.found > report.findings.length)
    line(`… and ${number(report.found - report.findings.length)} more findings`)
  const { export: about } = report
  if (about === null) {
    line(`${paint('red', 'NOT intact')}: nothing could be checked`)
    return
  }
  line(`Export ${about.id}`)
  said(`made ${about.createdAt} with ${about.product}`)
  for (const { tenant, key, fingerprint, records } of report.tenants) {
    line(`  tenant ${visible(tenant)}, ${number(records)} records`)
    if (key === 'none') continue
    const grouped = fingerprint.match(/.{4}/g)?.join(' ') ?? ''
    const origin =
      key === 'given'
        ? 'signed by the key that was given'
        : 'the key stands in the export itself: compare its fingerprint with one that you got by another way'
    said(`${origin}: ${grouped}`)
  }
  for (const note of report.notes) wrap(note, width).forEach((one) => console.note(one))
  const what = `${number(report.files)} files, ${number(report.proven)} of ${number(report.proofs)} proofs hold`
  line(
    report.found === 0
      ? `${what}: ${paint('green', 'intact')}`
      : `${what}: ${paint('red', `NOT intact: ${report.found === 1 ? 'one finding' : `${number(report.found)} findings`}`)}`,
  )
}
