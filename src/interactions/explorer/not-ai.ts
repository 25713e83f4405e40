import { word } from '../fields.ts'
import type { Cells } from '../pax/columns.ts'

/** Columns that only records about AI fill. */
const AI_COLUMNS = [
  'copiloteventdata',
  'enrichedcopilotthreadorcorrelationid',
  'enrichedllmmessageids',
  'purviewaiapplocation',
  'purviewaiappname',
  'appidentity',
  'agentid',
  'agentname',
  'haswebsearchquery',
]

/** Activities on files, mail and devices, by their ids; whatever is not here is kept. */
const DENIED = new Set(
  (
    'filecreated filecopied filemodified fileread filerenamed filedeleted filearchived fileprinted ' +
    'filecopiedtoremovablemedia filecopiedtonetworkshare filecopiedtoclipboard filecopiedtoremotedesktopsession ' +
    'filetransferredbybluetooth filetransferredbymtp fileuploadedtocloud fileaccessedbyunallowedapp filediscovered ' +
    'fileaccessedbypastetobrowser removablemediamount removablemediaunmount ' +
    'labelapplied labelchanged labelremoved labelrecommended labelrecommendedanddismissed ' +
    'autolabelsimulation dlprulematch dlprulematched dlpruleundo dlpinfo'
  ).split(' '),
)

/** `explorer/workload/activity` of an activity that has nothing to do with AI, or null: keep it. */
export function notAiActivity(cells: Cells, activity: string, workload: string): string | null {
  if (AI_COLUMNS.some((column) => cells.has(column))) return null
  if (/AI$|copilot/i.test(word(cells.get('dataplatform')) ?? '')) return null
  if (/copilot|^ai|agent/i.test(workload)) return null
  const name = activity.replaceAll(/[^A-Za-z]/g, '')
  return DENIED.has(name.toLowerCase()) ? `${label(workload)}/ActivityExplorer/${name}` : null
}

function label(text: string): string {
  return /^[A-Za-z][A-Za-z0-9 ._-]{0,63}$/.test(text) ? text : '-'
}
