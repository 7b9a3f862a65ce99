// The archives that a first start may download, each with its SHA-256: anything else is not unpacked. A newer version is a new
// address and a new hash, taken from somewhere else than the place of the download.

import os from 'node:os';

export interface Archive {
  readonly url: string;
  readonly sha256: string;
  /** The one file of it that is wanted, below `folders` folders that are named after the version. */
  readonly member: string;
  readonly folders: number;
}

export const TEMPORAL_VERSION = '1.5.1';
const MONGO_VERSION = '8.2.6';

/** By `process.platform` and `process.arch`, joined. */
const TEMPORAL: Readonly<Record<string, readonly [name: string, sha256: string]>> = {
  'linux-x64': ['linux_amd64', 'ddc95e08b0b076efd4ea9733a3f488eb7d2be875f8834e616cd2a37358b4852d'],
  'linux-arm64': ['linux_arm64', 'bd1b0db9f18b051026de8bf6cc1505f2510f14bbb7a8b9a4a91fff46c77454f5'],
  'darwin-x64': ['darwin_amd64', 'bbb73e2a31135abe50a1f1cdb35030c42961df618e8ce9c60ae89f201540c5d9'],
  'darwin-arm64': ['darwin_arm64', 'cca01b7ea35ad56e2a328d9ae596bf716bd22313ef63c7a761c88354457c2415'],
};

/** Those for Linux want a C library as new as Ubuntu 24.04's. */
const MONGO: Readonly<Record<string, readonly [folder: string, name: string, sha256: string]>> = {
  'linux-x64': ['linux', 'mongodb-linux-x86_64-ubuntu2404', '56314a0f0a81238d974302fbffe7862efe9694c498ead62a0bca92cb595a0df0'],
  'linux-arm64': ['linux', 'mongodb-linux-aarch64-ubuntu2404', '8eaa50d208e82df9effa462a6c5cb200a65b037fa118af0153f701ce1ceab422'],
  'darwin-x64': ['osx', 'mongodb-macos-x86_64', '39b6ba80ad21ad1ca8dbd989d7fe81a60aa5f41475eb42d4247fe40740062f3d'],
  'darwin-arm64': ['osx', 'mongodb-macos-arm64', 'ef8301d05cdb4686775aee1ddce391b5f1cd67cdc61179c2d21dab246a2c4f1b'],
};

const HERE = `${os.platform()}-${os.arch()}`;

/** Undefined where there is none for this machine. */
export function temporalArchive(platform = HERE): Archive | undefined {
  const [name, sha256] = TEMPORAL[platform] ?? [];
  if (name === undefined || sha256 === undefined) return undefined;
  const file = `temporal_cli_${TEMPORAL_VERSION}_${name}.tar.gz`;
  return {
    url: `https://github.com/temporalio/cli/releases/download/v${TEMPORAL_VERSION}/${file}`,
    sha256,
    member: 'temporal',
    folders: 0,
  };
}

/** Undefined where there is none for this machine. */
export function mongoArchive(platform = HERE): Archive | undefined {
  const [folder, name, sha256] = MONGO[platform] ?? [];
  if (folder === undefined || name === undefined || sha256 === undefined) return undefined;
  return { url: `https://fastdl.mongodb.org/${folder}/${name}-${MONGO_VERSION}.tgz`, sha256, member: 'bin/mongod', folders: 1 };
}
