// Numbers of the SFTP protocol, version 3 (draft-ietf-secsh-filexfer-02), and what this server says about itself.

export const PACKET = {
  init: 1,
  version: 2,
  open: 3,
  close: 4,
  read: 5,
  write: 6,
  lstat: 7,
  fstat: 8,
  setstat: 9,
  fsetstat: 10,
  opendir: 11,
  readdir: 12,
  remove: 13,
  mkdir: 14,
  rmdir: 15,
  realpath: 16,
  stat: 17,
  rename: 18,
  readlink: 19,
  symlink: 20,
  status: 101,
  handle: 102,
  data: 103,
  name: 104,
  attributes: 105,
  extended: 200,
  extendedReply: 201,
} as const;

export const OPEN_FLAG = { read: 0x01, write: 0x02, append: 0x04, create: 0x08, truncate: 0x10, exclusive: 0x20 } as const;

export const ATTRIBUTE_FLAG = { size: 0x01, owner: 0x02, mode: 0x04, times: 0x08 } as const;

export const STATUS = { ok: 0, eof: 1, noSuchFile: 2, permissionDenied: 3, failure: 4, unsupported: 8 } as const;
export type Status = (typeof STATUS)[keyof typeof STATUS];

export const PROTOCOL_VERSION = 3;

/** Bytes of one packet behind its length field: what OpenSSH accepts, too. */
export const MAX_PACKET_BYTES = 256 * 1024;
/** Bytes of one READ or WRITE: leaves room for the packet's other fields. */
export const MAX_TRANSFER_BYTES = 255 * 1024;
export const MAX_HANDLES = 64;

/** Name and version of what is answered beyond version 3. */
export const EXTENSIONS = [
  ['posix-rename@openssh.com', '1'],
  ['fsync@openssh.com', '1'],
  ['statvfs@openssh.com', '2'],
  ['limits@openssh.com', '1'],
] as const;
