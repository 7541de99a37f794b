import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { compile } from './compile.ts';
import { patience } from './wait.ts';

export type PtyOptions = { env?: Record<string, string | undefined>; cwd?: string; columns?: number; rows?: number };
/** `restored`: the program left the terminal's modes as it found them. */
export type PtyEnd = { code: number; restored: boolean };

/** A program on a terminal of its own, used as a person does: type, and wait for what is to be seen. */
export class Pty {
  readonly #child: ChildProcess;
  readonly #end: Promise<PtyEnd>;
  #text = '';
  #ended = false;
  #wake = (): void => {};

  constructor(command: string, args: readonly string[], options: PtyOptions = {}) {
    const { columns = 80, rows = 24 } = options;
    const program = compile(join(import.meta.dirname, 'pty.c'));
    this.#child = spawn(program, [String(columns), String(rows), command, ...args], {
      env: { ...process.env, TERM: 'xterm', ...options.env },
      cwd: options.cwd,
      stdio: ['pipe', 'pipe', 'ignore', 'pipe'],
    });
    let verdict = '';
    this.#control.on('data', (chunk: Buffer) => (verdict += chunk.toString()));
    this.#child.stdin?.on('error', () => undefined);
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#text += text;
      this.#wake();
    });
    this.#end = new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('close', (code) => {
        this.#ended = true;
        this.#wake();
        resolve({ code: code ?? 128, restored: verdict === 'restored\n' });
      });
    });
  }

  /** All that came to the screen so far. */
  get text(): string {
    return this.#text;
  }

  /** The process on the terminal, through its parent. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Keys: '\r' is Enter, '\x04' Ctrl-D. */
  type(keys: string): void {
    this.#child.stdin?.write(keys);
  }

  resize(columns: number, rows: number): void {
    this.#control.write(`${columns} ${rows}\n`);
  }

  /** Waits until what came since `from` (an offset in `text`) matches; returns the offset behind the match. */
  async sees(pattern: RegExp, from = 0): Promise<number> {
    const limit = Date.now() + patience(20_000);
    for (;;) {
      const match = pattern.exec(this.#text.slice(from));
      if (match) return from + match.index + match[0].length;
      if (this.#ended || Date.now() > limit)
        throw new Error(`${String(pattern)} never came, only ${JSON.stringify(this.#text.slice(from))}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, 500).unref();
      });
    }
  }

  /** Waits for the end of the program. */
  async end(): Promise<PtyEnd> {
    const timer = setTimeout(() => this.kill(), patience(20_000));
    try {
      return await this.#end;
    } finally {
      clearTimeout(timer);
    }
  }

  /** As if the terminal's window had been closed. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  get #control(): Duplex {
    return this.#child.stdio[3] as Duplex;
  }
}
