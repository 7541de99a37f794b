import { assertTerminal, connect, detachKeysOption, signalProxyOption } from '../attachment.ts';
import type { Command } from '../command.ts';

/** Of the log; more than any screen shows. */
const replayBytes = 256 * 1024;

export const attach: Command = {
  name: 'attach',
  usage: '[OPTIONS] CONTAINER',
  summary: 'Attach local standard input, output, and error streams to a running container',
  options: {
    'detach-keys': detachKeysOption,
    'no-stdin': { type: 'flag', help: 'Do not attach STDIN' },
    'sig-proxy': signalProxyOption,
  },
  args: { least: 1, most: 1 },
  run: async ({ engine, options, terminal, args: [reference = ''] }) => {
    const { id, tty, openStdin } = engine.findContainer(reference);
    const target = engine.attachContainer(id);
    const input = openStdin && !options.flag('no-stdin');
    assertTerminal(terminal, { tty, input });
    connect(terminal, target, {
      input,
      detachKeys: options.text('detach-keys'),
      signals: options.flag('sig-proxy') && !tty,
      // A person's window should not open blank; for a program that reads us, as with Docker, it begins now.
      replay: terminal.stdoutTty ? replayBytes : 0,
    });
    return undefined;
  },
};
