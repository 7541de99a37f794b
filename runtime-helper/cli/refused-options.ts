/** Why options of Docker's are not there, by how they are spelled. One without a reason is not built yet. */
const windows = 'it is for containers of Windows';
const realtime =
  'real-time scheduling by groups takes kernels and shares that Linux distributions do not set up; --cpu-shares and --ulimit rtprio are there';

export const refusalReasons: Readonly<Record<string, string>> = {
  '--cpu-count': windows,
  '--cpu-percent': windows,
  '--cpu-rt-period': realtime,
  '--cpu-rt-runtime': realtime,
  '--gpus': "NVIDIA's runtime hook is not run: give the devices, as in --device /dev/dri",
  '--io-maxbandwidth': windows,
  '--io-maxiops': windows,
  '--isolation': windows,
  '--kernel-memory': 'Linux has taken that limit away: use --memory',
  '--link-local-ip': 'addresses come from the network: use --ip or --ip6',
  '--storage-opt': 'snapshots have no quota: keep what grows in a volume or a --tmpfs with size=',
  '--use-api-socket': 'there is no daemon, so there is no socket of its API',
  '--volume-driver': 'volumes are folders of this machine',
};
