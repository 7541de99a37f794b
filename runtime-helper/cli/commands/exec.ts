import { assertTerminal, checkDetachKeys, connectAndStart, detachKeysOption } from '../attachment.ts';
import type { Call, Command } from '../command.ts';
import { readEnvironment } from '../container-options.ts';
import type { ExecOptions } from '../../engine/index.ts';

export const exec: Command = {
  name: 'exec',
  usage: '[OPTIONS] CONTAINER COMMAND [ARG...]',
  summary: 'Execute a command in a running container',
  options: {
    detach: { type: 'flag', short: 'd', help: 'Detached mode: run command in the background' },
    'detach-keys': detachKeysOption,
    env: { type: 'list', short: 'e', help: 'Set environment variables' },
    'env-file': { type: 'list', help: 'Read in a file of environment variables' },
    interactive: { type: 'flag', short: 'i', help: 'Keep STDIN open even if not attached' },
    privileged: { type: 'flag', help: 'Give extended privileges to the command' },
    tty: { type: 'flag', short: 't', help: 'Allocate a pseudo-TTY' },
    user: { type: 'text', short: 'u', help: 'Username or UID (format: <name|uid>[:<group|gid>])' },
    workdir: { type: 'text', short: 'w', help: 'Working directory inside the container' },
  },
  stopsAtArgument: true,
  args: { least: 2 },
  privileged: true,
  run: async (call) => {
    const { engine, operation, options, terminal } = call;
    const [reference = ''] = call.args;
    const { id } = engine.findContainer(reference);
    const what = await execOptions(call);
    checkDetachKeys(options.text('detach-keys') ?? '');
    if (!what.detach) assertTerminal(terminal, { tty: what.tty, input: what.openStdin });
    const starting = await engine.exec(id, what, operation);
    // A process that nobody could reach any more is of no use: signals, and the end of the terminal, are always its own.
    const how = { input: what.openStdin, detachKeys: options.text('detach-keys'), signals: true };
    if (!what.detach) return connectAndStart(terminal, starting, how);
    await starting.started;
    return 0;
  },
};

async function execOptions({ options, args, terminal }: Call): Promise<ExecOptions> {
  const [user, workingDir] = [options.text('user'), options.text('workdir')];
  const { columns, rows } = terminal;
  const detach = options.flag('detach');
  return {
    command: args.slice(1),
    tty: options.flag('tty'),
    // Nobody could ever write to it.
    openStdin: options.flag('interactive') && !detach,
    detach,
    env: await readEnvironment(options.list('env-file'), options.list('env'), terminal),
    privileged: options.flag('privileged'),
    ...(user === undefined ? {} : { user }),
    ...(workingDir === undefined ? {} : { workingDir }),
    ...(columns > 0 && rows > 0 ? { columns, rows } : {}),
  };
}
