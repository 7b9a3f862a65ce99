// Clients whose `.bak` is full, or soon will be: beyond its allowance their uploads are refused.

import path from 'node:path';
import type { Config } from '../../../config/load-config';
import { countBackups, NEARLY_FULL, shareOf } from '../../../door/folder/backup-room';
import type { Client } from '../../../domain/client';
import { counted, ill, named, waiting, well, type Finding } from './finding';

const WHAT_TO_DO = 'Move old files of .bak elsewhere, set IMPORTS_KEEP_BACKUP_DAYS, or raise IMPORTS_BACKUP_GIB and IMPORTS_BACKUP_FILES';

export async function checkBackups(
  { dataDir, backups }: Pick<Config, 'dataDir' | 'backups'>,
  clients: readonly Pick<Client, 'clientId'>[],
): Promise<Finding> {
  const full: string[] = [];
  const nearly: string[] = [];
  for (const { clientId } of clients) {
    const share = shareOf(await countBackups(path.join(dataDir, 'clients', clientId)), backups);
    if (share >= NEARLY_FULL) (share >= 1 ? full : nearly).push(`${clientId} (${Math.floor(share * 100)} %)`);
  }
  if (full.length > 0) return ill(`the .bak of ${named(full)} is full: uploads are refused`, WHAT_TO_DO);
  if (nearly.length > 0) return waiting(`the .bak of ${named(nearly)} is nearly full`, WHAT_TO_DO);
  return well(`of ${counted(clients.length, 'client')}, each within its allowance`);
}
