/** How files of containers are named in VS Code: `skiff://<container's id>/path`. */
export const fileScheme = 'skiff';

/** `image`: as the container's image has it; `none`: an empty file, what a new one is compared with. */
export type FileVersion = 'container' | 'image' | 'none';
export type FilePlace = { scheme: string; authority: string; path: string; query: string };

/** The parts of a URI, for `Uri.from`. `path` is absolute, in the container. */
export function filePlace(id: string, path: string, version: FileVersion = 'container'): FilePlace {
  return { scheme: fileScheme, authority: id, path, query: version === 'container' ? '' : version };
}

/** Of the query of such a URI. */
export function versionOf(query: string): FileVersion {
  return query === 'image' || query === 'none' ? query : 'container';
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1) || '/';
}

export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

export function pathIn(folder: string, name: string): string {
  return folder === '/' ? `/${name}` : `${folder}/${name}`;
}

/** Whether `path` is `top` or somewhere below it. */
export function isWithin(path: string, top: string): boolean {
  return top === '/' || path === top || path.startsWith(`${top}/`);
}
