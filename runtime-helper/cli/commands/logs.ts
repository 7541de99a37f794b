import type { LogOptions } from '../../engine/index.ts';
import type { Command } from '../command.ts';
import type { Options } from '../options.ts';
import { parseTime } from '../times.ts';
import { zoneOf, type Zone } from '../zone.ts';
import { UsageError } from '../usage-error.ts';

export const logs: Command = {
  name: 'logs',
  usage: '[OPTIONS] CONTAINER',
  summary: 'Fetch the logs of a container',
  options: {
    details: { type: 'flag', help: 'Show extra details provided to logs' },
    follow: { type: 'flag', short: 'f', help: 'Follow log output' },
    since: {
      type: 'text',
      help: 'Show logs since timestamp (e.g. "2013-01-02T13:23:37Z") or relative (e.g. "42m" for 42 minutes)',
    },
    tail: { type: 'text', short: 'n', help: 'Number of lines to show from the end of the logs (default "all")' },
    timestamps: { type: 'flag', short: 't', help: 'Show timestamps' },
    until: {
      type: 'text',
      help: 'Show logs before a timestamp (e.g. "2013-01-02T13:23:37Z") or relative (e.g. "42m" for 42 minutes)',
    },
  },
  args: { least: 1, most: 1 },
  run: async ({ args: [reference = ''], engine, operation, options, terminal }) => {
    const { id } = engine.findContainer(reference);
    for await (const { channel, bytes } of engine.logs(id, logOptions(options, zoneOf(terminal.env)), operation)) {
      terminal[channel](bytes);
      await terminal.drained();
    }
    return 0;
  },
};

function logOptions(options: Options, zone: Zone): LogOptions {
  const now = Date.now();
  const [since, until] = [options.text('since'), options.text('until')];
  return {
    follow: options.flag('follow'),
    timestamps: options.flag('timestamps'),
    details: options.flag('details'),
    ...tailOf(options.text('tail')),
    ...(since === undefined ? {} : { since: logTime(since, now, zone) }),
    ...(until === undefined ? {} : { until: logTime(until, now, zone) }),
  };
}

function tailOf(text: string | undefined): { tail?: number } {
  if (text === undefined || text === 'all') return {};
  if (!/^[+-]?\d+$/.test(text)) throw new UsageError(`invalid value for tail: ${text}`, 1);
  // Docker takes a negative number for all.
  const tail = Number(text);
  return tail < 0 ? {} : { tail };
}

/** With the nine digits of a log's own times: who copies one of those gets that very line. */
function logTime(text: string, now: number, zone: Zone): string {
  const time = new Date(parseTime(text, now, zone)).toISOString();
  const fraction = /^\d{4}-.*T.*\.(\d{1,9})|^\d+\.(\d{1,9})$/.exec(text);
  const digits = fraction?.[1] ?? fraction?.[2] ?? time.slice(20, 23);
  return `${time.slice(0, 20)}${digits.padEnd(9, '0')}Z`;
}
