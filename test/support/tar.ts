/** Archives made block by block, so that they can be as wrong as a test needs them. */

export type TestEntry = {
  path: string | Buffer;
  /** tar's type; absent: a file. */
  type?: string;
  link?: string;
  mode?: number;
  uid?: number;
  gid?: number;
  mtime?: number;
  major?: number;
  minor?: number;
  content?: string | Buffer;
  /** What the header says of it; absent: the truth. */
  size?: number;
  pax?: Record<string, string | Buffer>;
};

export function tar(entries: readonly TestEntry[]): Buffer {
  return Buffer.concat([...entries.map(encode), Buffer.alloc(1024)]);
}

function encode(entry: TestEntry): Buffer {
  const content = Buffer.from(entry.content ?? '');
  const long = Buffer.from(entry.path).length > 100 || (entry.link ?? '').length > 100;
  const pax = {
    ...(long ? { path: entry.path, ...(entry.link === undefined ? {} : { linkpath: entry.link }) } : {}),
    ...entry.pax,
  };
  const extended = Object.keys(pax).length === 0 ? [] : [paxHeader(pax)];
  return Buffer.concat([...extended, header(entry, entry.size ?? content.length), padded(content)]);
}

function paxHeader(records: Record<string, string | Buffer>): Buffer {
  const content = Buffer.concat(Object.entries(records).map(([key, value]) => paxRecord(key, Buffer.from(value))));
  return Buffer.concat([header({ path: 'pax', type: 'x' }, content.length), padded(content)]);
}

/** `length key=value\n`, the length counting itself (pax(1)). */
function paxRecord(key: string, value: Buffer): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${key}=`), value, Buffer.from('\n')]);
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

function header(entry: TestEntry, size: number): Buffer {
  const block = Buffer.alloc(512);
  const octal = (at: number, width: number, value: number): void => {
    block.write(`${value.toString(8).padStart(width - 1, '0')}\0`, at, 'latin1');
  };
  Buffer.from(entry.path).copy(block, 0, 0, 100);
  octal(100, 8, entry.mode ?? (entry.type === '5' ? 0o755 : 0o644));
  octal(108, 8, entry.uid ?? 0);
  octal(116, 8, entry.gid ?? 0);
  octal(124, 12, size);
  octal(136, 12, entry.mtime ?? 1_000_000_000);
  block.fill(' ', 148, 156);
  block.write(entry.type ?? '0', 156, 'latin1');
  block.write(entry.link ?? '', 157, 100, 'utf8');
  block.write('ustar\x0000', 257, 'latin1');
  octal(329, 8, entry.major ?? 0);
  octal(337, 8, entry.minor ?? 0);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

function padded(content: Buffer): Buffer {
  return Buffer.concat([content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}
