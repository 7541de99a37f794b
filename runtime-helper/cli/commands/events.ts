import type { StoreEvent } from '../../engine/index.ts';
import type { Command } from '../command.ts';
import { anyFits, labelsFit, parseFilters } from '../filters.ts';
import { formatValue } from '../format.ts';
import { asMap } from '../template/values.ts';
import { cleanText } from '../text.ts';
import { parseTime } from '../times.ts';
import { zonedTime, zoneOf, type Zone } from '../zone.ts';

const filterKeys = ['container', 'daemon', 'event', 'image', 'label', 'network', 'scope', 'type', 'volume'];

export const events: Command = {
  name: 'events',
  usage: '[OPTIONS]',
  summary: 'Get real time events from the store',
  options: {
    filter: { type: 'list', short: 'f', value: 'filter', help: 'Filter output based on conditions provided' },
    format: { type: 'text', help: "Format output: 'json' or a Go template" },
    since: { type: 'text', help: 'Show all events created since timestamp' },
    until: { type: 'text', help: 'Stream events until this timestamp' },
  },
  args: { least: 0, most: 0 },
  run: async ({ engine, operation, options, terminal }) => {
    const filters = parseFilters(options.list('filter'), filterKeys);
    const [since, until, format] = [options.text('since'), options.text('until'), options.text('format')];
    const zone = zoneOf(terminal.env);
    const range = {
      ...(since === undefined ? {} : { since: parseTime(since, Date.now(), zone) }),
      ...(until === undefined ? {} : { until: parseTime(until, Date.now(), zone) }),
    };
    for await (const event of engine.events(range, operation)) {
      if (!fits(event, filters)) continue;
      terminal.stdout(`${format === undefined ? describe(event, zone) : formatEvent(event, format)}\n`);
      await terminal.drained();
    }
    return 0;
  },
};

/** Values of one key are alternatives, keys add up; labels add up, too. */
function fits({ type, action, id, attributes }: StoreEvent, filters: ReadonlyMap<string, string[]>): boolean {
  const names = (kind: StoreEvent['type']) => (value: string) =>
    type === kind && (id.startsWith(value) || attributes['name'] === value.replace(/^\//, ''));
  return (
    anyFits(filters.get('type'), (value) => type === value) &&
    anyFits(filters.get('event'), (value) => action === value || action.startsWith(`${value}:`)) &&
    anyFits(filters.get('container'), names('container')) &&
    anyFits(filters.get('network'), names('network')) &&
    anyFits(filters.get('volume'), names('volume')) &&
    anyFits(filters.get('image'), (value) => imageFits(value, type === 'image' ? id : attributes['image'])) &&
    anyFits(filters.get('scope'), (value) => value === 'local') &&
    !filters.has('daemon') &&
    labelsFit(filters.get('label'), attributes)
  );
}

/** By the whole reference, or by the repository without its tag. */
const imageFits = (wanted: string, image = ''): boolean => image === wanted || image.replace(/:[^/]*$/, '') === wanted;

/** `2026-11-24T12:39:30.580210693+01:00 container start 924c… (image=alpine, name=web)` */
function describe({ time, type, action, id, attributes }: StoreEvent, zone: Zone): string {
  const details = Object.entries(attributes)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`);
  return cleanText(
    `${zonedTime(time, zone)} ${type} ${action} ${id}${details.length > 0 ? ` (${details.join(', ')})` : ''}`,
  );
}

/**
 * Docker's message, with the older fields that scripts use, which only containers and images have. In JSON some names are not those
 * that templates have.
 */
function formatEvent({ time, type, action, id, attributes }: StoreEvent, format: string): string {
  const [, fraction = '0'] = /\.(\d+)Z$/.exec(time) ?? [];
  const seconds = Math.floor(Date.parse(time) / 1000);
  const timeNano = Number(`${seconds}${fraction.padEnd(9, '0')}`);
  const from = type === 'container' ? (attributes['image'] ?? '') : '';
  const [status, older] = type === 'container' || type === 'image' ? [action, id] : ['', ''];
  const sorted = Object.fromEntries(Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const common = { Type: type, Action: action, Actor: { ID: id, Attributes: asMap(sorted) } };
  if (format !== 'json')
    return formatValue(
      { ...common, Status: status, ID: older, From: from, Scope: 'local', Time: seconds, TimeNano: timeNano },
      format,
    );
  const first = { ...(status === '' ? {} : { status, id: older }), ...(from === '' ? {} : { from }) };
  return JSON.stringify({ ...first, ...common, scope: 'local', time: seconds, timeNano });
}
