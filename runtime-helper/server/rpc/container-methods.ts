import { inspectContainer } from '../../cli/inspect-documents.ts';
import * as protocol from '../../protocol/index.ts';
import { openLogStream } from './log-stream.ts';
import { method, type Method } from './method.ts';
import { openStarting } from './process-start.ts';
import { openProcessStream } from './process-stream.ts';
import { runMethod } from './run-method.ts';
import * as shape from './shapes.ts';
import { containerSummary } from './summaries.ts';
import { updateMethod } from './update-method.ts';
import { openUsageStream } from './usage-stream.ts';

const { object, optional } = shape;

export const containerMethods: Method[] = [
  method(protocol.containerList, object({ all: shape.flag }), ({ all }, { engine, changes }) => ({
    containers: all ? changes.listContainers() : engine.listContainers({ all }).map(containerSummary),
  })),
  runMethod,
  updateMethod,
  method(protocol.containerStart, object({ id: shape.containerId }), async ({ id }, { engine, operation }) => {
    const { started } = await engine.startContainer(id, { gate: false }, operation);
    await started;
    return {};
  }),
  method(
    protocol.containerStop,
    object({ id: shape.containerId, timeoutSeconds: optional(shape.count) }),
    async ({ id, ...how }, { engine, operation }) => {
      await engine.stopContainer(id, how, operation);
      return {};
    },
  ),
  method(protocol.containerStopOutlook, object({ id: shape.containerId }), ({ id }, { engine }) => {
    const vainSeconds = engine.vainGrace(id);
    return vainSeconds === undefined ? {} : { vainSeconds };
  }),
  method(
    protocol.containerRestart,
    object({ id: shape.containerId, timeoutSeconds: optional(shape.count) }),
    async ({ id, ...how }, { engine, operation }) => {
      await engine.restartContainer(id, how, operation);
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
  method(protocol.containerTop, object({ id: shape.containerId }), async ({ id }, { engine }) => {
    const { status } = engine.findContainer(id).state;
    if (status !== 'running' && status !== 'paused') return { processes: [] };
    const { processes } = await engine.topContainer(id, []);
    // As `ps -ef` lays it out: UID PID PPID C STIME TTY TIME CMD.
    return {
      processes: processes.map(([user = '', pid = '', , , , , , command = '']) => ({
        user,
        pid: Number(pid),
        command,
      })),
    };
  }),
  method(protocol.containerUsage, object({ ids: optional(shape.containerIds) }), ({ ids }, { engine, streams }) => ({
    stream: openUsageStream(streams, engine, ids),
  })),
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
