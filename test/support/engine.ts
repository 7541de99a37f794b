import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEngine, type Container, type CreateOptions, type Engine } from '../../runtime-helper/engine/index.ts';
import type { Operation } from '../../runtime-helper/lib/operation.ts';
import {
  FrameDecoder,
  encodeAttach,
  encodeBytes,
  encodeFrame,
  frameType,
} from '../../runtime-helper/lib/stream-frames.ts';
import { connectSocket } from '../../runtime-helper/sys/connect.ts';
import { nftTables } from './kernel-objects.ts';
import { removeTree } from './remove-tree.ts';
import { until } from './wait.ts';

export const nativeBinary = join(import.meta.dirname, '../../dist/bin/skiff');

export const operation: Operation = {
  signal: new AbortController().signal,
  log: () => {},
  report: () => {},
};

/** An engine on a store of its own. */
export type TestEngine = { engine: Engine; root: string; runRoot: string; dispose: () => Promise<void> };

export async function testEngine(): Promise<TestEngine> {
  const folder = mkdtempSync(join(tmpdir(), 'skiff-engine-'));
  const [root, runRoot] = [join(folder, 'root'), join(folder, 'run')];
  const refuse = { askPassword: async () => undefined, askConsent: async () => true };
  const engine = await openEngine({ root, runRoot, elevation: refuse, log: () => {}, binary: nativeBinary });
  const dispose = async (): Promise<void> => {
    const { storeId } = engine.info();
    for (const { id } of engine.listContainers({ all: true }))
      await engine.removeContainer(id, { force: true }, operation);
    await engine.close();
    // The kernel takes its time with a namespace that ends, and with its interfaces.
    await until('nothing is left', () => leftovers(storeId).length === 0).catch(() => undefined);
    const left = leftovers(storeId);
    if (existsSync(`/sys/class/net/sk${storeId}`)) execFileSync('ip', ['link', 'delete', `sk${storeId}`]);
    for (const table of nftTables(new RegExp(storeId))) execFileSync('nft', ['delete', 'table', ...table.split(' ')]);
    await removeTree(folder);
    if (left.length > 0) throw new Error(`left behind: ${left.join(', ')}`);
  };
  return { engine, root, runRoot, dispose };
}

/** What a store without containers must not have in the kernel: mounts and host ends of veth pairs. */
function leftovers(storeId: string): string[] {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.includes(storeId));
  const ports = `/sys/class/net/sk${storeId}/brif`;
  return [...mounts, ...(existsSync(ports) ? readdirSync(ports) : [])];
}

export function containerOptions(
  options: Partial<CreateOptions> & Pick<CreateOptions, 'image' | 'command'>,
): CreateOptions {
  const off = { tty: false, openStdin: false, stdinOnce: false, autoRemove: false };
  return { ...off, env: [], network: 'bridge', labels: {}, ...options };
}

export type Outcome = { stdout: string; stderr: string; exitCode: number | undefined };

/** Attaches to a monitor's socket as `skiff` does, gives `input`, and collects everything until the end. */
export async function collect(socketPath: string, input?: string): Promise<Outcome> {
  const socket = await connectSocket(socketPath);
  socket.write(encodeAttach({ input: input !== undefined, lossless: true, output: true, columns: 80, rows: 24 }));
  if (input !== undefined) {
    for (const frame of encodeBytes(frameType.input, Buffer.from(input))) socket.write(frame);
    socket.write(encodeFrame(frameType.inputEnd));
  }
  const decoder = new FrameDecoder();
  const outcome: Outcome = { stdout: '', stderr: '', exitCode: undefined };
  for await (const chunk of socket) {
    for (const { type, payload } of decoder.push(chunk as Buffer)) {
      if (type === frameType.stdout) outcome.stdout += payload.toString();
      else if (type === frameType.stderr) outcome.stderr += payload.toString();
      else if (type === frameType.exit) outcome.exitCode = payload[0];
    }
  }
  return outcome;
}

/** Runs to the end in the foreground. */
export async function runToEnd(
  engine: Engine,
  options: CreateOptions,
  input?: string,
): Promise<Outcome & { container: Container }> {
  const container = await engine.createContainer(options, operation);
  const { socket, started } = await engine.startContainer(container.id, { gate: true }, operation);
  const collected = collect(socket, input).catch(async (error: unknown) => {
    // Why it failed to begin says more than that nobody listens any more.
    await started;
    throw error;
  });
  const [outcome] = await Promise.all([collected, started]);
  return { ...outcome, container };
}
