import { resolve } from 'node:path';
import type { Command } from '../command.ts';
import { writeOutput } from '../output.ts';
import { UsageError } from '../usage-error.ts';

export const cp: Command = {
  name: 'cp',
  usage: '[OPTIONS] CONTAINER:SRC_PATH DEST_PATH|- | SRC_PATH|- CONTAINER:DEST_PATH',
  summary: 'Copy files/folders between a container and the local filesystem',
  options: {
    archive: { type: 'flag', short: 'a', help: 'Archive mode (copy all uid/gid information)' },
    'follow-link': { type: 'flag', short: 'L', help: 'Always follow symbol link in SRC_PATH' },
    quiet: { type: 'flag', short: 'q', help: 'Suppress progress output during copy' },
  },
  args: { least: 2, most: 2 },
  privileged: true,
  run: async ({ args: [source = '', target = ''], engine, operation, options, terminal }) => {
    const from = split(source);
    const to = split(target);
    const how = { followLink: options.flag('follow-link'), keepOwners: options.flag('archive') };
    if (from && to) throw new UsageError('copying between containers is not supported', 1);
    if (!from && !to) throw new UsageError('must specify at least one container source', 1);
    if (from?.path === '' || to?.path === '') throw new UsageError('the path in the container cannot be empty', 1);
    if (from) {
      const { id } = engine.findContainer(from.container);
      if (target === '-') await writeOutput(engine.copyStream(id, from.path, how, operation), undefined, terminal);
      else await engine.copyFromContainer(id, from.path, absolute(terminal.cwd, target), how, operation);
    } else if (to) {
      const { id } = engine.findContainer(to.container);
      const what = source === '-' ? { stream: terminal.readStdin() } : { path: absolute(terminal.cwd, source) };
      await engine.copyToContainer(id, what, to.path, how, operation);
    }
    return 0;
  },
};

/** As Docker: what begins with `/` or `.` is a local path, whatever colons are in it. */
function split(text: string): { container: string; path: string } | undefined {
  const colon = text.indexOf(':');
  if (colon < 1 || text.startsWith('/') || text.startsWith('.')) return undefined;
  return { container: text.slice(0, colon), path: text.slice(colon + 1) };
}

/** What a path ends in has a meaning, which resolve() would take away. */
function absolute(cwd: string, path: string): string {
  const end = /(\/\.?|^\.)\/*$/.exec(path)?.[0].replace(/^\.$/, '/.') ?? '';
  return resolve(cwd, path).replace(/\/$/, '') + (end || '');
}
