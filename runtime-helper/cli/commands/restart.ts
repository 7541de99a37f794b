import type { Command } from '../command.ts';
import { each, manyAtOnce } from '../each.ts';
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
    const restartOne = async (reference: string): Promise<void> => {
      const { id } = engine.findContainer(reference);
      await engine.restartContainer(id, stopHow(call, reference), operation);
    };
    return each(call, restartOne, manyAtOnce);
  },
};
