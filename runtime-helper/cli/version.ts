import { arch } from 'node:os';

declare const SKIFF_VERSION: string;

/** The version in package.json, put in by the build; sources that run unbuilt have none. */
export const version: string = typeof SKIFF_VERSION === 'string' ? SKIFF_VERSION : '0.0.0';

export const goArchitecture = arch() === 'x64' ? 'amd64' : arch();

export const versionLine = `Skiff version ${version}, linux/${goArchitecture}\n`;
