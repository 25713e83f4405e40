import type { Fields } from '../fields.ts'
import type { ReadContext } from '../record.ts'
import { csvTableRow } from '../table-row.ts'

/** Columns that tell of the export or the review, not of the item: they differ from one export to the next. */
const OF_THE_EXPORT: ReadonlySet<string> = new Set(
  (
    'fileid status errorwarning errorcode errorignored processingerrortype processingstatus addedby datasource ' +
    'targetpath exportnativepath extractedtextpath convertedfilepath redactedfilepath redactedtextpath nativecopyfrom ' +
    'documentidindex documentidpath docindex inputfileid loadid locationid identifier rownumber ' +
    'dedupedcompoundpath dedupedcustodians dedupedfileids dedupedgroupfileids dedupedthreadfileids dgexpansionresult ' +
    'dominanttheme themeslist tags familyid familysize familyduplicateset groupid grouprepresentativeid setid ' +
    'setorderinclusivesfirst similaritypercent ndset ndetsortexclattach ndetsortinclattach pivotid markedaspivot ' +
    'representativeid threadrepresentativeid isgrouprepresentative isrepresentative isthreadrepresentative ' +
    'istopforgroup inclusivetype isinclusive emailset emailthread emaillevel potentiallyprivileged wasremediated ' +
    'versiongroupid wordcount detectedlanguage'
  ).split(' '),
)

/** What a row says of its item, by plain column name; null when it has no such column. */
export function ediscoveryFields(raw: string, context: ReadContext): Fields | null {
  const row = csvTableRow(raw, context)
  const fields: Fields = {}
  for (const name of row.names) {
    const word = OF_THE_EXPORT.has(name) ? null : row.word(name)
    if (word !== null) fields[name] = word
  }
  return Object.keys(fields).length === 0 ? null : fields
}
