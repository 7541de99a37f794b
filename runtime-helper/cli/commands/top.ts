import type { Command } from '../command.ts';
import { cleanText } from '../text.ts';

export const top: Command = {
  name: 'top',
  usage: 'CONTAINER [ps OPTIONS]',
  summary: 'Display the running processes of a container',
  options: {},
  stopsAtArgument: true,
  args: { least: 1 },
  run: async ({ args: [reference = '', ...psOptions], engine, terminal }) => {
    const { titles, processes } = await engine.topContainer(engine.findContainer(reference).id, psOptions);
    terminal.stdout(columns([titles, ...processes]));
    return 0;
  },
};

/** As Docker's tabwriter here: cells at least twenty wide, one space between. */
function columns(rows: readonly (readonly string[])[]): string {
  const clean = rows.map((row) => row.map(cleanText));
  const widths = (clean[0] ?? []).map((_, at) => Math.max(20, ...clean.map((row) => (row[at] ?? '').length + 1)));
  return clean
    .map((row) => `${row.map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at] ?? 0))).join('')}\n`)
    .join('');
}
