import type { Command } from '../command.ts';
import type { LogEntry, LogOptions } from '../../engine/index.ts';
import type { Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

export const logs: Command = {
  name: 'logs',
  usage: '[OPTIONS] CONTAINER',
  summary: 'Fetch the logs of a container',
  options: {
    follow: { type: 'flag', short: 'f', help: 'Follow log output' },
    tail: { type: 'text', short: 'n', help: 'Number of lines to show from the end of the logs (default "all")' },
    timestamps: { type: 'flag', short: 't', help: 'Show timestamps' },
  },
  notBuilt: ['--details', '--since', '--until'],
  args: { least: 1, most: 1 },
  run: async ({ args: [reference = ''], engine, operation, options, terminal }) => {
    const { id } = engine.findContainer(reference);
    const how: LogOptions = { follow: options.flag('follow'), ...tailOf(options.text('tail')) };
    const output = new LogOutput(terminal, options.flag('timestamps'));
    try {
      for await (const entry of engine.logs(id, how, operation)) await output.add(entry);
    } finally {
      output.flush();
    }
    return 0;
  },
};

function tailOf(text: string | undefined): { tail?: number } {
  if (text === undefined || text === 'all') return {};
  if (!/^[+-]?\d+$/.test(text)) throw new UsageError(`invalid value for tail: ${text}`, 1);
  // Docker takes a negative number for all.
  const tail = Number(text);
  return tail < 0 ? {} : { tail };
}

const mostBytes = 64 * 1024;

/** Lines travel together: a frame each would cost more than reading them. What is followed is not held back for it. */
class LogOutput {
  readonly #terminal: Terminal;
  readonly #timestamps: boolean;
  #channel: LogEntry['channel'] = 'stdout';
  #chunks: Uint8Array[] = [];
  #length = 0;
  #startsLine = { stdout: true, stderr: true };
  #flushing: NodeJS.Immediate | undefined;

  constructor(terminal: Terminal, timestamps: boolean) {
    this.#terminal = terminal;
    this.#timestamps = timestamps;
  }

  async add({ channel, text, time }: LogEntry): Promise<void> {
    if (channel !== this.#channel) this.flush();
    this.#channel = channel;
    if (this.#timestamps && this.#startsLine[channel]) this.#push(Buffer.from(`${time} `));
    this.#push(text);
    this.#startsLine[channel] = text.at(-1) === 0x0a;
    this.#flushing ??= setImmediate(() => this.flush());
    if (this.#length < mostBytes) return;
    this.flush();
    await this.#terminal.drained();
  }

  flush(): void {
    clearImmediate(this.#flushing);
    this.#flushing = undefined;
    if (this.#length === 0) return;
    this.#terminal[this.#channel](Buffer.concat(this.#chunks, this.#length));
    this.#chunks = [];
    this.#length = 0;
  }

  #push(bytes: Uint8Array): void {
    this.#chunks.push(bytes);
    this.#length += bytes.length;
  }
}
