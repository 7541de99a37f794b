import type { Command } from '../command.ts';
import type { Container, ContainerSize, Engine } from '../../engine/index.ts';
import { containerFilter } from '../container-filters.ts';
import { commandLine, describeStatus, quote } from '../container-words.ts';
import { describeAge } from '../durations.ts';
import { formatRows } from '../format.ts';
import { describePorts } from '../port-text.ts';
import type { Options } from '../options.ts';
import { cleanText, formatSize, formatTable, shorten, shortId } from '../text.ts';
import { goTime, zoneOf, type Zone } from '../zone.ts';

const commandColumns = 20;

export const ps: Command = {
  name: 'ps',
  usage: '[OPTIONS]',
  summary: 'List containers',
  options: {
    all: { type: 'flag', short: 'a', help: 'Show all containers (default shows just running)' },
    filter: { type: 'list', short: 'f', value: 'filter', help: 'Filter output based on conditions provided' },
    format: { type: 'text', help: "Format output: 'table', 'table TEMPLATE', 'json' or a Go template" },
    last: { type: 'number', short: 'n', help: 'Show n last created containers (includes all states) (default -1)' },
    latest: { type: 'flag', short: 'l', help: 'Show the latest created container (includes all states)' },
    'no-trunc': { type: 'flag', help: "Don't truncate output" },
    quiet: { type: 'flag', short: 'q', help: 'Only display container IDs' },
    size: { type: 'flag', short: 's', help: 'Display total file sizes' },
  },
  args: { least: 0, most: 0 },
  run: async ({ engine, options, terminal }) => {
    const containers = chosen(engine, options);
    const whole = options.flag('no-trunc');
    const given = options.text('format') || 'table';
    const format = given === 'raw' ? rawTemplate(options.flag('size')) : given;
    if (options.flag('quiet') && format === 'table') {
      terminal.stdout(containers.map(({ id }) => `${whole ? id : shortId(id)}\n`).join(''));
      return 0;
    }
    const wantsSize = options.flag('size') || /\.Size\b|json \.\s*}}/.test(format);
    const sizes = wantsSize ? await engine.containerSizes(containers.map(({ id }) => id)) : undefined;
    const zone = zoneOf(terminal.env);
    const rows = containers.map((container) => ({
      ...rowOf(container, { whole, now: Date.now(), zone }),
      Label: (name: unknown) => cleanText(container.labels[String(name)] ?? ''),
      Size: sizes ? describeSize(sizes.get(container.id)) : formatSize(0),
    }));
    const table = format === 'table' ? `table ${defaultTable}${options.flag('size') ? '\t{{.Size}}' : ''}` : format;
    terminal.stdout(formatRows(rows, table, containerHeads, formatTable));
    return 0;
  },
};

/** `-n` and `-l` count the stopped ones, too. */
function chosen(engine: Engine, options: Options): Container[] {
  const last = options.flag('latest') ? 1 : (options.number('last') ?? -1);
  const filter = containerFilter(options.list('filter'), engine);
  const containers = filter.choose(engine.listContainers({ all: options.flag('all') || last > 0 || filter.needsAll }));
  return last > 0 ? containers.slice(0, last) : containers;
}

const defaultTable = '{{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}\t{{.Names}}';

/** `--format raw`: a line for each field. */
const rawTemplate = (withSize: boolean): string =>
  [
    'container_id: {{.ID}}',
    'image: {{.Image}}',
    'command: {{.Command}}',
    'created_at: {{.CreatedAt}}',
    'state: {{.State}}',
    'status: {{.Status}}',
    'names: {{.Names}}',
    'labels: {{.Labels}}',
    'ports: {{.Ports}}',
    ...(withSize ? ['size: {{.Size}}'] : []),
    '',
  ].join('\n');

function describeSize(size: ContainerSize | undefined): string {
  return size ? `${formatSize(size.written)} (virtual ${formatSize(size.total)})` : '';
}

export const containerHeads = {
  Command: 'COMMAND',
  CreatedAt: 'CREATED AT',
  ID: 'CONTAINER ID',
  Image: 'IMAGE',
  Label: (name: unknown) => String(name),
  Labels: 'LABELS',
  LocalVolumes: 'LOCAL VOLUMES',
  Mounts: 'MOUNTS',
  Names: 'NAMES',
  Networks: 'NETWORKS',
  Ports: 'PORTS',
  RunningFor: 'CREATED',
  Size: 'SIZE',
  State: 'STATE',
  Status: 'STATUS',
};

export function rowOf(container: Container, how: { whole: boolean; now: number; zone: Zone }): Record<string, string> {
  const { id, image, command, createdAt, name, network, endpoints, ports, state } = container;
  const line = commandLine(command);
  return {
    Command: quote(how.whole ? line : shorten(line, commandColumns)),
    CreatedAt: goTime(createdAt, how.zone),
    ID: how.whole ? id : shortId(id),
    Image: cleanText(image),
    Labels: Object.entries(container.labels)
      .map(([key, value]) => cleanText(`${key}=${value}`))
      .join(','),
    LocalVolumes: String(container.mounts.filter(({ type }) => type === 'volume').length),
    Mounts: container.mounts
      .map((mount) => (mount.type === 'volume' ? mount.name : mount.type === 'bind' ? mount.source : mount.target))
      .join(','),
    Names: cleanText(name),
    Networks: endpoints.length > 0 ? endpoints.map((endpoint) => endpoint.network).join(',') : network,
    Ports: describePorts(ports),
    RunningFor: describeAge(createdAt, how.now),
    State: state.status,
    Status: describeStatus(state, how.now),
  };
}
