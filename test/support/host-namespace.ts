import { execFileSync, spawnSync } from 'node:child_process';

const ip = (...args: string[]): string => execFileSync('ip', args, { encoding: 'utf8' });

/** A network namespace that stands for a host with a firewall of its own, and another behind a cable of its that stands for a neighbour. */
export class HostNamespace {
  readonly #name: string;
  readonly #neighbour: string;
  /** What the host and its neighbour are called on the cable (RFC 2544's addresses). */
  readonly us = '198.18.78.1';
  readonly neighbour = '198.18.78.2';
  readonly us6 = 'fd78::1';
  readonly neighbour6 = 'fd78::2';

  constructor(name: string) {
    this.#name = `skiff-${name}-${process.pid}`;
    this.#neighbour = `${this.#name}-n`;
    for (const space of [this.#name, this.#neighbour]) ip('netns', 'add', space);
    ip('-n', this.#name, 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', this.#neighbour);
    for (const [space, address, address6] of [
      [this.#name, this.us, this.us6],
      [this.#neighbour, this.neighbour, this.neighbour6],
    ] as const) {
      ip('-n', space, 'address', 'add', `${address}/24`, 'dev', 'eth0');
      ip('-n', space, 'address', 'add', `${address6}/64`, 'dev', 'eth0', 'nodad');
      for (const link of ['lo', 'eth0']) ip('-n', space, 'link', 'set', link, 'up');
    }
  }

  /** A command's beginning: what follows runs on the host. */
  get through(): string[] {
    return ['ip', 'netns', 'exec', this.#name];
  }

  /** Runs a command on the host. */
  run(command: readonly string[], input = ''): string {
    return execFileSync('ip', ['netns', 'exec', this.#name, ...command], { encoding: 'utf8', stdio: 'pipe', input });
  }

  /** What a server of the host's says to the neighbour; empty when it does not answer. */
  askFromOutside(port: number, at = this.us): string {
    const { stdout } = spawnSync(
      'ip',
      ['netns', 'exec', this.#neighbour, 'sh', '-c', `busybox nc -w 2 ${at} ${port} < /dev/null || true`],
      { encoding: 'utf8' },
    );
    return stdout;
  }

  /** With it go the bridges and tables of the stores that were used on it. */
  dispose(): void {
    for (const space of [this.#name, this.#neighbour]) spawnSync('ip', ['netns', 'delete', space]);
  }
}
