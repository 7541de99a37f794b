/** An address in a program's output that means the program's own machine, which a container is. */
export type OwnAddress = { start: number; length: number; scheme: 'http' | 'https'; port: number; path: string };

const pattern =
  /(?:\b(https?):\/\/)?(?<![\w.:-])(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\]):(\d{1,5})(?!\d)((?:\/[^\s"'<>)\]]*)?)/g;

/** `http://localhost:3000/x`, `0.0.0.0:8080`, `[::]:80` in a line of output. */
export function ownAddresses(line: string): OwnAddress[] {
  return [...line.matchAll(pattern)].flatMap((match) => {
    const port = Number(match[2]);
    if (port < 1 || port > 65_535) return [];
    const path = (match[3] ?? '').replace(/[.,;:]+$/, '');
    const length = match[0].length - ((match[3] ?? '').length - path.length);
    const scheme = match[1] === 'https' ? 'https' : 'http';
    return [{ start: match.index, length, scheme, port, path }];
  });
}
