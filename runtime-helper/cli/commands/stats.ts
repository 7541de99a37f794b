import { setTimeout as delay } from 'node:timers/promises';
import type { Container, StatsSample } from '../../engine/index.ts';
import { SkiffError } from '../../lib/errors.ts';
import type { Call, Command } from '../command.ts';
import { formatRows } from '../format.ts';
import { cleanText, formatBinarySize, formatSize, formatTable, shortId } from '../text.ts';

const intervalMs = 1000;
const defaultTable =
  '{{.ID}}\t{{.Name}}\t{{.CPUPerc}}\t{{.MemUsage}}\t{{.MemPerc}}\t{{.NetIO}}\t{{.BlockIO}}\t{{.PIDs}}';

const heads = {
  BlockIO: 'BLOCK I/O',
  CPUPerc: 'CPU %',
  Container: 'CONTAINER',
  ID: 'CONTAINER ID',
  MemPerc: 'MEM %',
  MemUsage: 'MEM USAGE / LIMIT',
  Name: 'NAME',
  NetIO: 'NET I/O',
  PIDs: 'PIDS',
};

export const stats: Command = {
  name: 'stats',
  usage: '[OPTIONS] [CONTAINER...]',
  summary: 'Display a live stream of container(s) resource usage statistics',
  options: {
    all: { type: 'flag', short: 'a', help: 'Show all containers (default shows just running)' },
    format: { type: 'text', help: "Format output: 'table', 'table TEMPLATE', 'json' or a Go template" },
    'no-stream': { type: 'flag', help: 'Disable streaming stats and only pull the first result' },
    'no-trunc': { type: 'flag', help: 'Do not truncate output' },
  },
  args: { least: 0 },
  run: async (call) => {
    const { operation, options, terminal } = call;
    const format = options.text('format') ?? 'table';
    const how = { whole: options.flag('no-trunc'), once: options.flag('no-stream') };
    let before = sample(call);
    for (;;) {
      await delay(intervalMs, undefined, { signal: operation.signal });
      const now = sample(call);
      const rows = [...now].map(([reference, one]) => rowOf(reference, one, before.get(reference), how));
      const table = format === 'table' ? `table ${defaultTable}` : format;
      const text = formatRows(rows, table, heads, formatTable);
      if (how.once) {
        terminal.stdout(text);
        return 0;
      }
      // As Docker: the cursor goes home, and what was there before is gone.
      terminal.stdout(terminal.stdoutTty ? `\x1b[2J\x1b[H${text}` : text);
      await terminal.drained();
      before = now;
    }
  },
};

type Sampled = { container: Container; sample: StatsSample | undefined };

/** By the word that the container was named with. One that goes while it is watched goes from the list. */
function sample({ args, engine, options }: Call): Map<string, Sampled> {
  const named = args.map((reference): [string, Container] => [reference, engine.findContainer(reference)]);
  const listed = engine
    .listContainers({ all: options.flag('all') })
    .map((container): [string, Container] => [shortId(container.id), container]);
  const sampled = new Map<string, Sampled>();
  for (const [reference, container] of args.length > 0 ? named : listed) {
    try {
      sampled.set(reference, { container, sample: engine.sampleContainer(container.id) });
    } catch (error) {
      if (!(error instanceof SkiffError) || error.code !== 'not-found') throw error;
    }
  }
  return sampled;
}

function rowOf(
  reference: string,
  { container: { id, name }, sample: now }: Sampled,
  before: Sampled | undefined,
  { whole, once }: { whole: boolean; once: boolean },
): Record<keyof typeof heads, string> {
  const who = { Container: cleanText(reference), ID: whole ? id : shortId(id), Name: cleanText(name) };
  // Docker's daemon has zeros for one that does not run, and no answer while it is asked again and again.
  if (!now && once)
    return {
      ...who,
      ...{ BlockIO: '0B / 0B', CPUPerc: '0.00%', MemPerc: '0.00%', MemUsage: '0B / 0B', NetIO: '0B / 0B', PIDs: '0' },
    };
  if (!now)
    return {
      ...who,
      BlockIO: '-- / --',
      CPUPerc: '--',
      MemPerc: '--',
      MemUsage: '-- / --',
      NetIO: '-- / --',
      PIDs: '--',
    };
  return {
    ...who,
    BlockIO: `${formatSize(now.blockRead)} / ${formatSize(now.blockWritten)}`,
    CPUPerc: `${cpuPercent(now, before?.sample).toFixed(2)}%`,
    MemPerc: `${((now.memory / now.memoryLimit) * 100).toFixed(2)}%`,
    MemUsage: `${formatBinarySize(now.memory)} / ${formatBinarySize(now.memoryLimit)}`,
    NetIO: `${formatSize(now.networkReceived)} / ${formatSize(now.networkSent)}`,
    PIDs: String(now.pids),
  };
}

/** 100 for each processor that is kept busy. */
function cpuPercent(now: StatsSample, before: StatsSample | undefined): number {
  if (!before || now.takenAt <= before.takenAt) return 0;
  return Math.max(0, ((now.cpuMilliseconds - before.cpuMilliseconds) / (now.takenAt - before.takenAt)) * 100);
}
