import { assertTerminal, connect, detachKeysOption } from '../attachment.ts';
import type { Command } from '../command.ts';
import { SkiffError } from '../../lib/errors.ts';

export const attach: Command = {
  name: 'attach',
  usage: '[OPTIONS] CONTAINER',
  summary: 'Attach local standard input, output, and error streams to a running container',
  options: {
    'detach-keys': detachKeysOption,
    'no-stdin': { type: 'flag', help: 'Do not attach STDIN' },
  },
  notBuilt: ['--sig-proxy'],
  args: { least: 1, most: 1 },
  run: async ({ engine, options, terminal, args: [reference = ''] }) => {
    const { id, tty, openStdin, state } = engine.findContainer(reference);
    if (state.status !== 'running')
      throw new SkiffError('conflict', 'you cannot attach to a stopped container, start it first');
    const input = openStdin && !options.flag('no-stdin');
    assertTerminal(terminal, { tty, input });
    connect(terminal, engine.attachContainer(id), { input, detachKeys: options.text('detach-keys') });
    return undefined;
  },
};
