import {
  assertTerminal,
  connectAndStart,
  checkDetachKeys,
  detachKeysOption,
  signalProxyOption,
} from '../attachment.ts';
import type { Call, Command } from '../command.ts';
import { containerOptions, notBuiltContainerOptions, readAttach } from '../container-options.ts';
import { createContainer } from '../create-container.ts';
import type { Options } from '../options.ts';
import { UsageError } from '../usage-error.ts';

export const run: Command = {
  name: 'run',
  usage: '[OPTIONS] IMAGE [COMMAND] [ARG...]',
  summary: 'Create and run a new container from an image',
  options: {
    ...containerOptions,
    detach: { type: 'flag', short: 'd', help: 'Run container in background and print container ID' },
    'detach-keys': detachKeysOption,
    'sig-proxy': signalProxyOption,
  },
  notBuilt: notBuiltContainerOptions,
  stopsAtArgument: true,
  args: { least: 1 },
  privileged: true,
  failureCode: 125,
  run: async (call) => {
    const { engine, options, terminal } = call;
    // Before there is a container that nobody may start.
    await engine.requirePrivilege();
    if (options.flag('detach') && options.given('attach'))
      throw new UsageError('conflicting options: cannot specify both --attach and --detach', 1);
    if (options.flag('detach')) return runDetached(call);
    checkDetachKeys(options.text('detach-keys') ?? '');
    assertTerminal(terminal, { tty: options.flag('tty'), input: takesInput(options) });
    return runAttached(call);
  },
};

async function runDetached(call: Call): Promise<number> {
  const { engine, operation, terminal } = call;
  const { id } = await createContainer(call, { detached: true });
  await undoing(call, id, async () => {
    const { started } = await engine.startContainer(id, { gate: false, ...sizeOf(call) }, operation);
    await started;
  });
  terminal.stdout(`${id}\n`);
  return 0;
}

async function runAttached(call: Call): Promise<undefined> {
  const { engine, operation, options, terminal } = call;
  const { id } = await createContainer(call, { detached: false });
  const outputs = readAttach(options).filter((stream) => stream !== 'stdin');
  // As Docker: nothing else would be shown.
  if (outputs.length === 0) terminal.stdout(`${id}\n`);
  await undoing(call, id, async () => {
    const starting = await engine.startContainer(id, { gate: true, ...sizeOf(call) }, operation);
    const how = {
      input: takesInput(options),
      outputs,
      detachKeys: options.text('detach-keys'),
      signals: options.flag('sig-proxy') && !starting.tty,
    };
    await connectAndStart(terminal, starting, how);
  });
}

const takesInput = (options: Options): boolean => options.flag('interactive') && readAttach(options).includes('stdin');

/** A container that was to go when it ends goes too when it never began. */
async function undoing(call: Call, id: string, start: () => Promise<void>): Promise<void> {
  try {
    await start();
  } catch (error) {
    if (call.options.flag('rm')) await remove(call, id);
    throw error;
  }
}

async function remove({ engine, operation }: Call, id: string): Promise<void> {
  try {
    // Not the operation of the command line: that may have been given up, which is no reason to leave something behind.
    await engine.removeContainer(id, { force: true }, { ...operation, signal: new AbortController().signal });
  } catch (error) {
    operation.log('warn', `container ${id} was not removed: ${String(error)}`);
  }
}

function sizeOf({ terminal: { columns, rows } }: Call): { columns?: number; rows?: number } {
  return columns > 0 && rows > 0 ? { columns, rows } : {};
}
