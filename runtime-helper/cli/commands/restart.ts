import type { Command } from '../command.ts';
import { each } from '../each.ts';
import { stopHow, stopOptions } from '../stop-options.ts';

export const restart: Command = {
  name: 'restart',
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  summary: 'Restart one or more containers',
  options: stopOptions,
  args: { least: 1 },
  privileged: true,
  run: (call) => {
    const { engine, operation } = call;
    return each(call, (reference) => {
      const { id } = engine.findContainer(reference);
      return engine.restartContainer(id, stopHow(call, reference), operation);
    });
  },
};
