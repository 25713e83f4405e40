/** A text as a literal of SQL, where no parameter can stand: paths and structures of the engine's `file()`. */
export const quoted = (text: string): string => `'${text.replaceAll(/[\\']/g, String.raw`\$&`)}'`
