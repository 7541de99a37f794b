import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { cgroupsNamed, mountPoints, nftTables, processes, removeCgroup, type ProcessEntry } from './kernel-objects.ts';
import { node24, skiffBinary } from './paths.ts';
import { run, type RunOptions, type RunResult } from './run.ts';
import { removeTree } from './remove-tree.ts';
import { until } from './wait.ts';

/** A throw-away store: a root of its own below the temporary directory, and a run root in memory. */
export class TestStore {
  readonly root: string;
  readonly runRoot: string;
  readonly #name: string;
  readonly #folders: readonly string[];
  readonly #uid: number | undefined;
  readonly #through: readonly string[];
  readonly #isInside = (path: string): boolean => path.includes(`/${this.#name}/`);

  /** `uid`: the user whose store it is (needs root); absent: our own. `through`: a command that `skiff` becomes the last arguments of. */
  constructor(options: { uid?: number; through?: readonly string[] } = {}) {
    const folder = mkdtempSync(join(tmpdir(), 'skiff-store-'));
    this.#name = basename(folder);
    // As /run is, where a run root is by default.
    const volatile = join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), this.#name);
    if (volatile !== folder) mkdirSync(volatile, { mode: 0o700 });
    this.#folders = [...new Set([folder, volatile])];
    this.root = join(folder, 'root');
    this.runRoot = join(volatile, 'run');
    this.#uid = options.uid;
    this.#through = options.through ?? [];
    if (options.uid !== undefined) for (const path of this.#folders) chownSync(path, options.uid, options.uid);
  }

  /** What makes `skiff`, and whatever starts a helper, use this store. */
  get env(): Record<string, string> {
    return { SKIFF_ROOT: this.root, SKIFF_RUNROOT: this.runRoot, SKIFF_NODE: node24 };
  }

  /** 8 hex digits; undefined before the store's first use. */
  get id(): string | undefined {
    const path = join(this.root, 'store-id');
    return existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined;
  }

