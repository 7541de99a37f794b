import type { Command } from '../command.ts';
import { each } from '../each.ts';
import { stopHow, stopOptions } from '../stop-options.ts';

export const stop: Command = {
  name: 'stop',
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  summary: 'Stop one or more running containers',
  options: stopOptions,
  args: { least: 1 },
  run: (call) => {
    const { engine, operation } = call;
    return each(call, (reference) => {
      const { id } = engine.findContainer(reference);
      return engine.stopContainer(id, stopHow(call, reference), operation);
    });
  },
};
