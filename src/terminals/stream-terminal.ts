import type { Event, Pseudoterminal, TerminalDimensions } from 'vscode';
import type { Client } from '../../runtime-helper/client/client.ts';
import { Listeners } from '../model/listeners.ts';
import { plainMessage } from '../ui/plain-text.ts';
import { LineDiscipline, withCarriageReturns } from './line-discipline.ts';
import { StreamInput } from '../streams/stream-input.ts';
import type { Streams } from '../streams/streams.ts';
import { t } from '../model/l10n.ts';
import { reasonOf } from '../ui/error-words.ts';

export type Size = { columns: number; rows: number };
/** A stream that was opened for a terminal. `tty` false: lines are edited and shown here; `input` false: nothing is read. */
export type Opened = { stream: string; tty: boolean; input: boolean; name?: string };

/** How a terminal gets to its process. */
export type Source = {
  open: (size: Size) => Promise<Opened>;
  /** After the helper was started again. Absent: the process's stream can't be found again. */
  reopen?: (size: Size) => Promise<Opened>;
  /** Told of an `open` that failed; the terminal has closed. */
  failed: (error: unknown) => void;
  /** Whether the process ends with its terminal, as a shell does; absent: it goes on. */
  hangUp?: boolean;
  /** Told when a person has closed the terminal. */
  closed?: () => void;
  /** It is a task's: it ends with the process and has its exit code, and `failure` is what it says when it could not be opened. */
  task?: { failure: (error: unknown) => string };
};

/** Of a task that could not be run, as `skiff run` has it. */
const notRun = 125;

type State =
  /** `typed`: what the process is to read first. A person need not wait for it. */
  | { status: 'opening'; typed: string }
  | { status: 'open'; opened: Opened; input: StreamInput; lines: LineDiscipline }
  | { status: 'lost' }
  /** The process has ended, or can't be reached again; the text stays until a key is pressed. */
  | { status: 'ended' }
  | { status: 'closed' };

/** Before VS Code has laid a terminal out it has no size; programs expect one, and this is what they expect. */
const usualSize: Size = { columns: 80, rows: 24 };

/** A terminal onto a process in a container. Closing it detaches and never ends the process. */
export class StreamTerminal implements Pseudoterminal {
  readonly #client: Pick<Client, 'writeStream' | 'resizeStream' | 'closeStream'>;
  readonly #streams: Streams;
  readonly #source: Source;
  readonly #write = new Listeners<string>();
  readonly #close = new Listeners<number | undefined>();
  readonly #name = new Listeners<string>();
  readonly #override = new Listeners<TerminalDimensions | undefined>();
  readonly onDidWrite: Event<string> = (listener) => this.#write.add(listener);
  readonly onDidClose: Event<number | undefined> = (listener) => this.#close.add((code) => void listener(code));
  readonly onDidChangeName: Event<string> = (listener) => this.#name.add(listener);
  readonly onDidOverrideDimensions: Event<TerminalDimensions | undefined> = (listener) => this.#override.add(listener);
  #state: State = { status: 'opening', typed: '' };
  #size = usualSize;
  #typed = false;

  constructor(client: Pick<Client, 'writeStream' | 'resizeStream' | 'closeStream'>, streams: Streams, source: Source) {
    this.#client = client;
    this.#streams = streams;
    this.#source = source;
  }

  open(dimensions: TerminalDimensions | undefined): void {
    if (dimensions) this.#size = { columns: dimensions.columns, rows: dimensions.rows };
    const size = this.#size;
    this.#source.open(size).then(
      (opened) => this.#attached(opened, size),
      (error: unknown) => {
        const { task } = this.#source;
        if (task && this.#state.status !== 'closed') this.#notice(task.failure(error));
        this.#finish(task ? notRun : undefined);
        this.#source.failed(error);
      },
    );
  }

  /** The tab was closed. */
  close(): void {
    this.#source.closed?.();
    this.#leave({ hangUp: this.#source.hangUp ?? false });
  }

  /** Closes the tab; the process goes on in any case. */
  detach(): void {
    this.#leave({ hangUp: false });
    this.#close.fire(undefined);
  }

  handleInput(data: string): void {
    switch (this.#state.status) {
      case 'open':
        this.#typed = true;
        return this.#type(this.#state, data);
      case 'ended':
        // The code is on the screen; VS Code would tell it once more, as an error of the terminal's.
        return this.#finish(undefined);
      case 'opening':
        this.#state.typed += data;
        return undefined;
      case 'lost':
      case 'closed':
        return undefined;
    }
  }

