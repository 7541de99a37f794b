import type { Starting } from '../engine/index.ts';
import { SkiffError } from '../lib/errors.ts';
import type { OptionSpec } from './options.ts';
import type { Output, Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

const defaultDetachKeys = 'ctrl-p,ctrl-q';

export const detachKeysOption: OptionSpec = {
  type: 'text',
  help: 'Override the key sequence for detaching a container',
};

export const signalProxyOption: OptionSpec = {
  type: 'flag',
  default: true,
  help: 'Proxy received signals to the process (without a TTY only)',
};

export type How = {
  input: boolean;
  detachKeys: string | undefined;
  /** Whether signals that the command gets are the process's. */
  signals: boolean;
  /** Absent: both. */
  outputs?: readonly Output[];
  /** About how many bytes of what was written before are to be shown first; absent: none. */
  replay?: number;
};

/** Hands the front over to a monitor. Raw mode is for those who type into a container's terminal. */
export function connect(
  terminal: Terminal,
  target: { socket: string; tty: boolean },
  how: How & { begins?: boolean },
): void {
  const { input, signals, replay = 0, begins = false, outputs = ['stdout', 'stderr'] } = how;
  const detachKeys = checkDetachKeys(how.detachKeys ?? defaultDetachKeys);
  const tty = target.tty && input && terminal.stdinTty;
  terminal.connect({ socket: target.socket, input, tty, detachKeys, signals, replay, begins, outputs });
}

/** Attaches to what is being started, and waits until it has been; then the front is told the rest by the monitor. */
export async function connectAndStart(terminal: Terminal, starting: Starting, how: How): Promise<undefined> {
  connect(terminal, starting, { ...how, begins: true });
  await starting.started;
}

/** What Docker says when somebody pipes into a terminal. To be asked before anything is made. */
export function assertTerminal(terminal: Terminal, wants: { tty: boolean; input: boolean }): void {
  if (wants.tty && wants.input && !terminal.stdinTty)
    throw new SkiffError('invalid-argument', 'the input device is not a TTY', { exitCode: 1 });
}

/** `ctrl-a` … `ctrl-z`, `ctrl-@ [ \ ] ^ _`, or single characters, separated by commas. */
export function checkDetachKeys(keys: string): string {
  const known = keys === '' || keys.split(',').every((key) => /^(ctrl-[a-z@[\\\]^_]|[\u0020-\u007e])$/i.test(key));
  if (!known) throw new UsageError(`invalid detach keys (${keys}) provided`, 125);
  return keys;
}
