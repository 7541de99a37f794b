const units = ['B', 'kB', 'MB', 'GB', 'TB'];

/** Bytes in Docker's decimal units with three digits: "26.1kB" reads "26.1 kB" here. */
export function describeSize(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toPrecision(3)} ${units[power]}`;
}
