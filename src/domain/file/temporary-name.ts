// Names that upload programs give to a file while they are still at work on it. Such a file is stored like any other, and never imported.

const TEMPORARY = /^[.~]|\.(?:part|partial|filepart|tmp|crdownload|uploading)$/i;

export function isTemporaryName(name: string): boolean {
  return TEMPORARY.test(name);
}
