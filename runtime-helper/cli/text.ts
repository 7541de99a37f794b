/** Text for a terminal, as Docker lays it out. */

// C0, DEL and C1, which move the cursor and change colours, and what reverses the direction of its neighbours.
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const unsafe = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Names, commands and labels come from anybody's images: what would steer the terminal is taken out. */
export function cleanText(text: string): string {
  return text.replaceAll(unsafe, '');
}

/** Columns as Docker's tabwriter sets them: at least ten wide, three spaces between, the last one as it is. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const clean = rows.map((row) => row.map(cleanText));
  const widths = (clean[0] ?? []).map((_, at) => Math.max(10, ...clean.map((row) => lengthOf(row[at] ?? '') + 3)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, at) => (at === row.length - 1 ? cell : cell + ' '.repeat((widths[at] ?? 0) - lengthOf(cell))))
      .join('');
  return clean.map((row) => `${line(row)}\n`).join('');
}

/** Cuts to so many display columns, the last of them `…`. */
export function shorten(text: string, columns: number): string {
  const characters = Array.from(text);
  const total = characters.reduce((sum, character) => sum + widthOf(character), 0);
  if (total <= columns) return text;
  let width = 0;
  const kept = characters.filter((character) => (width += widthOf(character)) <= columns - 1);
  return `${kept.join('')}…`;
}

/** `77.8MB`: three digits that matter, powers of 1000 (HumanSizeWithPrecision of docker/go-units). */
export function formatSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let size = bytes;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${Number(size.toPrecision(3))}${units[unit] ?? ''}`;
}

/** `1.5MiB`: four digits that matter, powers of 1024 (BytesSize of docker/go-units). */
export function formatBinarySize(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let size = bytes;
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${Number(size.toPrecision(4))}${units[unit] ?? ''}`;
}

/** 12 digits, as everybody types them. */
export function shortId(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 12);
}

const lengthOf = (text: string): number => Array.from(text).length;

/** East Asian wide characters and emoji take two columns (Unicode UAX #11, W and F). */
function widthOf(character: string): number {
  return /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u.test(
    character,
  )
    ? 2
    : 1;
}
