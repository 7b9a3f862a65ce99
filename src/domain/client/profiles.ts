// The two kinds of clients, as data: which columns, which folders, what an upload becomes, which report. The import itself is the same
// for both; code that needs to know a difference asks here and nowhere else (docs/adr/0010-a-profile-is-data.md).

import type { ClientSettings } from '../client';
import { AGYLIA_FIELDS, FIELDS, headerOf, type Field, type FieldName } from '../record/fields';

/** What a client's folder looks like, and what the client may do in it. */
export interface FolderLayout {
  /** Made from the start. Where there are any, that is all there will ever be. */
  readonly folders: readonly string[];
  /** The client may list and fetch what is in these, nothing else. */
  readonly readOnly: readonly string[];
  /** The same, and remove it. */
  readonly removeOnly: readonly string[];
  /** Where uploads belong, as names from the root down; `fileName` null = any number of files, of any name. */
  readonly upload: { readonly folder: readonly string[]; readonly fileName: string | null };
}

export interface Profile {
  readonly fields: readonly Field[];
  readonly layout: FolderLayout;
  /**
   * What becomes of an upload. `moved` = it is renamed out of the folder, and ends in `.bak` beside a receipt. `left-in-place` = it is
   * copied, and stays; a version is known by the SHA-1 of its bytes, which is left as a file in `tmp`.
   */
  readonly upload: 'moved' | 'left-in-place';
  /** `failed-records` = what has to be corrected; `status` = every record with its result, kept in `reports`. */
  readonly report: 'failed-records' | 'status';
  /** Whether the client can read in `log` what was done when. */
  readonly processLog: boolean;
  /** Where they differ from DEFAULT_SETTINGS. */
  readonly settings: Partial<Omit<ClientSettings, 'profile'>>;
}

const NAMED = {
  opscom: {
    fields: FIELDS,
    layout: { folders: [], readOnly: ['.bak'], removeOnly: [], upload: { folder: [], fileName: null } },
    upload: 'moved',
    report: 'failed-records',
    processLog: false,
    settings: {},
  },
  agylia: {
    fields: AGYLIA_FIELDS,
    layout: {
      folders: ['log', 'reports', 'tmp', 'uploads'],
      readOnly: ['log', 'reports'],
      removeOnly: ['tmp'],
      upload: { folder: ['uploads'], fileName: 'user-import.csv' },
    },
    upload: 'left-in-place',
    report: 'status',
    processLog: true,
    settings: { schedule: { cron: '0 0 * * *', timeZone: 'UTC' }, startOnUpload: false, report: 'always' },
  },
} satisfies Record<string, Profile>;

export type ProfileName = keyof typeof NAMED;
export const PROFILES: Readonly<Record<ProfileName, Profile>> = NAMED;
export const PROFILE_NAMES = Object.keys(PROFILES) as readonly ProfileName[];

export function profileOf({ settings }: { readonly settings: Pick<ClientSettings, 'profile'> }): Profile {
  return PROFILES[settings.profile];
}

/** The one path that an upload may have, e.g. `/uploads/user-import.csv`; undefined where any name in the top folder will do. */
export function uploadPath({ upload }: FolderLayout): string | undefined {
  return upload.fileName === null ? undefined : `/${[...upload.folder, upload.fileName].join('/')}`;
}

/** What is stored of a user, whichever client's: each field once. */
export const ALL_FIELDS: readonly Field[] = [
  ...FIELDS,
  ...AGYLIA_FIELDS.filter(({ name }) => !FIELDS.some((field) => field.name === name)),
];

/** The columns that a client's files may have. */
export function fieldsOf({ profile, furtherColumns }: Pick<ClientSettings, 'profile' | 'furtherColumns'>): readonly Field[] {
  const { fields } = PROFILES[profile];
  return furtherColumns.length === 0 ? fields : [...fields, ...furtherFields(profile).filter(({ name }) => furtherColumns.includes(name))];
}

/** What the client's files call a field, where a file's own header is not at hand. */
export function headerFor(settings: Pick<ClientSettings, 'profile' | 'furtherColumns'>, name: FieldName): string {
  return fieldsOf(settings).find((field) => field.name === name)?.headers[0] ?? headerOf(name);
}

/** The columns that a client of this profile may have beside its own. None is required: the files were good without them. */
export function furtherFields(profile: ProfileName): readonly Field[] {
  const own = new Set(PROFILES[profile].fields.map(({ name }) => name));
  return FIELDS.filter(({ name }) => !own.has(name)).map((field) => ({ ...field, required: false }));
}
