import { ThemeIcon, window } from 'vscode';
import type { Client } from '../../runtime-helper/client/client.ts';
import type { ContainerSummary, RunParams } from '../../runtime-helper/protocol/types.ts';
import { displayName } from '../model/container-words.ts';
import { shells } from './shells.ts';
import { StreamTerminal, type Source } from './stream-terminal.ts';
import type { Streams } from './streams.ts';

type Failed = (error: unknown) => void;

/** Opens terminals onto containers, and brings them back when the helper was started again. */
export class Terminals {
  readonly #client: Client;
  readonly #streams: Streams;
  readonly #open = new Set<StreamTerminal>();

  constructor(client: Client, streams: Streams) {
    this.#client = client;
    this.#streams = streams;
  }

  /** Runs a new container in a terminal: it starts with the terminal's size and misses none of its output. */
  run(params: RunParams, failed: Failed): void {
    let id: string | undefined;
    this.#show(params.image, 'vm-running', {
      open: async (size) => {
        const run = await this.#client.runContainer({ ...params, tty: true, interactive: true, attach: size });
        id = run.id;
        if (run.stream === undefined) throw new Error('the helper opened no stream');
        return { stream: run.stream, tty: true, input: true, name: run.name };
      },
      reopen: async (size) => {
        const { stream, tty } = await this.#client.attachContainer({ id: id ?? '', ...size });
        return { stream, tty, input: true };
      },
      failed,
    });
  }

  attach(container: ContainerSummary, failed: Failed): void {
    const attach: Source['open'] = async (size) => {
      const { stream, tty } = await this.#client.attachContainer({ id: container.id, ...size });
      return { stream, tty, input: container.interactive };
    };
    this.#show(displayName(container), 'vm-running', { open: attach, reopen: attach, failed });
  }

  /** A shell beside PID 1. It does not outlive the helper's stream to it, so it is not opened again. */
  shell(container: ContainerSummary, failed: Failed): void {
    this.#show(`${displayName(container)}: shell`, 'terminal', {
      open: async (size) => {
        const { stream, tty } = await this.#client.execContainer({
          id: container.id,
          command: shells,
          tty: true,
          interactive: true,
          ...size,
        });
        return { stream, tty, input: true };
      },
      failed,
    });
  }

  helperEnded(): void {
    this.#streams.loseAll();
  }

  helperReturned(): void {
    for (const terminal of this.#open) terminal.helperReturned();
  }

  #show(name: string, icon: string, source: Source): void {
    const pty = new StreamTerminal(this.#client, this.#streams, source);
    this.#open.add(pty);
    pty.onDidClose(() => this.#open.delete(pty));
    const terminal = window.createTerminal({ name, pty, iconPath: new ThemeIcon(icon) });
    const closed = window.onDidCloseTerminal((candidate) => {
      if (candidate !== terminal) return;
      this.#open.delete(pty);
      closed.dispose();
    });
    terminal.show();
  }
}
