import { SkiffError } from '../../lib/errors.ts';
import type { EnterOptions, Starting } from '../types.ts';
import type { Parts } from './parts.ts';
import { startSession } from './session.ts';
import { phrase } from '../../lib/phrase.ts';

/**
 * A program of this machine in some of a container's namespaces, with the caller's own rights: the native program makes sure of
 * that. Throws for an ordinary user's program that the container's processes could take over.
 */
export async function enterContainer(parts: Parts, id: string, options: EnterOptions): Promise<Starting> {
  const record = parts.catalog.record(id);
  const { namespaces, command, env, cwd, tty, columns = 0, rows = 0 } = options;
  const wants = new Set(namespaces);
  // Who has the same uid may trace it (ptrace(2)); of root's programs only who has all capabilities may.
  if (process.getuid?.() !== 0 && wants.has('pid') && !wants.has('mount')) {
    throw new SkiffError(
      'permission-denied',
      'in its PID namespace the processes of the container could take over a program that has this machine’s files',
      { hint: phrase('Join its mount namespace, too (--mount), or run skiff as root.'), exitCode: 125 },
    );
  }
  return startSession(parts, record, {
    verb: 'enter',
    directives: [
      ...namespaces.flatMap((kind) => ['join', kind]),
      ...command.flatMap((arg) => ['arg', arg]),
      ...env.flatMap((variable) => ['env', variable]),
      ...['cwd', cwd, 'stdin', 'once', 'gate', '1'],
      ...(tty ? ['terminal', String(columns), String(rows)] : []),
    ],
    tty,
    command: command[0] ?? '',
  });
}
