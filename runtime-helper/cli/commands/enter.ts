import type { EnterableNamespace } from '../../engine/index.ts';
import { connectAndStart } from '../attachment.ts';
import type { Command } from '../command.ts';
import type { Options } from '../options.ts';
import type { Terminal } from '../terminal.ts';

const namespaces: readonly EnterableNamespace[] = ['mount', 'net', 'pid', 'ipc', 'uts', 'user', 'cgroup'];

export const enter: Command = {
  name: 'enter',
  usage: '[OPTIONS] CONTAINER [COMMAND] [ARG...]',
  summary:
    "Run a command of this machine, or a shell, in namespaces of a running container (its network's, if none is named)",
  options: {
    all: { type: 'flag', short: 'a', help: 'Enter all of its namespaces' },
    cgroup: { type: 'flag', short: 'C', help: 'Enter its cgroup, and the namespace of that' },
    ipc: { type: 'flag', short: 'i', help: 'Enter its IPC namespace' },
    mount: { type: 'flag', short: 'm', help: "Enter its mount namespace: with its files, not this machine's" },
    net: { type: 'flag', short: 'n', help: 'Enter its network namespace' },
    pid: { type: 'flag', short: 'p', help: 'Enter its PID namespace: its processes see the command' },
    user: { type: 'flag', short: 'U', help: 'Enter its user namespace, where it has one' },
    uts: { type: 'flag', short: 'u', help: 'Enter its UTS namespace: its host name' },
  },
  stopsAtArgument: true,
  args: { least: 1 },
  privileged: true,
  failureCode: 125,
  run: async ({ engine, operation, options, terminal, args: [reference = '', ...command] }) => {
    const { id } = engine.findContainer(reference);
    const chosen = namespacesOf(options);
    const tty = terminal.stdinTty && terminal.stdoutTty;
    const { columns, rows } = terminal;
    const mounts = chosen.includes('mount');
    const starting = await engine.enterContainer(
      id,
      {
        namespaces: chosen,
        command: command.length > 0 ? command : [mounts ? '/bin/sh' : (terminal.env['SHELL'] ?? '/bin/sh')],
        env: environment(terminal, mounts),
        cwd: mounts ? '/' : terminal.cwd || '/',
        tty,
        ...(columns > 0 && rows > 0 ? { columns, rows } : {}),
      },
      operation,
    );
    // It is a shell of one's own: no keys are taken from it.
    return connectAndStart(terminal, starting, { input: true, detachKeys: '', signals: true });
  },
};

function namespacesOf(options: Options): EnterableNamespace[] {
  if (options.flag('all')) return [...namespaces];
  const chosen = namespaces.filter((kind) => options.flag(kind));
  return chosen.length > 0 ? chosen : ['net'];
}

/** The caller's own; paths of this machine mean nothing among the container's files. */
function environment({ env }: Terminal, mounts: boolean): string[] {
  const hostOnly = new Set(['HOME', 'PATH', 'PWD', 'OLDPWD', 'TMPDIR', 'LD_LIBRARY_PATH', 'LD_PRELOAD']);
  return Object.entries(env).flatMap(([name, value]) => (mounts && hostOnly.has(name) ? [] : [`${name}=${value}`]));
}
