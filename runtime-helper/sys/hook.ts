import { spawn } from 'node:child_process';
import { SkiffError } from '../lib/errors.ts';

/** config.md, "POSIX-platform Hooks". `timeout` in seconds; absent: any. */
export type Hook = { path: string; args: string[]; env: string[]; timeout?: number };

/** Runs a hook on the host with the container's state on its stdin. Throws failed-precondition with what it printed. */
export function runHook({ path, args, env, timeout }: Hook, state: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string): void => reject(new SkiffError('failed-precondition', `hook ${path}: ${reason}`));
    const child = spawn(path, args.slice(1), {
      ...(args[0] === undefined ? {} : { argv0: args[0] }),
      ...{ env: Object.fromEntries(env.map(splitVariable)), stdio: ['pipe', 'inherit', 'pipe'] },
      ...(timeout === undefined ? {} : { timeout: timeout * 1000, killSignal: 'SIGKILL' as const }),
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said = `${said}${text}`.slice(-4096)));
    // It may end without reading.
    child.stdin.on('error', () => {});
    child.stdin.end(state);
    child.once('error', ({ message }) => fail(message));
    child.once('exit', (code, signal) => {
      if (code === 0) return resolve();
      fail([signal ? `ended by ${signal}` : `exit status ${code}`, said.trim()].filter(Boolean).join(': '));
    });
  });
}

function splitVariable(text: string): [string, string] {
  const at = text.indexOf('=');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
