import { asSkiffError } from '../lib/errors.ts';
import type { Log } from '../lib/operation.ts';
import type { SpawnerProcess } from './spawner.ts';
import { ReplyDecoder } from './spawner-frames.ts';

export type StartOutcome =
  /** The spawner has said so. */
  | { kind: 'ready' }
  /** A command came to its end with status 0. */
  | { kind: 'done' }
  | { kind: 'failed'; status: number | string; stderr: string };

type Options = {
  log: Log;
  /** `spawner` waits for its first frame, `command` for the end. */
  kind?: 'spawner' | 'command';
  /** sudo's prompt, and where the password comes from. */
  token?: string;
  answer?: () => Promise<string>;
};

/**
 * Waits until a process that may first ask for a password is the spawner. The spawner says `event ready` with request id 0: nothing may
 * be written to it before, because sudo would read it as a password.
 */
export function awaitReady(child: SpawnerProcess, options: Options): Promise<StartOutcome> {
  return new Promise((resolve, reject) => {
    let stderr = '';
    const decoder = new ReplyDecoder();
    const onOutput = (chunk: Buffer): void => {
      try {
        if (!decoder.push(chunk).some(({ id, strings }) => id === 0 && strings[1] === 'ready')) return;
      } catch (error) {
        return fail(error);
      }
      child.stdout.off('data', onOutput);
      child.off('close', onExit);
      settled = true;
      resolve({ kind: 'ready' });
    };
    let settled = false;
    const onExit = (code: number | null, signal: string | null): void => {
      settled = true;
      if (code === 0 && options.kind === 'command') resolve({ kind: 'done' });
      else resolve({ kind: 'failed', status: code ?? signal ?? 'unknown', stderr });
    };
    const fail = (error: unknown): void => {
      settled = true;
      child.kill();
      child.stdin.end();
      reject(asSkiffError(error));
    };
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (settled) return logLines(text, options.log);
      stderr += text;
      if (!options.token || !options.answer || !stderr.endsWith(options.token)) return;
      stderr = '';
      options.answer().then((password) => child.stdin.write(`${password}\n`), fail);
    });
    child.stdin.on('error', () => {});
    child.once('error', (error) => {
      settled = true;
      resolve({ kind: 'failed', status: 'not started', stderr: error.message });
    });
    // 'close', not 'exit': the last words on stderr may come after the exit.
    child.once('close', onExit);
    child.stdout.on('data', onOutput);
  });
}

function logLines(text: string, log: Log): void {
  for (const line of text.split('\n')) if (line.trim() !== '') log('info', `native: ${line}`);
}
