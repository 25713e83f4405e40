import { letters, widthOf, type Column } from './columns.ts'
import { STYLES, textCell, xmlAttribute } from './cells.ts'
import { Changes } from './changes.ts'

// The parts of an Office Open XML workbook (ECMA-376) besides the rows themselves.

const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006'
const SHEET_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml'

// Headers are our own words: nothing of them counts as changed.
const OWN_TEXT = { changes: new Changes(), shorten: (text: string) => text }

export interface WrittenSheet {
  readonly name: string
  /** Rows with data; the header is not counted. */
  readonly rows: number
  readonly columns: number
}

export interface Properties {
  readonly title: string
  /** ISO 8601 UTC. */
  readonly createdAt: string
}

// Sheets are the default for .xml, so that this part can be written first, before it is known how many there are.
export const CONTENT_TYPES = `${HEAD}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="${SHEET_TYPE}.worksheet+xml"/><Override PartName="/xl/workbook.xml" ContentType="${SHEET_TYPE}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${SHEET_TYPE}.styles+xml"/><Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>`

export const PACKAGE_RELATIONS = `${HEAD}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/><Relationship Id="rId2" Type="${PACKAGE}/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>`

export function properties({ title, createdAt }: Properties): string {
  return `${HEAD}<cp:coreProperties xmlns:cp="${PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>${xmlAttribute(title)}</dc:title><dc:creator>Daybook</dc:creator><dcterms:created xsi:type="dcterms:W3CDTF">${xmlAttribute(createdAt.slice(0, 19))}Z</dcterms:created></cp:coreProperties>`
}

// Number formats in the order of STYLES; 49 is text, 1 and 10 are 0 and 0.00%.
const FORMATS = [0, 49, 164, 165, 166, 167, 168, 0]

export const STYLE_SHEET = `${HEAD}<styleSheet xmlns="${MAIN}"><numFmts count="5"><numFmt numFmtId="164" formatCode="#,##0"/><numFmt numFmtId="165" formatCode="#,##0.00"/><numFmt numFmtId="166" formatCode="0.0%"/><numFmt numFmtId="167" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss.000"/><numFmt numFmtId="168" formatCode="yyyy\\-mm\\-dd"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font><font><b/><sz val="11"/><color rgb="FFFFFFFF"/><name val="Calibri"/><family val="2"/></font></fonts><fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid"><fgColor rgb="FF24405C"/><bgColor indexed="64"/></patternFill></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="9">${FORMATS.map(
  (format) =>
    `<xf numFmtId="${format}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyAlignment="1"><alignment vertical="top"/></xf>`,
).join(
  '',
)}<xf numFmtId="49" fontId="1" fillId="2" borderId="0" xfId="0" applyFont="1" applyFill="1" applyAlignment="1"><alignment vertical="center"/></xf></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`

export function workbook(sheets: readonly WrittenSheet[]): string {
  const list = sheets.map(
    ({ name }, at) =>
      `<sheet name="${xmlAttribute(name)}" sheetId="${at + 1}" r:id="rId${at + 1}"/>`,
  )
  // Excel looks for its own filter range, and for the row that each printed page repeats, under these names.
  const filters = sheets.map((sheet, at) => {
    const own = `'${sheet.name.replaceAll("'", "''")}'!`
    const rows = `$A$1:$${letters(sheet.columns - 1)}$${sheet.rows + 1}`
    return `<definedName name="_xlnm._FilterDatabase" localSheetId="${at}" hidden="1">${xmlAttribute(own + rows)}</definedName><definedName name="_xlnm.Print_Titles" localSheetId="${at}">${xmlAttribute(`${own}$1:$1`)}</definedName>`
  })
  return `${HEAD}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets>${list.join('')}</sheets><definedNames>${filters.join('')}</definedNames></workbook>`
}

export function workbookRelations(sheets: number): string {
  const list = Array.from(
    { length: sheets },
    (_, at) =>
      `<Relationship Id="rId${at + 1}" Type="${OFFICE}/worksheet" Target="worksheets/sheet${at + 1}.xml"/>`,
  )
  return `${HEAD}<Relationships xmlns="${PACKAGE}/relationships">${list.join('')}<Relationship Id="rId${sheets + 1}" Type="${OFFICE}/styles" Target="styles.xml"/></Relationships>`
}

/** Characters beside each other on a sheet of A4 across. */
const MOST_ON_PAPER = 300

/** A sheet up to its first row of data: header row frozen. */
export function sheetHead(columns: readonly Column[], selected: boolean): string {
  const widths = columns.map(
    (column, at) =>
      `<col min="${at + 1}" max="${at + 1}" width="${widthOf(column)}" customWidth="1"/>`,
  )
  // On paper all columns beside each other, unless they would be too small to be read.
  const wide = columns.reduce((sum, column) => sum + widthOf(column), 0)
  const fit = wide > MOST_ON_PAPER ? '' : '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
  const headers = columns.map(({ header }, at) =>
    textCell(`${letters(at)}1`, STYLES.header, header, OWN_TEXT),
  )
  return `${HEAD}<worksheet xmlns="${MAIN}">${fit}<sheetViews><sheetView${selected ? ' tabSelected="1"' : ''} workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft" activeCell="A2" sqref="A2"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/><cols>${widths.join('')}</cols><sheetData><row r="1" ht="21" customHeight="1">${headers.join('')}</row>`
}

export function sheetTail(columns: number, rows: number): string {
  return `</sheetData><autoFilter ref="A1:${letters(columns - 1)}${rows + 1}"/><pageMargins left="0.5" right="0.5" top="0.6" bottom="0.6" header="0.3" footer="0.3"/><pageSetup orientation="landscape" fitToHeight="0"/></worksheet>`
}
