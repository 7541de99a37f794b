export * from './errors.ts';
export * from './methods.ts';
export * from './phrase.ts';
export * from './run-arguments.ts';
export * from './types.ts';
export * from './update-arguments.ts';
