import {
  CustomExecution,
  Task,
  TaskScope,
  tasks,
  type Disposable,
  type TaskProvider,
  type WorkspaceFolder,
} from 'vscode';
import type { Client } from '../../runtime-helper/client/client.ts';
import { t } from '../model/l10n.ts';
import { taskRun, type TaskDefinition } from '../model/task-definition.ts';
import { sentences } from '../ui/plain-text.ts';
import { StreamTerminal, type Source } from './stream-terminal.ts';
import type { Streams } from '../streams/streams.ts';
import { hintOf, reasonOf } from '../ui/error-words.ts';

const taskType = 'skiff';

type Options = {
  client: Client;
  streams: Streams;
  /** Brings an image that is missing, and shows how far it is. */
  pull: (reference: string) => Promise<void>;
  folder: () => WorkspaceFolder | undefined;
};

/** Tasks of the type `skiff`: a command in a container that is there for it alone. They are written in tasks.json; none is found by itself. */
export class ContainerTasks implements TaskProvider {
  readonly #options: Options;
  readonly #registration: Disposable;
  /** Those that run, and how each is ended. */
  readonly #running = new Map<StreamTerminal, () => Promise<void>>();

  constructor(options: Options) {
    this.#options = options;
    this.#registration = tasks.registerTaskProvider(taskType, this);
  }

  provideTasks(): Task[] {
    return [];
  }

  resolveTask({ definition, scope, name, problemMatchers }: Task): Task {
    const folder = typeof scope === 'object' ? scope : this.#options.folder();
    // What is executed has its variables, such as ${workspaceFolder}, replaced.
    const execution = new CustomExecution((resolved) => Promise.resolve(this.#terminal(resolved, folder)));
    return new Task(definition, scope ?? TaskScope.Workspace, name, taskType, execution, problemMatchers);
  }

  helperReturned(): void {
    for (const terminal of this.#running.keys()) terminal.helperReturned();
  }

  /** The window goes, and with it whoever waits for what the tasks do. */
  async endAll(): Promise<void> {
    await Promise.all([...this.#running.values()].map((end) => end()));
  }

  dispose(): void {
    this.#registration.dispose();
  }

  #terminal(definition: TaskDefinition, folder: WorkspaceFolder | undefined): StreamTerminal {
    const path = folder?.uri.scheme === 'file' ? folder.uri.fsPath : undefined;
    const { source, end } = taskSource(definition, path, this.#options);
    const terminal = new StreamTerminal(this.#options.client, this.#options.streams, source);
    this.#running.set(terminal, end);
    terminal.onDidClose(() => this.#running.delete(terminal));
    return terminal;
  }
}

/** Who closes the terminal, or terminates the task, ends the container. */
function taskSource(
  definition: TaskDefinition,
  folder: string | undefined,
  { client, pull }: Options,
): { source: Source; end: () => Promise<void> } {
  let id: string | undefined;
  let isClosed = false;
  const end = async (): Promise<void> => {
    isClosed = true;
    // It may have ended, and gone, by itself just now.
    if (id !== undefined) await client.removeContainer({ id, force: true }).catch(() => undefined);
  };
  const source: Source = {
    open: async (size) => {
      const run = taskRun(definition, folder);
      await pull(run.image);
      const made = await client.runContainer({ ...run, attach: size });
      id = made.id;
      if (isClosed) await end();
      if (made.stream === undefined) throw new Error('the helper opened no stream');
      return { stream: made.stream, tty: true, input: true };
    },
    reopen: async (size) => ({ ...(await client.attachContainer({ id: id ?? '', ...size })), input: true }),
    failed: () => {},
    task: { failure },
    closed: () => void end(),
  };
  return { source, end };
}

function failure(error: unknown): string {
  return t('The task could not be run: {0}', sentences(reasonOf(error), hintOf(error)));
}
