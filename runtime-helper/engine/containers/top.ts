import { readFileSync } from 'node:fs';
import { SkiffError } from '../../lib/errors.ts';
import { containerCgroups, processesOf } from '../../sys/cgroups.ts';
import { processors, readProcess, runPs, type ProcessFacts } from '../../sys/process-table.ts';
import type { ProcessList } from '../types.ts';
import type { Parts } from './parts.ts';

/** The container's processes as the host sees them. Needs no ps in the image; other options than none are the host's ps's. */
export async function topContainer(
  { catalog, journal }: Parts,
  id: string,
  options: readonly string[],
): Promise<ProcessList> {
  const record = catalog.record(id);
  const { pid } = catalog.assertRunning(record);
  const pids = processesOf(containerCgroups(pid, record.id));
  const list =
    options.length === 0
      ? describe(pids.flatMap((one) => readProcess(one) ?? []))
      : chosenLines(await runPs(options), new Set(pids));
  journal.note('top', record);
  return list;
}

/** Columns of `ps -ef`. */
function describe(processes: readonly ProcessFacts[]): ProcessList {
  const users = userNames();
  const rows = processes.map((one) => [
    users.get(one.uid) ?? String(one.uid),
    String(one.pid),
    String(one.parent),
    String(
      Math.min(99, Math.floor((one.cpuMilliseconds / Math.max(1, Date.now() - one.startedAt)) * 100 * processors())),
    ),
    startTime(one.startedAt),
    terminalName(one.terminal),
    cpuTime(one.cpuMilliseconds),
    one.command,
  ]);
  return { titles: ['UID', 'PID', 'PPID', 'C', 'STIME', 'TTY', 'TIME', 'CMD'], processes: rows };
}

function userNames(): Map<number, string> {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  return new Map(
    lines.map((line) => line.split(':')).map(([name = '', , uid]): [number, string] => [Number(uid), name]),
  );
}

/** The hour on its first day, then the day. */
function startTime(startedAt: number): string {
  const started = new Date(startedAt);
  if (Date.now() - startedAt > 24 * 3600 * 1000)
    return started.toLocaleDateString('en-US', { month: 'short', day: '2-digit' }).replace(' ', '');
  return started.toTimeString().slice(0, 5);
}

/** The majors of pseudoterminals are 136 to 143 (Documentation/admin-guide/devices.txt). */
function terminalName(device: number): string {
  const [major, minor] = [(device >> 8) & 0xfff, (device & 0xff) | ((device >> 12) & 0xfff00)];
  return major >= 136 && major <= 143 ? `pts/${(major - 136) * 256 + minor}` : '?';
}

function cpuTime(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}

/** The lines of ps that are about one of the container's processes: it must have a column PID. */
function chosenLines(text: string, pids: ReadonlySet<number>): ProcessList {
  const [head = '', ...lines] = text.split('\n').filter((line) => line.trim() !== '');
  const titles = head.trim().split(/\s+/);
  const column = titles.indexOf('PID');
  if (column < 0) throw new SkiffError('invalid-argument', "couldn't find PID field in ps output");
  const rows = lines.map((line) => columnsOf(line, titles.length));
  return { titles, processes: rows.filter((row) => pids.has(Number(row[column]))) };
}

/** The last column takes what is left, spaces and all. */
function columnsOf(line: string, count: number): string[] {
  const words = line.trim().split(/\s+/);
  return [...words.slice(0, count - 1), words.slice(count - 1).join(' ')];
}
