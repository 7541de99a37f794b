/** What the engine offers to its doors (server, cli): one file for each thing that it deals with. */
import type { ContainerOperations } from './types/containers.ts';
import type { DoctorOperations } from './types/doctor.ts';
import type { FileOperations } from './types/files.ts';
import type { ImageOperations } from './types/images.ts';
import type { NetworkOperations } from './types/networks.ts';
import type { SystemOperations } from './types/system.ts';
import type { TreeOperations } from './types/trees.ts';
import type { VolumeOperations } from './types/volumes.ts';

export type * from './types/confinement.ts';
export type * from './types/containers.ts';
export type * from './types/doctor.ts';
export type * from './types/files.ts';
export type * from './types/images.ts';
export type * from './types/networks.ts';
export type * from './types/system.ts';
export type * from './types/trees.ts';
export type * from './types/volumes.ts';

export type Engine = ContainerOperations &
  DoctorOperations &
  FileOperations &
  ImageOperations &
  NetworkOperations &
  SystemOperations &
  TreeOperations &
  VolumeOperations;
