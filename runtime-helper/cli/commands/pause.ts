import type { Command } from '../command.ts';
import { each, manyAtOnce } from '../each.ts';

export const pause: Command = {
  name: 'pause',
  usage: 'CONTAINER [CONTAINER...]',
  summary: 'Pause all processes within one or more containers',
  options: {},
  args: { least: 1 },
  run: (call) =>
    each(call, (reference) => call.engine.pauseContainer(call.engine.findContainer(reference).id), manyAtOnce),
};

export const unpause: Command = {
  name: 'unpause',
  usage: 'CONTAINER [CONTAINER...]',
  summary: 'Unpause all processes within one or more containers',
  options: {},
  args: { least: 1 },
  run: (call) =>
    each(call, (reference) => call.engine.unpauseContainer(call.engine.findContainer(reference).id), manyAtOnce),
};
