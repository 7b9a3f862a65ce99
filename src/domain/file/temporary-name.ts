// Names that upload programs give to a file while they are still at work on it. Such a file is stored like any other, and never imported.

const TEMPORARY = /^[.~]|\.(?:part|partial|filepart|tmp|crdownload|uploading)$/i;

export function isTemporaryName(name: string): boolean {
  return TEMPORARY.test(name);
}

/** Whether a program that is at work on the file `name` may have called it `other`: `name.part`, `.in.name`, or `users.tmp` for `users.csv`. */
export function isTemporaryNameOf(name: string, other: string): boolean {
  const stem = name.replace(/\.[^.]*$/, '');
  return isTemporaryName(other) && (other.startsWith(`${name}.`) || other.startsWith(`${stem}.`) || other.endsWith(name));
}
