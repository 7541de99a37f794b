import { SkiffError } from '../lib/errors.ts';
import type { Descriptor } from './image-config.ts';
import { phrase } from '../lib/phrase.ts';

/** Go's names: `linux`, `arm64`, `v8`. */
export type Platform = { os: string; architecture: string; variant?: string };

/** What uname(2) says, and what users write, to Go's names (containerd/platforms, database.go). */
const architectures: Readonly<Record<string, Platform>> = {
  x64: { os: '', architecture: 'amd64' },
  x86_64: { os: '', architecture: 'amd64' },
  'x86-64': { os: '', architecture: 'amd64' },
  i386: { os: '', architecture: '386' },
  ia32: { os: '', architecture: '386' },
  aarch64: { os: '', architecture: 'arm64' },
  armhf: { os: '', architecture: 'arm', variant: 'v7' },
  armel: { os: '', architecture: 'arm', variant: 'v6' },
};

/** What Go can compile for (GOARCH), as far as Linux runs there. */
const architecturesOfGo = new Set(
  '386 amd64 arm arm64 loong64 mips mips64 mips64le mipsle ppc64 ppc64le riscv64 s390x'.split(' '),
);

/** `linux/arm64/v8`, `arm64`, `linux`. Throws invalid-argument. */
export function parsePlatform(text: string, here: Platform): Platform {
  const parts = text.toLowerCase().split('/');
  if (parts.length > 3 || parts.some((part) => !/^[a-z0-9_.-]+$/.test(part)))
    throw new SkiffError(
      'invalid-argument',
      phrase('{0} is an invalid OS component or platform', JSON.stringify(text)),
    );
  const [first = '', second, variant] = parts;
  if (second === undefined && first !== 'linux' && !architectures[first] && !architecturesOfGo.has(first))
    throw new SkiffError(
      'invalid-argument',
      phrase('{0}: unknown operating system or architecture', JSON.stringify(text)),
    );
  if (second === undefined) return first === 'linux' ? here : normal({ os: here.os, architecture: first });
  return normal({ os: first, architecture: second, ...(variant === undefined ? {} : { variant }) });
}

/** This machine's, from Node's `os.arch()`. */
export function hostPlatform(arch: string): Platform {
  return normal({ os: 'linux', architecture: arch });
}

/** `linux/arm64/v8` */
export function formatPlatform({ os, architecture, variant }: Platform): string {
  return [os, architecture, variant].filter(Boolean).join('/');
}

/** Whether an image for `offered` is what was asked for; the more the better, 0: not at all. */
export function fit(offered: Platform, wanted: Platform): number {
  const [have, want] = [normal(offered), normal(wanted)];
  if (have.os !== want.os || have.architecture !== want.architecture) return 0;
  const [level, most] = [levelOf(have), levelOf(want)];
  // A processor runs what was made for older ones of its line.
  return level <= most ? 1 + level : 0;
}

/** The best of an index for a platform; entries without one will do where nothing else does. BuildKit's attestations never do. */
export function choosePlatform(entries: readonly Descriptor[], wanted: Platform): Descriptor | undefined {
  const rated = entries
    .filter(({ platform }) => platform?.os !== 'unknown')
    .map((entry) => ({ entry, rate: entry.platform ? fit(entry.platform, wanted) : 0.5 }))
    .filter(({ rate }) => rate > 0);
  return rated.toSorted((a, b) => b.rate - a.rate)[0]?.entry;
}

function normal({ os, architecture, variant }: Platform): Platform {
  const known = architectures[architecture];
  const name = known?.architecture ?? architecture;
  const kind = variant ?? known?.variant ?? usual(name);
  return { os, architecture: name, ...(kind === undefined ? {} : { variant: kind }) };
}

function usual(architecture: string): string | undefined {
  return { arm64: 'v8', arm: 'v7' }[architecture];
}

const levelOf = ({ variant }: Platform): number => Number(/^v(\d+)$/.exec(variant ?? '')?.[1] ?? 0);
