import type { Memento } from 'vscode';
import type { Client } from '../../runtime-helper/client/client.ts';
import { RequestError } from '../../runtime-helper/client/request-error.ts';
import type { ContainerSummary, RunParams } from '../../runtime-helper/protocol/types.ts';
import { cleanLine, shorten } from '../model/clean-text.ts';
import { displayName } from '../model/container-words.ts';
import { t } from '../model/l10n.ts';
import { ShellMemory } from './shell-memory.ts';
import type { Opened, Size, Source } from './stream-terminal.ts';
import type { Remembered } from './terminal-memory.ts';

/** What a terminal shows, and how it looks. */
export type Onto = {
  name: string;
  icon: string;
  source: Omit<Source, 'failed'>;
  /** Id of the container; absent: not yet made. */
  container: () => string | undefined;
  /** By what it is found again in the window's next life; absent: it is not. */
  remember: () => Remembered | undefined;
};

/** A terminal's scrollback: VS Code keeps a thousand lines unless it is told otherwise. */
const replay = 1024 * 1024;
const newestLogLines = 10_000;

/** What terminals can show of containers. */
export class Sources {
  readonly #client: Client;
  readonly #shells: ShellMemory;

  constructor(client: Client, memory: Memento) {
    this.#client = client;
    this.#shells = new ShellMemory(memory);
  }

  /** A new container: it starts with the terminal's size and misses none of its output. */
  run(params: RunParams): Onto {
    const { tty = false, interactive: input = false } = params;
    let id: string | undefined;
    return {
      name: params.image,
      icon: 'vm-running',
      source: {
        open: async (size) => {
          const run = await this.#client.runContainer({ ...params, attach: size });
          id = run.id;
          if (run.stream === undefined) throw new Error('the helper opened no stream');
          return { stream: run.stream, tty, input, name: run.name };
        },
        reopen: (size) => this.#attach({ id: id ?? '', interactive: input }, size),
      },
      container: () => id,
      remember: () => (id === undefined ? undefined : { container: id }),
    };
  }

  /** PID 1. */
  attached(container: ContainerSummary): Onto {
    return {
      name: displayName(container),
      icon: 'vm-running',
      source: {
        open: (size) => this.#attach(container, size, { replay }),
        reopen: (size) => this.#attach(container, size),
      },
      container: () => container.id,
      remember: () => ({ container: container.id }),
    };
  }

  /** A shell beside PID 1, which ends with its terminal. `session`: one that runs already. */
  shell(container: ContainerSummary, session?: string): Onto {
    let own = session;
    const attach = (size: Size, how: { replay?: number } = {}): Promise<Opened> => {
      if (own === undefined) throw new Error(t('this session can’t be found again'));
      return this.#attach({ ...container, interactive: true }, size, { session: own, ...how });
    };
    const begin = async (size: Size): Promise<Opened> => {
      const { stream, session: begun } = await this.#beginShell(container, size);
      own = begun;
      return { stream, tty: true, input: true };
    };
    return {
      name: t('{0}: shell', displayName(container)),
      icon: 'terminal',
      source: {
        open: (size) => (session === undefined ? begin(size) : attach(size, { replay })),
        reopen: async (size) => attach(size),
        hangUp: true,
      },
      container: () => container.id,
      remember: () => (own === undefined ? undefined : { container: container.id, session: own }),
    };
  }

  /** A command beside PID 1; the terminal says with what it ended. */
  command(container: ContainerSummary, command: readonly string[]): Onto {
    return {
      name: t('{0}: {1}', displayName(container), shorten(cleanLine(command.join(' ')), 30)),
      icon: 'terminal',
      source: {
        open: async (size) => {
          const how = { id: container.id, command: [...command], tty: true, interactive: true, ...size };
          const { stream } = await this.#client.execContainer(how);
          return { stream, tty: true, input: true };
        },
        hangUp: true,
      },
      container: () => container.id,
      remember: () => undefined,
    };
  }

  /** What the container writes, and has written, with its colours. */
  log(container: ContainerSummary): Onto {
    return {
      name: t('{0}: log', displayName(container)),
      icon: 'output',
      source: {
        open: async () => {
          const how = { id: container.id, follow: true, tail: newestLogLines };
          const { stream } = await this.#client.containerLogs(how);
          return { stream, tty: container.tty, input: false };
        },
      },
      container: () => container.id,
      remember: () => undefined,
    };
  }

  /** Begins the best shell that there is. */
  async #beginShell({ id, imageId }: ContainerSummary, size: Size): Promise<{ stream: string; session?: string }> {
    let failure: unknown;
    for (const command of this.#shells.candidates(imageId)) {
      try {
        const how = { id, command: [...command], tty: true, interactive: true, ...size };
        const begun = await this.#client.execContainer(how);
        await this.#shells.found(imageId, command);
        return begun;
      } catch (error) {
        failure ??= error;
        if (!(error instanceof RequestError) || error.code !== 'not-found') throw error;
      }
    }
    throw failure;
  }

  async #attach(
    { id, interactive }: { id: string; interactive: boolean },
    size: Size,
    how: { session?: string; replay?: number } = {},
  ): Promise<Opened> {
    const { stream, tty } = await this.#client.attachContainer({ id, ...size, ...how });
    return { stream, tty, input: interactive };
  }
}
