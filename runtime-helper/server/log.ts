import type { Log } from '../lib/operation.ts';

/** The helper's log: `LEVEL message` a line on stderr, which a window shows as its own. */
export const log: Log = (level, message) => {
  process.stderr.write(`${level} ${message.replaceAll(/\s*\n\s*/g, ' ')}\n`);
};
