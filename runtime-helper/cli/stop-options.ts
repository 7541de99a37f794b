import type { StopOptions } from '../engine/index.ts';
import type { Call } from './command.ts';
import type { OptionTable } from './options.ts';
import { cleanText } from './text.ts';

/** Options that `stop` and `restart` share. */
export const stopOptions: OptionTable = {
  signal: { type: 'text', short: 's', help: 'Signal to send to the container' },
  timeout: { type: 'number', short: 't', help: 'Seconds to wait before killing the container' },
  time: { type: 'number', help: 'Alias of --timeout' },
};

/** How one container is to be stopped. Docker's timing; on a terminal it is said at once when the grace is in vain. */
export function stopHow({ options, terminal }: Call, reference: string): StopOptions {
  const signal = options.text('signal');
  const timeoutSeconds = options.number('timeout') ?? options.number('time');
  const onDeaf = (grace: number): void => {
    const until = grace < 0 ? 'this waits until it ends by itself' : `it will be killed in ${grace} s`;
    terminal.stderr(
      `skiff: PID 1 of ${cleanText(reference)} has no handler for the stop signal, so it can't get it: ${until}\n` +
        `'skiff kill ${cleanText(reference)}' ends it now; 'skiff run --init' makes the signal reach it next time\n`,
    );
  };
  return {
    ...(signal === undefined ? {} : { signal }),
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
    ...(terminal.stderrTty ? { onDeaf } : {}),
  };
}
