import type { CreateOptions } from '../engine/index.ts';
import type { Options, OptionTable } from './options.ts';
import { parseRestartPolicy } from './restart-policy.ts';
import { UsageError } from './usage-error.ts';

/** Options of `run` and `create` about how a container ends, and what follows. */
export const lifeOptions: OptionTable = {
  restart: { type: 'text', help: 'Restart policy to apply when a container exits (default "no")' },
  'stop-signal': { type: 'text', value: 'signal', help: 'Signal to stop the container' },
  'stop-timeout': { type: 'number', help: 'Timeout (in seconds) to stop a container' },
};

type LifeOptions = Pick<CreateOptions, 'restartPolicy' | 'stopSignal' | 'stopTimeout'>;

/** Throws UsageError. */
export function readLifeOptions(options: Options): LifeOptions {
  const text = options.text('restart');
  const restartPolicy = text === undefined ? undefined : parseRestartPolicy(text);
  const stopSignal = options.text('stop-signal');
  const stopTimeout = options.number('stop-timeout');
  if (restartPolicy && restartPolicy.name !== 'no' && options.flag('rm'))
    throw new UsageError('conflicting options: cannot specify both --restart and --rm', 125);
  return {
    ...(restartPolicy === undefined ? {} : { restartPolicy }),
    ...(stopSignal === undefined ? {} : { stopSignal }),
    ...(stopTimeout === undefined ? {} : { stopTimeout }),
  };
}