  /** Runs the built command line on this store, to its end. */
  skiff(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    const user = this.#uid === undefined ? {} : { uid: this.#uid };
    const [command = skiffBinary, ...rest] = [...this.#through, skiffBinary, ...args];
    return run(command, rest, {
      ...user,
      ...options,
      env: { SKIFF_SOCKET: undefined, ...this.env, ...options.env },
    });
  }

  /** Like `skiff`, and throws when it fails. Returns its standard output without the last newline. */
  async succeed(args: readonly string[], options: RunOptions = {}): Promise<string> {
    const { code, stdout, stderr } = await this.skiff(args, options);
    assert.equal(code, 0, `skiff ${args.join(' ')} failed with ${code}: ${stderr}`);
    return stdout.replace(/\n$/, '');
  }

  /** Ids of the containers that have a record. */
  containerIds(): string[] {
    const folder = join(this.root, 'containers');
    return existsSync(folder) ? readdirSync(folder).filter((name) => /^[0-9a-f]{64}$/.test(name)) : [];
  }

  /**
   * Removes all containers and ends the store's processes, then throws if anything of a container is left in the kernel, and
   * takes away what a store keeps while it exists: bridge, nft table, cgroup, files.
   */
  async dispose(): Promise<void> {
    const ids = this.containerIds();
    const removal =
      ids.length === 0 ? undefined : await this.skiff(['rm', '-f', ...ids]).catch((error: unknown) => error);
    await this.#endHelpers();
    const left = (): string[] => [
      ...this.processes().map(({ pid, command }) => `process ${pid} ${command}`),
      ...this.leftovers(ids),
    ];
    // The kernel takes its time with a namespace that ends, and with its interfaces.
    await until('nothing is left', () => left().length === 0).catch(() => undefined);
    const leftAtLast = left();
    await this.#sweep();
    assert.deepEqual(leftAtLast, [], `the store left something behind; rm -f said ${JSON.stringify(removal)}`);
  }

  /** Processes that work for this store: helpers, their spawners, monitors, and what runs in its containers. */
  processes(): ProcessEntry[] {
    const all = processes().filter(({ pid }) => pid !== process.pid);
    const helpers = all.filter(
      ({ command, environment }) =>
        /helper\.js/.test(command) && (command.includes(this.#name) || environment.includes(this.#name)),
    );
    const known = new Set(helpers.map(({ pid }) => pid));
    const cgroup = this.id === undefined ? undefined : `/skiff-${this.id}`;
    return all.filter(
      ({ pid, command, cgroups }) =>
        known.has(pid) ||
        (command.startsWith('skiff --') && openFiles(pid).some(this.#isInside)) ||
        (cgroup !== undefined && cgroups.includes(cgroup)),
    );
  }

  /** What containers of these ids have in the kernel, processes not counted, and the records that there are; a line each. */
  leftovers(ids: readonly string[]): string[] {
    return [
      ...mountPoints(this.#isInside).map((path) => `mount ${path}`),
      ...ids.flatMap((id) => interfacesNamed(`sv${id.slice(0, 12)}`)).map((name) => `interface ${name}`),
      ...ids.flatMap((id) => cgroupsNamed(new RegExp(id.slice(0, 12)))).map((path) => `cgroup ${path}`),
      ...this.containerIds().map((id) => `container ${id}`),
    ];
  }

  /** A helper that serves the command line leaves when idle; we don't wait for that. */
  async #endHelpers(): Promise<void> {
    const helpers = this.processes().filter(({ command }) => /helper\.js/.test(command));
    for (const { pid } of helpers) signal(pid, 'SIGTERM');
    const alive = (): boolean => helpers.some(({ pid }) => existsSync(`/proc/${pid}`) && !isZombie(pid));
    await until('the helpers end', () => !alive(), 5000).catch(() =>
      helpers.forEach(({ pid }) => signal(pid, 'SIGKILL')),
    );
    await until('the spawners and monitors end', () => this.processes().length === 0, 5000).catch(() => undefined);
  }

  /** What a power cut takes away: all that is in memory. The run root is on a tmpfs, as /run is. */
  async powerOff(): Promise<void> {
    // Whoever would write down an end first.
    const own = (command: string): boolean => /^skiff|helper\.js/.test(command);
    const all = this.processes().toSorted((a, b) => Number(own(b.command)) - Number(own(a.command)));
    for (const { pid } of all) signal(pid, 'SIGKILL');
    await until('its processes are gone', () => this.processes().length === 0);
    // Some are zombies for a moment, which hold their cgroups.
    await until('the kernel forgets them', () => {
      this.#forgetKernel();
      return true;
    });
    rmSync(this.runRoot, { recursive: true, force: true });
  }

  /** By force, so that one failed test doesn't spoil the next. */
  async #sweep(): Promise<void> {
    for (const { pid } of this.processes()) signal(pid, 'SIGKILL');
    // Some are zombies for a moment, which hold their cgroups.
    await until('the kernel forgets them', () => {
      this.#forgetKernel();
      return true;
    });
    for (const path of this.#folders) await removeTree(path);
  }

  #forgetKernel(): void {
    for (const path of mountPoints(this.#isInside).reverse()) spawnSync('umount', ['-l', path]);
    const { id } = this;
    if (id === undefined) return;
    for (const name of interfacesNamed(id)) spawnSync('ip', ['link', 'delete', name]);
    for (const table of nftTables(new RegExp(id))) spawnSync('nft', ['delete', 'table', ...table.split(' ')]);
    for (const path of cgroupsNamed(new RegExp(id))) removeCgroup(path);
  }
}

const interfacesNamed = (part: string): string[] => readdirSync('/sys/class/net').filter((name) => name.includes(part));

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** What a process has open: a spawner and a monitor hold the store's folders. */
function openFiles(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
  } catch {
    // Ended meanwhile.
    return [];
  }
}

function isZombie(pid: number): boolean {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
}
