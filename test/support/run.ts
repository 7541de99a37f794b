import { spawn } from 'node:child_process';
import { patience } from './wait.ts';

export type RunOptions = {
  env?: Record<string, string | undefined>;
  cwd?: string;
  /** Bytes for its standard input, which is then closed. Absent: /dev/null. */
  input?: string | Uint8Array;
  /** Milliseconds, then SIGKILL and an error. Absent: 60,000. */
  limit?: number;
  uid?: number;
};
/** `code` is 128 + n for a process that died of signal n. */
export type RunResult = { code: number; stdout: string; stderr: string };

const signalNumbers: Partial<Record<NodeJS.Signals, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGKILL: 9,
  SIGPIPE: 13,
  SIGTERM: 15,
};

/** Runs a program to its end. Rejects when it can't be started or takes too long; a failure of its own is a result. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const limit = patience(options.limit ?? 60_000);
  const child = spawn(command, args, {
    env: { ...process.env, ...options.env },
    cwd: options.cwd,
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  child.stdout?.on('data', (chunk: Buffer) => chunks.stdout.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => chunks.stderr.push(chunk));
  // A program that ends without reading its input is no failure of ours.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(options.input);
  const text = (of: Buffer[]): string => Buffer.concat(of).toString();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      const said = `${text(chunks.stdout)}${text(chunks.stderr)}`.slice(-1000);
      reject(new Error(`${[command, ...args].join(' ')} took more than ${limit} ms; it said: ${said}`));
    }, limit);
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      const status = code ?? 128 + (signal === null ? 0 : (signalNumbers[signal] ?? 0));
      resolve({ code: status, stdout: text(chunks.stdout), stderr: text(chunks.stderr) });
    });
  });
}
