import type { Command } from '../command.ts';
import { each } from '../each.ts';

export const restart: Command = {
  name: 'restart',
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  summary: 'Restart one or more containers',
  options: {
    signal: { type: 'text', short: 's', help: 'Signal to send to the container' },
    timeout: { type: 'number', short: 't', help: 'Seconds to wait before killing the container' },
  },
  args: { least: 1 },
  privileged: true,
  run: (call) => {
    const { engine, operation, options } = call;
    return each(call, async (reference) => {
      const { id } = engine.findContainer(reference);
      const [signal, timeoutSeconds] = [options.text('signal'), options.number('timeout')];
      await engine.stopContainer(
        id,
        { ...(signal === undefined ? {} : { signal }), ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }) },
        operation,
      );
      const { started } = await engine.startContainer(id, { gate: false }, operation);
      await started;
    });
  },
};