  /** VS Code calls this twice with the same size right after `open`. */
  setDimensions(dimensions: TerminalDimensions): void {
    const { columns, rows } = dimensions;
    if (columns === this.#size.columns && rows === this.#size.rows) return;
    this.#size = { columns, rows };
    if (this.#state.status === 'open') this.#resize(this.#state.opened.stream);
  }

  #leave(how: { hangUp: boolean }): void {
    if (this.#state.status === 'open') this.#detach(this.#state.opened.stream, this.#state.input, how);
    this.#state = { status: 'closed' };
  }

  /** The helper is running again. */
  helperReturned(): void {
    if (this.#state.status !== 'lost') return;
    const { reopen } = this.#source;
    if (!reopen) return;
    this.#state = { status: 'opening', typed: '' };
    const size = this.#size;
    reopen(size).then(
      (opened) => {
        this.#notice(t('Attached again.'));
        this.#attached(opened, size);
      },
      (error: unknown) => this.#end(t('Could not attach again: {0}.', reasonOf(error))),
    );
  }

  /** `size`: what the process was told when it was opened. */
  #attached(opened: Opened, size: Size): void {
    const { stream } = opened;
    const input = new StreamInput(this.#client, stream, (error) =>
      this.#notice(t('Input was not delivered: {0}', String(error))),
    );
    // The tab may have been closed, and the window resized, while the request was under way.
    if (this.#state.status === 'closed') return this.#detach(stream, input, { hangUp: this.#source.hangUp ?? false });
    const typed = this.#state.status === 'opening' ? this.#state.typed : '';
    this.#state = { status: 'open', opened, input, lines: new LineDiscipline() };
    if (opened.name !== undefined) this.#name.fire(opened.name);
    const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
    this.#streams.claim(stream, {
      resized: (shared) => this.#resized(shared),
      wrote: (channel, bytes) => this.#show(decoders[channel].decode(bytes, { stream: true }), opened.tty),
      ended: ({ exitCode, error }) => this.#ended(exitCode, error),
      lost: () => this.#lost(),
    });
    // `setDimensions` makes a new object of each change.
    if (this.#state.status === 'open' && size !== this.#size) this.#resize(stream);
    if (this.#state.status === 'open' && typed !== '') this.handleInput(typed);
  }

  #type(state: State & { status: 'open' }, data: string): void {
    if (!state.opened.input) return this.#write.fire('\x07');
    if (state.opened.tty) return state.input.push(data);
    const { echo, send, ended } = state.lines.type(data);
    if (echo !== '') this.#write.fire(echo);
    state.input.push(send);
    if (ended) state.input.end();
  }

  #show(text: string, tty: boolean): void {
    if (text !== '') this.#write.fire(tty ? text : withCarriageReturns(text));
  }

  #resize(stream: string): void {
    // A size that does not arrive is followed by the next, or by the stream's end, which is told.
    this.#client.resizeStream({ stream, ...this.#size }).catch(() => undefined);
  }

  /** Another window was used, and the program writes for that one's size: it is shown so, until this one is used again. */
  #resized({ columns, rows }: Size): void {
    const isOwn = columns === this.#size.columns && rows === this.#size.rows;
    this.#override.fire(isOwn ? undefined : { columns, rows });
  }

  #detach(stream: string, input: StreamInput, { hangUp }: { hangUp: boolean }): void {
    input.close();
    this.#streams.release(stream);
    // Without the helper there is no stream left to close.
    this.#client.closeStream(hangUp ? { stream, hangUp } : { stream }).catch(() => undefined);
  }

  #lost(): void {
    if (this.#state.status === 'open') this.#state.input.close();
    if (!this.#source.reopen)
      return this.#end(t('The connection to Skiff’s helper was lost, and with it this session.'));
    this.#state = { status: 'lost' };
    this.#notice(t('The connection to Skiff’s helper was lost. The container goes on; attaching again…'));
  }

  #ended(exitCode: number | undefined, error: string | undefined): void {
    if (this.#state.status === 'open') this.#state.input.close();
    if (this.#source.task) {
      if (error !== undefined) this.#notice(`${error}.`);
      return this.#finish(exitCode ?? notRun);
    }
    // Who ended a session by hand has seen everything; who only watched wants to read the output first.
    if (exitCode === 0 && this.#typed) return this.#finish(0);
    if (exitCode === undefined) return this.#end(error === undefined ? t('Detached.') : `${error}.`);
    return this.#end(t('Exited with code {0}.', exitCode));
  }

  #end(words: string): void {
    if (this.#state.status === 'closed') return;
    if (this.#source.task) {
      this.#notice(words);
      return this.#finish(notRun);
    }
    this.#state = { status: 'ended' };
    this.#notice(t('{0} Press any key to close.', words));
  }

  #finish(exitCode: number | undefined): void {
    if (this.#state.status === 'closed') return;
    this.#state = { status: 'closed' };
    this.#close.fire(exitCode);
  }

  /** A line of our own, told apart from the program's output; the sequence also undoes what colours the program left on. */
  #notice(words: string): void {
    this.#write.fire(`\x1b[0m\r\n\x1b[2m[${plainMessage(words)}]\x1b[0m\r\n`);
  }
}
