// What our processes write can be read by their own user only, whatever started them allows: the data directory holds host keys, clients'
// files and what failed of them. The programs that they start inherit it.

export function keepFromOthers(): void {
  process.umask(0o077);
}
