/** The least value that this share of the values, in ascending order, does not exceed; 0 where there is none. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.ceil(sorted.length * share) - 1] ?? 0;
}
