import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { SkiffError } from '../lib/errors.ts';
import { failureOf } from './failure.ts';
import { encodeRequest, ReplyDecoder } from './spawner-frames.ts';

export type BundleEvents = {
  /** All is mounted in the container of `pid`, and its root is not entered yet. Resolves with the state that its own hooks get. */
  onHooks: (pid: number) => Promise<string>;
  /** It waits for its start. */
  onCreated: (pid: number) => Promise<void>;
  onWarning: (text: string) => void;
};

/**
 * Has the native program make a bundle's container, with this process's stdio and the `preserved` descriptors from 3 on. Resolves, when
 * `wait` was among the directives, with PID 1's exit code; else with 0 once it is made. Throws what the native program says.
 */
export async function launchBundle(
  native: string,
  directives: readonly string[],
  preserved: number,
  events: BundleEvents,
): Promise<number> {
  const kept = Array.from({ length: preserved }, (_, index) => 3 + index);
  const child = spawn(native, ['--bundle', String(3 + preserved)], {
    stdio: ['inherit', 'inherit', 'inherit', ...kept, 'pipe'],
    cwd: '/',
    env: {},
  });
  const channel = child.stdio[3 + preserved] as Duplex;
  const failed = new Promise<never>((_resolve, reject) => child.once('error', reject));
  channel.write(encodeRequest(1, directives));
  return Promise.race([failed, converse(channel, events)]);
}

async function converse(channel: Duplex, events: BundleEvents): Promise<number> {
  const decoder = new ReplyDecoder();
  for await (const chunk of channel) {
    for (const { strings } of decoder.push(chunk as Buffer)) {
      const [kind, first = '', second = '', third = ''] = strings;
      if (kind === 'ok') return Number(first);
      if (kind === 'error') throw failureOf(first, Number(second), third);
      if (first === 'warning') events.onWarning(second);
      else if (first === 'created') await events.onCreated(Number(second));
      else if (first === 'hooks') channel.write(encodeRequest(1, ['state', await events.onHooks(Number(second))]));
    }
  }
  throw new SkiffError('internal', 'the native program ended without an answer');
}

/** Starts the container whose init listens on `socket` in the working directory. Throws why exec failed. */
export async function startBundle(socket: string, state: string): Promise<void> {
  const connection = connect(socket);
  const decoder = new ReplyDecoder();
  connection.write(encodeRequest(1, ['start', state]));
  for await (const chunk of connection) {
    for (const { strings } of decoder.push(chunk as Buffer)) {
      const [kind, stage = '', errno = '', object = ''] = strings;
      if (kind === 'error') throw failureOf(stage, Number(errno), object);
    }
  }
}
