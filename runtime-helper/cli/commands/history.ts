import type { Command } from '../command.ts';
import type { ImageStep } from '../../engine/index.ts';
import { describeAge } from '../durations.ts';
import { formatRows } from '../format.ts';
import { platformFrom, platformOption } from '../platform-option.ts';
import { cleanText, formatSize, formatTable, shorten, shortId } from '../text.ts';
import { zonedTime, zoneOf, type Zone } from '../zone.ts';

const createdByColumns = 45;

export const history: Command = {
  name: 'history',
  usage: '[OPTIONS] IMAGE',
  summary: 'Show the history of an image',
  options: {
    format: { type: 'text', help: "Format output: 'table', 'table TEMPLATE', 'json' or a Go template" },
    human: { type: 'flag', short: 'H', default: true, help: 'Print sizes and dates in human readable format' },
    'no-trunc': { type: 'flag', help: "Don't truncate output" },
    platform: platformOption('Show the history'),
    quiet: { type: 'flag', short: 'q', help: 'Only show image IDs' },
  },
  args: { least: 1, most: 1 },
  run: async ({ args: [reference = ''], engine, options, terminal }) => {
    const how = { whole: options.flag('no-trunc'), human: options.flag('human') };
    const steps = engine.imageHistory(reference, platformFrom(options));
    const format = options.text('format') ?? 'table';
    if (options.flag('quiet') && format === 'table') {
      terminal.stdout(steps.map((step) => `${idOf(step, how.whole)}\n`).join(''));
      return 0;
    }
    const created = how.human ? 'CreatedSince' : 'CreatedAt';
    const columns = `{{.ID}}\t{{.${created}}}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}`;
    const rows = steps.map((step) => rowOf(step, { ...how, now: Date.now(), zone: zoneOf(terminal.env) }));
    terminal.stdout(formatRows(rows, format === 'table' ? `table ${columns}` : format, heads, formatTable));
    return 0;
  },
};

const heads = {
  Comment: 'COMMENT',
  CreatedAt: 'CREATED AT',
  CreatedBy: 'CREATED BY',
  CreatedSince: 'CREATED',
  ID: 'IMAGE',
  Size: 'SIZE',
};

function rowOf(
  step: ImageStep,
  how: { whole: boolean; human: boolean; now: number; zone: Zone },
): Record<keyof typeof heads, string> {
  const { createdAt, createdBy, comment, size } = step;
  const command = cleanText(createdBy.replaceAll('\t', ' '));
  return {
    Comment: cleanText(comment),
    CreatedAt: createdAt === undefined ? '' : zonedTime(`${createdAt.slice(0, 19)}Z`, how.zone),
    CreatedBy: how.whole ? command : shorten(command, createdByColumns),
    CreatedSince: createdAt === undefined ? 'N/A' : describeAge(createdAt, how.now),
    ID: idOf(step, how.whole),
    Size: how.human ? formatSize(size) : String(size),
  };
}

const idOf = ({ id }: ImageStep, whole: boolean): string => (id === undefined ? '<missing>' : whole ? id : shortId(id));
