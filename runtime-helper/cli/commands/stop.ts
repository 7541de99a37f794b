import type { Command } from '../command.ts';
import { each, manyAtOnce } from '../each.ts';
import { stopHow, stopOptions } from '../stop-options.ts';

export const stop: Command = {
  name: 'stop',
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  summary: 'Stop one or more running containers',
  options: stopOptions,
  args: { least: 1 },
  run: (call) => {
    const { engine, operation } = call;
    const stopOne = async (reference: string): Promise<void> => {
      const { id } = engine.findContainer(reference);
      await engine.stopContainer(id, stopHow(call, reference), operation);
    };
    return each(call, stopOne, manyAtOnce);
  },
};
