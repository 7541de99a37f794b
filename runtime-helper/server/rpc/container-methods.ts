import { inspectContainer } from '../../cli/inspect-documents.ts';
import { isMissingImage } from '../../engine/index.ts';
import type { Container, CreateOptions, Engine, Starting } from '../../engine/index.ts';
import type { Operation } from '../../lib/operation.ts';
import * as protocol from '../../protocol/index.ts';
import type { RunParams, RunResult } from '../../protocol/index.ts';
import { openLogStream } from './log-stream.ts';
import { method, type Context, type Method } from './method.ts';
import { openProcessStream } from './process-stream.ts';
import * as shape from './shapes.ts';
import { containerSummary } from './summaries.ts';

const { object, optional } = shape;

export const containerMethods: Method[] = [
  method(protocol.containerList, object({ all: shape.flag }), ({ all }, { engine, changes }) => ({
    containers: all ? changes.listContainers() : engine.listContainers({ all }).map(containerSummary),
  })),
  method(
    protocol.containerRun,
    object({
      image: shape.filled,
      command: optional(shape.texts),
      name: optional(shape.filled),
      tty: optional(shape.flag),
      interactive: optional(shape.flag),
      autoRemove: optional(shape.flag),
      env: optional(shape.variables),
      workingDir: optional(shape.absolutePath),
      network: optional(shape.network),
      attach: optional(object(shape.size)),
      progress: optional(shape.filled),
    }),
    run,
  ),
  method(protocol.containerStart, object({ id: shape.containerId }), async ({ id }, { engine, operation }) => {
    const { started } = await engine.startContainer(id, { gate: false }, operation);
    await started;
    return {};
  }),
  method(
    protocol.containerStop,
    object({ id: shape.containerId, timeoutSeconds: optional(shape.count) }),
    async ({ id, ...how }, { engine, operation }) => {
      await engine.stopContainer(id, { ...how, whenDeaf: 'kill' }, operation);
      return {};
    },
  ),
  method(
    protocol.containerRestart,
    object({ id: shape.containerId, timeoutSeconds: optional(shape.count) }),
    async ({ id, ...how }, { engine, operation }) => {
      await engine.restartContainer(id, { ...how, whenDeaf: 'kill' }, operation);
      return {};
    },
  ),
  method(protocol.containerPause, object({ id: shape.containerId }), async ({ id }, { engine }) => {
    await engine.pauseContainer(id);
    return {};
  }),
  method(protocol.containerUnpause, object({ id: shape.containerId }), async ({ id }, { engine }) => {
    await engine.unpauseContainer(id);
    return {};
  }),
  method(
    protocol.containerRename,
    object({ id: shape.containerId, name: shape.filled }),
    async ({ id, name }, { engine }) => {
      await engine.renameContainer(id, name);
      return {};
    },
  ),
  method(
    protocol.containerKill,
    object({ id: shape.containerId, signal: shape.filled }),
    async ({ id, signal }, { engine }) => {
      await engine.killContainer(id, signal);
      return {};
    },
  ),
  method(protocol.containerInspect, object({ id: shape.containerId }), ({ id }, { engine }) => ({
    document: inspectContainer({ container: engine.findContainer(id), config: engine.containerConfig(id) }),
  })),
  method(
    protocol.containerRemove,
    object({ id: shape.containerId, force: optional(shape.flag) }),
    async ({ id, force = false }, { engine, operation }) => {
      await engine.removeContainer(id, { force }, operation);
      return {};
    },
  ),
  method(
    protocol.containerLogs,
    object({
      id: shape.containerId,
      follow: optional(shape.flag),
      tail: optional(shape.count),
      timestamps: optional(shape.flag),
    }),
    ({ id, follow = false, ...how }, { engine, operation, streams }) => {
      // What does not exist is the request's failure, not the stream's.
      engine.findContainer(id);
      const read = (signal: AbortSignal) => engine.logs(id, { follow, ...how }, { ...operation, signal });
      return { stream: openLogStream(streams, read) };
    },
  ),
  method(
    protocol.containerAttach,
    object({
      id: shape.containerId,
      session: optional(shape.sessionName),
      replay: optional(shape.replay),
      ...shape.size,
    }),
    async ({ id, session, ...how }, { engine, streams }) => {
      const { openStdin } = engine.findContainer(id);
      const { socket, tty } = engine.attachContainer(id, session);
      const input = session !== undefined || openStdin;
      const stream = await openProcessStream(streams, { socket, input, ...how });
      return { stream, tty, ...(session === undefined ? {} : { session }) };
    },
  ),
  method(
    protocol.containerExec,
    object({
      id: shape.containerId,
      command: shape.command,
      tty: shape.flag,
      interactive: shape.flag,
      ...shape.size,
    }),
    async ({ id, command, tty, interactive, ...size }, context) => {
      const what = { command, tty, openStdin: interactive, detach: false, env: [], privileged: false, ...size };
      const starting = await context.engine.exec(id, what, context.operation);
      const stream = await openStarting(context, starting, { input: interactive, ...size });
      return { stream, tty, ...(starting.session === undefined ? {} : { session: starting.session }) };
    },
  ),
];

async function run(params: RunParams, context: Context): Promise<RunResult> {
  const { engine, operation } = context;
  const { id, name } = await createOrPull(createOptions(params), context);
  try {
    const { attach, interactive = false } = params;
    const starting = await engine.startContainer(id, { gate: attach !== undefined, ...attach }, operation);
    if (attach) return { id, name, stream: await openStarting(context, starting, { input: interactive, ...attach }) };
    await starting.started;
    return { id, name };
  } catch (error) {
    if (params.autoRemove) await removeFailed(engine, id, operation);
    throw error;
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

function createOptions(params: RunParams): CreateOptions {
  const { image, command = [], name, tty = false, interactive = false, autoRemove = false } = params;
  const { env = [], workingDir, network = 'bridge' } = params;
  return {
    image,
    command,
    tty,
    autoRemove,
    env,
    network,
    openStdin: interactive,
    // A window that is closed detaches; it may come back, and type on.
    stdinOnce: false,
    labels: {},
    ...(name === undefined ? {} : { name }),
    ...(workingDir === undefined ? {} : { workingDir }),
  };
}

/** A stream onto what waits for it to begin; throws when it could not begin. */
async function openStarting(
  { streams }: Context,
  { socket, started }: Starting,
  how: { input: boolean; columns: number; rows: number },
): Promise<string> {
  const stream = await openProcessStream(streams, { socket, ...how }).catch(async (error: unknown) => {
    // Why it failed to begin says more than that nobody listens any more.
    await started;
    throw error;
  });
  try {
    await started;
    return stream;
  } catch (error) {
    streams.close(stream);
    throw error;
  }
}

/** A container that was to go when it ends goes too when it never began. */
async function removeFailed(engine: Engine, id: string, operation: Operation): Promise<void> {
  try {
    // The request may have been canceled: no reason to leave something behind.
    await engine.removeContainer(id, { force: true }, { ...operation, signal: new AbortController().signal });
  } catch (error) {
    operation.log('warn', `container ${id} was not removed: ${String(error)}`);
  }
}
