/** A text as a literal of SQL, where no parameter can stand: paths and structures of the engine's `file()`. */
export const quoted = (text: string): string => `'${text.replaceAll(/[\\']/g, String.raw`\$&`)}'`

const PATTERN = /[*?{}]/

/** Whether the engine's `file()` would take a path for a pattern of many: it knows no way to write such a character itself. */
export const isPattern = (path: string): boolean => PATTERN.test(path)
