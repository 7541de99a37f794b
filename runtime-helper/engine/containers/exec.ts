import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { processConfig } from '../../container/default-config.ts';
import { processDirectives } from '../../container/directives.ts';
import { readConfig } from '../../container/record.ts';
import { SkiffError } from '../../lib/errors.ts';
import type { ExecOptions, Starting } from '../types.ts';
import type { Parts } from './parts.ts';
import { startFailure } from './start-failure.ts';

/** One more process in a running container. */
export async function execInContainer(
  { catalog, privileges, store }: Parts,
  id: string,
  options: ExecOptions,
): Promise<Starting> {
  const record = catalog.record(id);
  const { status } = catalog.assertRunning(record);
  if (status === 'paused')
    throw new SkiffError('conflict', `container ${id} is paused, unpause the container before exec`);
  const config = readConfig(catalog.folder(record.id));
  const process = processConfig(
    {
      tty: options.tty,
      args: options.command,
      env: [...config.process.env, ...(options.tty && !record.tty ? ['TERM=xterm'] : []), ...options.env],
      cwd: options.workingDir ?? config.process.cwd,
      user: options.user ?? config.process.user.username ?? '',
    },
    { privileged: options.privileged },
  );
  const session = randomBytes(8).toString('hex');
  const directives = processDirectives(process, {
    seccomp: config.linux.seccomp !== undefined && !options.privileged,
    stdin: options.openStdin ? 'once' : 'null',
    gate: !options.detach,
    columns: options.columns ?? 0,
    rows: options.rows ?? 0,
  });
  const spawner = await privileges.spawner();
  const listening = Promise.withResolvers<void>();
  const answered = spawner.request(['exec', 'id', record.id, 'session', session, ...directives], (name) => {
    if (name === 'listening') listening.resolve();
  });
  const started = answered.then(
    () => {},
    (error: unknown) => {
      throw startFailure(error, options.command[0] ?? '');
    },
  );
  started.catch(() => {});
  await Promise.race([listening.promise, started]);
  return {
    socket: join(store.run, 'containers', record.id, `exec-${session}.sock`),
    tty: options.tty,
    started,
  };
}
