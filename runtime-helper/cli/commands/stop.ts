import type { Command } from '../command.ts';
import { each } from '../each.ts';

export const stop: Command = {
  name: 'stop',
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  summary: 'Stop one or more running containers',
  options: {
    signal: { type: 'text', short: 's', help: 'Signal to send to the container' },
    timeout: { type: 'number', short: 't', help: 'Seconds to wait before killing the container' },
  },
  args: { least: 1 },
  run: (call) => {
    const { engine, operation, options } = call;
    return each(call, (reference) => {
      const { id } = engine.findContainer(reference);
      const [signal, timeoutSeconds] = [options.text('signal'), options.number('timeout')];
      return engine.stopContainer(
        id,
        { ...(signal === undefined ? {} : { signal }), ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }) },
        operation,
      );
    });
  },
};
