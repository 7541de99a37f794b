import type { Command } from '../command.ts';
import type { Engine, Image } from '../../engine/index.ts';
import { goTime, zoneOf, type Zone } from '../zone.ts';
import { describeAge } from '../durations.ts';
import { flagOf, globMatches, labelsFit, parseFilters, type Filters } from '../filters.ts';
import { formatRows } from '../format.ts';
import { cleanText, formatSize, formatTable, shortId } from '../text.ts';
import { parseTime } from '../times.ts';

export const images: Command = {
  name: 'images',
  usage: '[OPTIONS] [REPOSITORY[:TAG]]',
  summary: 'List images',
  options: {
    all: { type: 'flag', short: 'a', help: 'Show all images' },
    digests: { type: 'flag', help: 'Show digests' },
    filter: { type: 'list', short: 'f', value: 'filter', help: 'Filter output based on conditions provided' },
    format: { type: 'text', help: "Format output: 'table', 'table TEMPLATE', 'json' or a Go template" },
    'no-trunc': { type: 'flag', help: "Don't truncate output" },
    quiet: { type: 'flag', short: 'q', help: 'Only show image IDs' },
  },
  notBuilt: ['--tree'],
  args: { least: 0, most: 1 },
  run: async ({ args: [wanted], engine, options, terminal }) => {
    const [whole, withDigests] = [options.flag('no-trunc'), options.flag('digests')];
    const format = options.text('format') ?? 'table';
    const filters = parseFilters(options.list('filter'), knownFilters);
    const patterns = [...(filters.get('reference') ?? []), ...(wanted === undefined || wanted === '' ? [] : [wanted])];
    const zone = zoneOf(terminal.env);
    const rows = chosen(engine, filters, zone).flatMap((image) =>
      namesOf(image, patterns, withDigests || /\.Digest\b/.test(format)),
    );
    if (options.flag('quiet') && format === 'table') {
      terminal.stdout(rows.map(({ image: { id } }) => `${whole ? id : shortId(id)}\n`).join(''));
      return 0;
    }
    const table = format === 'table' ? `table ${withDigests ? digestsTable : defaultTable}` : format;
    const now = Date.now();
    terminal.stdout(
      formatRows(
        rows.map((row) => rowOf(row, { whole, now, zone })),
        table,
        imageHeads,
        formatTable,
      ),
    );
    return 0;
  },
};

const knownFilters = ['dangling', 'label', 'before', 'since', 'until', 'reference'];

/** Newest first, as Docker has them. */
function chosen(engine: Engine, filters: Filters, zone: Zone): Image[] {
  const dangling = flagOf(filters, 'dangling');
  const timeOf = ({ createdAt }: { createdAt?: string }): number => Date.parse(createdAt ?? '') || 0;
  const momentOf = (reference: string): number => timeOf(engine.inspectImage(reference));
  const before = (filters.get('before') ?? []).map(momentOf);
  const since = (filters.get('since') ?? []).map(momentOf);
  const until = (filters.get('until') ?? []).map((text) => parseTime(text, Date.now(), zone));
  return engine
    .listImages()
    .filter((image) => dangling === undefined || (image.references.length === 0) === dangling)
    .filter(({ labels }) => labelsFit(filters.get('label'), labels))
    .filter((image) => [...before, ...until].every((time) => timeOf(image) < time))
    .filter((image) => since.every((time) => timeOf(image) > time))
    .toSorted((a, b) => timeOf(b) - timeOf(a));
}

type Named = { image: Image; repository: string; tag: string; digest: string };
const none = '<none>';

/** An image is a row for each of its tags (and digests, where those are asked for), one for a digest without a tag, and one for no name at all. */
function namesOf(image: Image, patterns: readonly string[], withDigests: boolean): Named[] {
  const tags = image.references.toSorted().map((name) => ({ ...split(name), name }));
  const digests = image.digests.map((name) => ({ ...split(name), name }));
  const tagged = tags.flatMap(({ repository, end: tag, name }): (Named & { name: string })[] => {
    const own = digests.filter((one) => one.repository === repository).map(({ end }) => end);
    const ends = withDigests && own.length > 0 ? own : [own[0] ?? none];
    return ends.map((digest) => ({ image, repository, tag, digest, name }));
  });
  const others = digests.filter(({ repository }) => !tags.some((one) => one.repository === repository));
  const untagged = others.map(({ repository, end, name }) => ({ image, repository, tag: none, digest: end, name }));
  const all = [...tagged, ...untagged];
  if (patterns.length > 0)
    return all.filter(({ name, repository }) =>
      patterns.some((one) => globMatches(one, name) || globMatches(one, repository)),
    );
  return all.length > 0 ? all : [{ image, repository: none, tag: none, digest: none }];
}

/** `host:1/a:2` → `host:1/a` and `2`; `a@sha256:…` → `a` and `sha256:…` */
function split(name: string): { repository: string; end: string } {
  const at = name.indexOf('@');
  const colon = at < 0 ? name.lastIndexOf(':') : at;
  return { repository: name.slice(0, colon), end: name.slice(colon + 1) };
}

const defaultTable = '{{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}';
const digestsTable = '{{.Repository}}\t{{.Tag}}\t{{.Digest}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}';

export const imageHeads = {
  Containers: 'CONTAINERS',
  CreatedAt: 'CREATED AT',
  CreatedSince: 'CREATED',
  Digest: 'DIGEST',
  ID: 'IMAGE ID',
  Repository: 'REPOSITORY',
  SharedSize: 'SHARED SIZE',
  Size: 'SIZE',
  Tag: 'TAG',
  UniqueSize: 'UNIQUE SIZE',
  VirtualSize: 'SIZE',
};

/** With the first of its names. */
export function firstRowOf(image: Image, how: { now: number; zone: Zone }): Record<keyof typeof imageHeads, string> {
  const [first = { image, repository: none, tag: none, digest: none }] = namesOf(image, [], false);
  return rowOf(first, { whole: false, ...how });
}

function rowOf(
  { image: { id, createdAt, size }, repository, tag, digest }: Named,
  how: { whole: boolean; now: number; zone: Zone },
): Record<keyof typeof imageHeads, string> {
  return {
    Containers: 'N/A',
    CreatedAt: createdAt === undefined ? 'N/A' : goTime(createdAt, how.zone),
    CreatedSince: createdAt === undefined ? 'N/A' : describeAge(createdAt, how.now),
    Digest: digest,
    ID: how.whole ? id : shortId(id),
    Repository: cleanText(repository),
    SharedSize: 'N/A',
    Size: formatSize(size),
    Tag: cleanText(tag),
    UniqueSize: 'N/A',
    VirtualSize: formatSize(size),
  };
}
