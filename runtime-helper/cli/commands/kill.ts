import type { Command } from '../command.ts';
import { each, manyAtOnce } from '../each.ts';

export const kill: Command = {
  name: 'kill',
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  summary: 'Kill one or more running containers',
  options: { signal: { type: 'text', short: 's', help: 'Signal to send to the container' } },
  args: { least: 1 },
  run: (call) => {
    const { engine, options } = call;
    const killOne = (reference: string): Promise<void> =>
      engine.killContainer(engine.findContainer(reference).id, options.text('signal') ?? 'KILL');
    return each(call, killOne, manyAtOnce);
  },
};
