import { processDirectives } from '../../container/directives.ts';
import { execDirectives } from '../../container/oci-bundle.ts';
import { allCapabilities } from '../../oci/capabilities.ts';
import type { ProcessConfig } from '../../oci/runtime-config.ts';
import { eventAttributes } from '../journal.ts';
import type { ExecOptions, Starting } from '../types.ts';
import { withAppArmor } from './confinement.ts';
import type { Parts } from './parts.ts';
import { otherRuntime } from './runtime.ts';
import { newSessionName, startSession } from './session.ts';

/** One more process in a running container, confined as its PID 1 is. */
export async function execInContainer(parts: Parts, id: string, options: ExecOptions): Promise<Starting> {
  const { catalog } = parts;
  const record = catalog.record(id);
  const config = catalog.records.config(record.id);
  const { columns = 0, rows = 0 } = options;
  const process = execProcess(withAppArmor(config.process, record), options);
  const { runtime } = otherRuntime(parts.store, record);
  const directives = processDirectives(process, {
    seccomp: options.privileged ? false : (config.linux.seccomp ?? false),
    stdin: options.openStdin ? 'once' : 'null',
    gate: !options.detach,
    columns,
    rows,
  });
  const name = newSessionName();
  const event = (action: string): void =>
    parts.journal.note(`${action}: ${options.command.join(' ')}`, record, { execID: name });
  event('exec_create');
  const starting = await startSession(parts, record, {
    ...{ verb: 'exec', name },
    directives: [
      ...['event-attributes', JSON.stringify(eventAttributes(record)).slice(1, -1)],
      ...directives,
      ...(runtime ? execDirectives(process, runtime, { columns, rows }) : []),
    ],
    tty: options.tty,
    command: options.command[0] ?? '',
  });
  event('exec_start');
  return starting;
}

/** PID 1's process, but for what the options say. */
function execProcess(init: ProcessConfig, options: ExecOptions): ProcessConfig {
  const { tty, command, env, workingDir, user, privileged } = options;
  const all = [...allCapabilities];
  return {
    ...init,
    terminal: tty,
    args: command,
    env: [...init.env, ...(tty && !init.terminal ? ['TERM=xterm'] : []), ...env],
    cwd: workingDir ?? init.cwd,
    user: user === undefined ? init.user : { ...init.user, username: user },
    ...(privileged
      ? {
          capabilities: { bounding: all, effective: all, permitted: all, inheritable: [], ambient: [] },
          noNewPrivileges: false,
        }
      : {}),
  };
}
