/** Data about platforms that is older than this is said to be old. */
export const staleAfterDays = 365

/** Whole days from one ISO date to another; negative when `date` is later than `today`. */
export function ageInDays(date: string, today: string): number {
  return Math.floor((Date.parse(`${today}T00:00:00Z`) - Date.parse(`${date}T00:00:00Z`)) / 86_400_000)
}
