import { median, minimum, type Sample, type Subject } from './measure.ts';

/** A table of milliseconds and multiples of the unit: by the minimum, which other load disturbs least, and by the median. */
export function report({ title, unit, rounds }: Subject, samples: Map<string, Sample[]>): string {
  const wall = (name: string): number[] => (samples.get(name) ?? []).map((sample) => sample.wall / 1e6);
  const [unitLeast, unitMiddle] = [minimum(wall(unit)), median(wall(unit))];
  const rows = [...samples.keys()].map((name) => {
    const least = minimum(wall(name));
    const middle = median(wall(name));
    const cpu = minimum((samples.get(name) ?? []).map((sample) => sample.cpu / 1e6));
    return [
      name,
      fixed(least),
      fixed(middle),
      fixed(cpu),
      `${fixed(least / unitLeast)} x`,
      `${fixed(middle / unitMiddle)} x`,
    ];
  });
  const header = ['', 'min ms', 'median ms', 'CPU ms', 'min', 'median'];
  return `${title} (${rounds} rounds, multiples of ${unit})\n${table([header, ...rows])}\n`;
}

const fixed = (value: number): string => value.toFixed(value < 10 ? 2 : 1);

export function table(rows: readonly string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map((row) =>
      row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))),
    )
    .map((cells) => `  ${cells.join('  ')}`.trimEnd())
    .join('\n');
}
