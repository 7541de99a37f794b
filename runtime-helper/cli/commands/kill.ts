import type { Command } from '../command.ts';
import { each } from '../each.ts';

export const kill: Command = {
  name: 'kill',
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  summary: 'Kill one or more running containers',
  options: { signal: { type: 'text', short: 's', help: 'Signal to send to the container' } },
  args: { least: 1 },
  run: (call) =>
    each(call, (reference) => {
      const { id } = call.engine.findContainer(reference);
      return call.engine.killContainer(id, call.options.text('signal') ?? 'KILL');
    }),
};
