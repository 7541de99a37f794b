import type { Command } from '../command.ts';
import type { Image } from '../../engine/index.ts';
import { goTime } from '../container-words.ts';
import { describeAge } from '../durations.ts';
import { formatRows } from '../format.ts';
import { cleanText, formatSize, formatTable, shortId } from '../text.ts';

export const images: Command = {
  name: 'images',
  usage: '[OPTIONS] [REPOSITORY[:TAG]]',
  summary: 'List images',
  options: {
    all: { type: 'flag', short: 'a', help: 'Show all images' },
    format: { type: 'text', help: "Format output: 'table', 'table TEMPLATE', 'json' or a Go template" },
    'no-trunc': { type: 'flag', help: "Don't truncate output" },
    quiet: { type: 'flag', short: 'q', help: 'Only show image IDs' },
  },
  notBuilt: ['--digests', '-f', '--filter', '--tree'],
  args: { least: 0, most: 1 },
  run: async ({ args: [wanted], engine, options, terminal }) => {
    const whole = options.flag('no-trunc');
    const format = options.text('format') ?? 'table';
    const names = engine.listImages().flatMap((image) => namesOf(image, wanted));
    if (options.flag('quiet') && format === 'table') {
      const ids = new Set(names.map(({ image: { id } }) => (whole ? id : shortId(id))));
      terminal.stdout([...ids].map((id) => `${id}\n`).join(''));
      return 0;
    }
    const rows = names.map((name) => rowOf(name, { whole, now: Date.now() }));
    const table = format === 'table' ? `table ${defaultTable}` : format;
    terminal.stdout(formatRows(rows, table, heads, formatTable));
    return 0;
  },
};

type Named = { image: Image; repository: string; tag: string };
const none = '<none>';

/** An image is a row for each of its names; `wanted` is a repository, or one with a tag. */
function namesOf(image: Image, wanted: string | undefined): Named[] {
  const names = image.references.map((reference) => {
    const [, repository = reference, tag = none] = /^(.*?)(?::([^/:]+))?(?:@.*)?$/.exec(reference) ?? [];
    return { image, repository, tag };
  });
  if (wanted !== undefined)
    return names.filter(({ repository, tag }) => wanted === repository || wanted === `${repository}:${tag}`);
  return names.length > 0 ? names : [{ image, repository: none, tag: none }];
}

const defaultTable = '{{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}';

const heads = {
  CreatedAt: 'CREATED AT',
  CreatedSince: 'CREATED',
  ID: 'IMAGE ID',
  Repository: 'REPOSITORY',
  Size: 'SIZE',
  Tag: 'TAG',
};

function rowOf(
  { image: { id, createdAt, size }, repository, tag }: Named,
  how: { whole: boolean; now: number },
): Record<keyof typeof heads, string> {
  return {
    CreatedAt: createdAt === undefined ? 'N/A' : goTime(createdAt),
    CreatedSince: createdAt === undefined ? 'N/A' : describeAge(createdAt, how.now),
    ID: how.whole ? id : shortId(id),
    Repository: cleanText(repository),
    Size: formatSize(size),
    Tag: cleanText(tag),
  };
}
