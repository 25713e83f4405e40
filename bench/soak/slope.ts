/** A measurement over time; `at` in hours. */
export interface Point {
  readonly at: number
  readonly value: number
}

/**
 * How much a value grows an hour: the median of the slopes between all pairs of points (Theil and Sen). A single peak,
 * such as a merge of the engine, does not bend it as it would a line of least squares.
 */
export function slopeOf(points: readonly Point[]): number {
  const slopes: number[] = []
  for (const [index, left] of points.entries())
    for (const right of points.slice(index + 1))
      if (right.at > left.at) slopes.push((right.value - left.value) / (right.at - left.at))
  return median(slopes)
}

/** The middle value; 0 of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
