/**
 * What random tests begin with: SKIFF_RANDOM_SEED, to run a failure again. Where CI is set always the same, since there a failure is to be
 * the doing of what has changed; else another one each time.
 */
export function randomSeed(): number {
  const given = process.env['SKIFF_RANDOM_SEED'];
  if (given !== undefined) return Number(given);
  return process.env['CI'] ? 20_261 : 1 + (Date.now() % 1_000_000);
}
