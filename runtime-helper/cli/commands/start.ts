import { assertTerminal, connectAndStart, detachKeysOption } from '../attachment.ts';
import type { Call, Command } from '../command.ts';
import { each } from '../each.ts';
import { asSkiffError, SkiffError } from '../../lib/errors.ts';
import { printFailure } from '../failure.ts';
import { UsageError } from '../usage-error.ts';

export const start: Command = {
  name: 'start',
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  summary: 'Start one or more stopped containers',
  options: {
    attach: { type: 'flag', short: 'a', help: 'Attach STDOUT/STDERR and forward signals' },
    'detach-keys': detachKeysOption,
    interactive: { type: 'flag', short: 'i', help: "Attach container's STDIN" },
  },
  notBuilt: ['--checkpoint', '--checkpoint-dir'],
  args: { least: 1 },
  privileged: true,
  run: (call) =>
    call.options.flag('attach') || call.options.flag('interactive')
      ? startAttached(call)
      : each(call, (reference) => startOne(call, reference)),
};

/** One that runs already is as it should be, as Docker sees it. */
async function startOne({ engine, operation }: Call, reference: string): Promise<void> {
  const { id, state } = engine.findContainer(reference);
  if (state.status === 'running' || state.status === 'restarting') return;
  const { started } = await engine.startContainer(id, { gate: false }, operation);
  await started;
}

async function startAttached({ engine, operation, options, terminal, args }: Call): Promise<number | undefined> {
  const [reference = '', ...others] = args;
  if (others.length > 0)
    throw new SkiffError('invalid-argument', 'you cannot start and attach multiple containers at once');
  const { id, tty, openStdin } = engine.findContainer(reference);
  const input = options.flag('interactive') && openStdin;
  assertTerminal(terminal, { tty, input });
  const { columns, rows } = terminal;
  const size = columns > 0 && rows > 0 ? { columns, rows } : {};
  try {
    const starting = await engine.startContainer(id, { gate: true, ...size }, operation);
    return await connectAndStart(terminal, starting, { input, detachKeys: options.text('detach-keys'), signals: !tty });
  } catch (error) {
    if (error instanceof UsageError) throw error;
    // What `run` tells by its exit code is Docker's 1 here.
    printFailure(terminal, asSkiffError(error));
    return 1;
  }
}
