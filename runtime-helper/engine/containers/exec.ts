import { processDirectives } from '../../container/directives.ts';
import { readConfig } from '../../container/record.ts';
import { allCapabilities } from '../../oci/capabilities.ts';
import type { ProcessConfig } from '../../oci/runtime-config.ts';
import type { ExecOptions, Starting } from '../types.ts';
import type { Parts } from './parts.ts';
import { startSession } from './session.ts';

/** One more process in a running container, confined as its PID 1 is. */
export async function execInContainer(parts: Parts, id: string, options: ExecOptions): Promise<Starting> {
  const { catalog } = parts;
  const record = catalog.record(id);
  const config = readConfig(catalog.folder(record.id));
  const { columns = 0, rows = 0 } = options;
  const directives = processDirectives(execProcess(config.process, options), {
    seccomp: options.privileged ? false : (config.linux.seccomp ?? false),
    stdin: options.openStdin ? 'once' : 'null',
    gate: !options.detach,
    columns,
    rows,
  });
  return startSession(parts, record, {
    verb: 'exec',
    directives,
    tty: options.tty,
    command: options.command[0] ?? '',
  });
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
