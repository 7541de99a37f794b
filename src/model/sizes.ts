const units = ['B', 'kB', 'MB', 'GB', 'TB'];

/** Bytes in Docker's decimal units with three digits: "26.1kB" reads "26.1 kB" here. */
export function describeSize(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toPrecision(3)} ${units[power]}`;
}

/** Bytes as an option takes them, and no less exactly: `64m`. */
export function exactSize(count: number): string {
  const [unit = ''] = ['g', 'm', 'k'].filter((_, index) => count % 1024 ** (3 - index) === 0);
  return `${count / 1024 ** ('kmg'.indexOf(unit || ' ') + 1)}${unit || 'b'}`;
}
