import type { Command } from './command.ts';
import { commandsOf, groups, namesOf } from './find-command.ts';
import { helpOption, type OptionSpec, type OptionTable } from './options.ts';

export const globalOptions: OptionTable = {
  debug: { type: 'flag', short: 'D', help: 'Print everything: the same as --log-level debug' },
  'log-level': { type: 'text', short: 'l', help: 'Print messages of this level and above: error, warn, info or debug' },
  root: { type: 'text', value: 'path', help: "Directory of the store's images and containers" },
  runroot: { type: 'text', value: 'path', help: "Directory of the store's sockets and locks" },
  version: { type: 'flag', short: 'v', help: 'Print version information and quit' },
};

/** `skiff --help`. */
export function formatOverview(commands: readonly Command[]): string {
  const rows = commands.filter(({ name }) => !name.includes(' ')).map(({ name, summary }) => [name, summary] as const);
  return [
    'Usage:  skiff [OPTIONS] COMMAND\n',
    'Run containers with nothing else installed: no Docker, no daemon\n',
    'Management Commands:',
    columns(Object.entries(groups)),
    '\nCommands:',
    columns(rows.toSorted(([a], [b]) => (a < b ? -1 : 1))),
    '\nGlobal Options:',
    columns(optionRows(globalOptions)),
    "\nRun 'skiff COMMAND --help' for more information on a command.\n",
  ].join('\n');
}

/** `skiff network --help`. */
export function formatGroup(group: string): string {
  const rows = commandsOf(group)
    .map(({ name, command }) => [name, command.summary] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  const head = `Usage:  skiff ${group} COMMAND\n\n${groups[group] ?? ''}\n\nCommands:\n`;
  return `${head}${columns(rows)}\n\nRun 'skiff ${group} COMMAND --help' for more information on a command.\n`;
}

/** `skiff COMMAND --help`. `typed`: which of its names was used. */
export function formatHelp(command: Command, typed: string): string {
  const head = `Usage:  skiff ${typed}${command.usage === '' ? '' : ` ${command.usage}`}\n\n${command.summary}\n`;
  const names = namesOf(command);
  const aliases = names.length > 1 ? `\nAliases:\n  ${names.map((name) => `skiff ${name}`).join(', ')}\n` : '';
  const rows = optionRows(command.options);
  return `${head}${aliases}${rows.length === 0 ? '' : `\nOptions:\n${columns(rows)}\n`}`;
}

/** `  -e, --env list`, as pflag prints them; `--help` is known everywhere and listed nowhere, as Docker has it. */
function optionRows(table: OptionTable): (readonly [string, string])[] {
  const names = Object.entries(table).filter(([, spec]) => spec !== helpOption);
  return names
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, spec]) => [
      `${spec.short === undefined ? '    ' : `-${spec.short}, `}--${name}${valueOf(spec)}`,
      spec.default === true ? `${spec.help} (default true)` : spec.help,
    ]);
}

function valueOf(spec: OptionSpec): string {
  if (spec.type === 'flag') return '';
  return ` ${spec.value ?? { text: 'string', number: 'int', list: 'list' }[spec.type]}`;
}

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length)) + 3;
  return rows.map(([left, right]) => `  ${left.padEnd(width)}${right}`).join('\n');
}
