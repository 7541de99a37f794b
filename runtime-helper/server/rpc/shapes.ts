/** What parameters are made of. Whoever is past these has strings that the seams below can carry. */
import * as v from 'valibot';

/** A NUL would end the string for the kernel, and for our native program begin another one. */
export const text = v.pipe(
  v.string(),
  v.check((value) => !value.includes('\0'), 'a NUL byte'),
);
export const filled = v.pipe(text, v.minLength(1, 'empty'));
export const texts = v.array(text);
export const containerId = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, "not a container's id"));
export const containerIds = v.array(containerId);
export const streamName = v.string();
export const sessionName = v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/, "not a session's name"));
export const absolutePath = v.pipe(text, v.startsWith('/', 'not an absolute path'));
export const variables = v.array(v.pipe(text, v.regex(/^[^=]+=/, 'not KEY=VALUE')));
/** A hyphen would make it an option to `skiff`. */
export const imageName = v.pipe(filled, v.regex(/^[^-]/, 'begins with a hyphen'));
/** A window has no directory that a path could begin in. */
export const volumes = v.array(v.pipe(text, v.regex(/^[^.~]/, 'not an absolute path, nor the name of a volume')));
export const count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));
/** As much as a monitor's log of an exec session or a terminal's scrollback may ask for. */
export const replay = v.pipe(count, v.maxValue(16 * 1024 * 1024));
export const flag = v.boolean();
/** A window's size fits struct winsize (ioctl_tty(2)); a terminal that is hidden may have none. */
const cells = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffff));
export const size = { columns: cells, rows: cells };
export const base64 = v.pipe(v.string(), v.base64('not base64'));
export const optional = v.exactOptional;
export const nothing = v.object({});
export const object = v.object;
export const command = v.pipe(texts, v.minLength(1, 'empty'));
