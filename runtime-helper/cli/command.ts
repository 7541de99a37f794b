import type { Engine } from '../engine/index.ts';
import type { Operation } from '../lib/operation.ts';
import type { OptionTable, Parsed } from './options.ts';
import type { Terminal } from './terminal.ts';

/** One call of a command: what was typed, and what it works with. */
export type Call = Parsed & { terminal: Terminal; engine: Engine; operation: Operation };

export type Command = {
  /** As it is typed: `run`. */
  name: string;
  /** What follows the name in the usage line: `[OPTIONS] IMAGE [COMMAND] [ARG...]`. */
  usage: string;
  summary: string;
  /** How many arguments it takes; `most` absent: any number. */
  args: { least: number; most?: number };
  options: OptionTable;
  /** Docker's options that are not built yet, as they are spelled: `-m`, `--memory`. */
  notBuilt?: readonly string[];
  /** True where the first argument ends the options, since what follows is another program's. */
  stopsAtArgument?: boolean;
  /** Whether it needs the native program's privileges. */
  privileged?: boolean;
  /** Exit code of a failure that brings none of its own; absent: 1. */
  failureCode?: number;
  /** The exit code; nothing when the front has been handed over to a monitor, which says it. */
  run: (call: Call) => Promise<number | undefined>;
};
