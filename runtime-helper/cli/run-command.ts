import type { Engine } from '../engine/index.ts';
import { asSkiffError } from '../lib/errors.ts';
import { logLevels, type Log, type LogLevel, type Operation } from '../lib/operation.ts';
import type { Command } from './command.ts';
import { findCommand, groups, type FoundCommand } from './find-command.ts';
import { commands } from './commands.ts';
import { printFailure } from './failure.ts';
import { formatGroup, formatHelp, formatOverview, globalOptions } from './help.ts';
import { parseOptions, type Parsed } from './options.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';
import { versionLine } from './version.ts';

/** Runs one `skiff` command line. Resolves with its exit code; with nothing when a monitor tells the front. */
export async function runCommand(
  terminal: Terminal,
  engine: Engine,
  context: { log: Log },
): Promise<number | undefined> {
  let command: Command | undefined;
  try {
    const global = parseOptions(terminal.args, withHelp(globalOptions), { stopsAtArgument: true });
    const operation = operationFor(terminal, levelOf(global), context.log);
    const [name] = global.args;
    if (global.options.flag('version')) return printed(terminal, versionLine);
    if (global.options.flag('help') || name === undefined) return printed(terminal, formatOverview(commands));
    if (name === 'help') return printed(terminal, helpOn(global.args.slice(1)));
    const words = global.args;
    if (asksForGroup(words)) return printed(terminal, helpOn(words.slice(0, 1)));
    const found = findCommand(words);
    command = found.command;
    return await runOne(found, { terminal, engine, operation });
  } catch (error) {
    return reportFailure(terminal, command, error);
  } finally {
    await terminal.drained();
  }
}

async function runOne(
  { command, typed, argv }: FoundCommand,
  context: { terminal: Terminal; engine: Engine; operation: Operation },
): Promise<number | undefined> {
  const { terminal, engine, operation } = context;
  const { options, args } = parseOptions(argv, command.options, {
    stopsAtArgument: command.stopsAtArgument ?? false,
    ...(command.notBuilt ? { notBuilt: command.notBuilt } : {}),
  });
  if (options.flag('help')) return printed(terminal, formatHelp(command, typed));
  assertArguments(command, args);
  // A helper may have been refused a password by the command before this one: that was another decision.
  if (command.privileged && engine.privilege().status === 'refused') await engine.retryPrivilege(operation);
  return command.run({ terminal, engine, operation, options, args });
}

/** `skiff network`, `skiff network --help` */
function asksForGroup([group = '', next, ...rest]: readonly string[]): boolean {
  return group in groups && (next === undefined || (rest.length === 0 && (next === '--help' || next === '-h')));
}

function helpOn(words: readonly string[]): string {
  const [group = ''] = words;
  if (words.length === 0) return formatOverview(commands);
  if (words.length === 1 && group in groups) return formatGroup(group);
  const { command, typed } = findCommand(words);
  return formatHelp(command, typed);
}

/** Docker's global `-h` stands for help; in `run` it is the host name. */
function withHelp(table: typeof globalOptions): typeof globalOptions {
  return { ...table, help: { type: 'flag', short: 'h', help: 'Print usage' } };
}

function levelOf({ options }: Parsed): LogLevel {
  const level = options.text('log-level') ?? (options.flag('debug') ? 'debug' : 'warn');
  const known = logLevels.find((one) => one === level);
  if (!known) throw new UsageError(`invalid logging level: ${level}`, 125);
  return known;
}

function operationFor(terminal: Terminal, level: LogLevel, log: Log): Operation {
  return {
    signal: terminal.signal,
    log: (severity, message) => {
      log(severity, message);
      if (logLevels.indexOf(severity) <= logLevels.indexOf(level)) terminal.stderr(`skiff: ${severity}: ${message}\n`);
    },
    report: () => {},
  };
}

function assertArguments({ name, usage, args: { least, most } }: Command, args: readonly string[]): void {
  if (args.length >= least && (most === undefined || args.length <= most)) return;
  const exactly = least === most;
  const wanted =
    most === 0
      ? 'accepts no arguments'
      : `requires ${exactly ? '' : args.length < least ? 'at least ' : 'at most '}${plural(args.length < least ? least : (most ?? least))}`;
  throw new UsageError(`'skiff ${name}' ${wanted}\n\nUsage:  skiff ${name} ${usage}\n`, 1, { hint: true });
}

const plural = (count: number): string => `${count} argument${count === 1 ? '' : 's'}`;

function printed(terminal: Terminal, text: string): number {
  terminal.stdout(text);
  return 0;
}

function reportFailure(terminal: Terminal, command: Command | undefined, error: unknown): number {
  const help = command ? `skiff ${command.name} --help` : 'skiff --help';
  if (error instanceof UsageError) {
    terminal.stderr(`skiff: ${error.message}\n${error.hint ? `See '${help}'.\n` : ''}`);
    return error.exitCode ?? command?.failureCode ?? 1;
  }
  const failure = asSkiffError(error);
  printFailure(terminal, failure);
  return failure.exitCode ?? command?.failureCode ?? 1;
}
