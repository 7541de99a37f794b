import { assertTerminal, connect, detachKeysOption } from '../attachment.ts';
import type { Command } from '../command.ts';

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
    const { id, tty, openStdin } = engine.findContainer(reference);
    const target = engine.attachContainer(id);
    const input = openStdin && !options.flag('no-stdin');
    assertTerminal(terminal, { tty, input });
    connect(terminal, target, { input, detachKeys: options.text('detach-keys') });
    return undefined;
  },
};
