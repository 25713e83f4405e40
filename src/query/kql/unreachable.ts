/** For the default of a switch over all cases: the compiler sees that none is missing. */
export function unreachable(value: never): never {
  throw new Error(`Unexpected value ${JSON.stringify(value)}`)
}
