import type { Command } from '../command.ts';
import type { Container, Engine } from '../../engine/index.ts';
import { commandLine, describeStatus, goTime, quote } from '../container-words.ts';
import { describeAge } from '../durations.ts';
import { formatRows } from '../format.ts';
import { describePorts } from '../port-text.ts';
import type { Options } from '../options.ts';
import { cleanText, formatTable, shorten, shortId } from '../text.ts';

const commandColumns = 20;

export const ps: Command = {
  name: 'ps',
  usage: '[OPTIONS]',
  summary: 'List containers',
  options: {
    all: { type: 'flag', short: 'a', help: 'Show all containers (default shows just running)' },
    format: { type: 'text', help: "Format output: 'table', 'table TEMPLATE', 'json' or a Go template" },
    last: { type: 'number', short: 'n', help: 'Show n last created containers (includes all states) (default -1)' },
    latest: { type: 'flag', short: 'l', help: 'Show the latest created container (includes all states)' },
    'no-trunc': { type: 'flag', help: "Don't truncate output" },
    quiet: { type: 'flag', short: 'q', help: 'Only display container IDs' },
  },
  notBuilt: ['-f', '--filter', '-s', '--size'],
  args: { least: 0, most: 0 },
  run: async ({ engine, options, terminal }) => {
    const containers = chosen(engine, options);
    const whole = options.flag('no-trunc');
    const format = options.text('format') ?? 'table';
    if (options.flag('quiet') && format === 'table') {
      terminal.stdout(containers.map(({ id }) => `${whole ? id : shortId(id)}\n`).join(''));
      return 0;
    }
    const rows = containers.map((container) => rowOf(container, { whole, now: Date.now() }));
    const table = format === 'table' ? `table ${defaultTable}` : format;
    terminal.stdout(formatRows(rows, table, heads, formatTable));
    return 0;
  },
};

/** `-n` and `-l` count the stopped ones, too. */
function chosen(engine: Engine, options: Options): Container[] {
  const last = options.flag('latest') ? 1 : (options.number('last') ?? -1);
  const containers = engine.listContainers({ all: options.flag('all') || last > 0 });
  return last > 0 ? containers.slice(0, last) : containers;
}

const defaultTable = '{{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}\t{{.Names}}';

const heads = {
  Command: 'COMMAND',
  CreatedAt: 'CREATED AT',
  ID: 'CONTAINER ID',
  Image: 'IMAGE',
  Names: 'NAMES',
  Networks: 'NETWORKS',
  Ports: 'PORTS',
  RunningFor: 'CREATED',
  State: 'STATE',
  Status: 'STATUS',
};

export function rowOf(container: Container, how: { whole: boolean; now: number }): Record<keyof typeof heads, string> {
  const { id, image, command, createdAt, name, network, endpoints, ports, state } = container;
  const line = commandLine(command);
  return {
    Command: quote(how.whole ? line : shorten(line, commandColumns)),
    CreatedAt: goTime(createdAt),
    ID: how.whole ? id : shortId(id),
    Image: cleanText(image),
    Names: cleanText(name),
    Networks: endpoints.length > 0 ? endpoints.map((endpoint) => endpoint.network).join(',') : network,
    Ports: describePorts(ports),
    RunningFor: describeAge(createdAt, how.now),
    State: state.status,
    Status: describeStatus(state, how.now),
  };
}
