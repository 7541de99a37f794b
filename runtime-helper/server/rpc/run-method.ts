import { run as command } from '../../cli/commands/run.ts';
import { createOptions } from '../../cli/container-options.ts';
import { parseOptions } from '../../cli/options.ts';
import { isMissingImage, type Container, type CreateOptions, type Engine } from '../../engine/index.ts';
import type { Operation } from '../../lib/operation.ts';
import * as protocol from '../../protocol/index.ts';
import type { RunParams, RunResult } from '../../protocol/index.ts';
import { method, type Context } from './method.ts';
import { asOptionFailure } from './option-failure.ts';
import { openStarting } from './process-start.ts';
import * as shape from './shapes.ts';

const { object, optional } = shape;

export const runMethod = method(
  protocol.containerRun,
  object({
    image: shape.imageName,
    command: optional(shape.texts),
    name: optional(shape.filled),
    entrypoint: optional(shape.text),
    tty: optional(shape.flag),
    interactive: optional(shape.flag),
    autoRemove: optional(shape.flag),
    publish: optional(shape.texts),
    publishAll: optional(shape.flag),
    volumes: optional(shape.volumes),
    env: optional(shape.variables),
    workingDir: optional(shape.absolutePath),
    user: optional(shape.filled),
    network: optional(shape.filled),
    memory: optional(shape.filled),
    cpus: optional(shape.filled),
    pidsLimit: optional(shape.count),
    restart: optional(shape.filled),
    init: optional(shape.flag),
    readOnly: optional(shape.flag),
    privileged: optional(shape.flag),
    labels: optional(shape.variables),
    attach: optional(object(shape.size)),
    progress: optional(shape.filled),
  }),
  run,
);

async function run(params: RunParams, context: Context): Promise<RunResult> {
  const { engine, operation } = context;
  // Before there is a container that nobody may start, nor remove.
  await engine.requirePrivilege();
  const { id, name } = await createOrPull(await readOptions(params), context);
  try {
    const { attach, interactive = false } = params;
    const starting = await engine.startContainer(id, { gate: attach !== undefined, ...attach }, operation);
    if (attach) return { id, name, stream: await openStarting(context, starting, { input: interactive, ...attach }) };
    await starting.started;
    return { id, name };
  } catch (error) {
    // Whoever reads why it failed mends what he asked for and asks again: what never ran would be in his way.
    await removeFailed(engine, id, operation);
    throw error;
  }
}

/** As the command line reads them: there is one way to say what a container is to be. */
async function readOptions(params: RunParams): Promise<CreateOptions> {
  try {
    // A window that is closed detaches; it may come back, and type on.
    const { options, args } = parseOptions(
      protocol.runArguments(params, { detached: true }).slice(1),
      command.options,
      {
        stopsAtArgument: true,
      },
    );
    return await createOptions({ options, args, terminal: { cwd: '/', env: {} } }, { detached: true });
  } catch (cause) {
    throw asOptionFailure(cause);
  }
}

/** As on the command line, what is missing is pulled. */
async function createOrPull(what: CreateOptions, { engine, env, operation }: Context): Promise<Container> {
  try {
    return await engine.createContainer(what, operation);
  } catch (error) {
    if (!isMissingImage(error)) throw error;
    await engine.pullImage(what.image, { access: { env, insecure: [] } }, operation);
    return engine.createContainer(what, operation);
  }
}

async function removeFailed(engine: Engine, id: string, operation: Operation): Promise<void> {
  try {
    // The request may have been canceled: no reason to leave something behind.
    await engine.removeContainer(
      id,
      { force: true, volumes: true },
      { ...operation, signal: new AbortController().signal },
    );
  } catch (error) {
    // Of one that was to go when it ended, the monitor may have been quicker.
    operation.log('debug', `container ${id} was not removed: ${String(error)}`);
  }
}
