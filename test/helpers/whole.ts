/** Long searches are whole in CI, and samples of themselves elsewhere, so that `npm test` stays short. */
export const WHOLE: boolean = process.env.CI !== undefined;

/** How many runs: as the variable says, else all of them in CI. */
export function runsOf(variable: string, all: number, sample: number): number {
  return Number(process.env[variable] ?? (WHOLE ? all : sample));
}
