// What every client program is asked to do, in its own words: the rows of the table in docs/clients.md. A row is a script for the shell, for
// Python, PHP or Perl; where to go, and the files, are in its environment:
//   HOST PORT ACCOUNT PASSWORD KEY HOST_KEY  NEW OLD (to upload)  BACK (to download into)  EMPTY (a directory)

export interface ClientProgram {
  /** As in the table of docs/clients.md. */
  readonly name: string;
  /** Succeeds where the program is installed. */
  readonly isThere: string;
  readonly runs: readonly [command: string, ...args: string[]];
  /**
   * Uploads OLD as users.csv and NEW over it, NEW as other.csv.part and renames it to renamed.csv, lists, downloads users.csv to BACK, deletes
   * users.csv because it is there, and uploads OLD as users.csv.
   */
  readonly script: string;
}

const SSH = '-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o IdentitiesOnly=yes';
const shell = ['bash', '-euc'] as const;
const python = ['python3', '-c'] as const;
const php = ['php', '-r'] as const;
const perl = ['perl', '-e'] as const;

const COMMANDS = [
  'put $OLD users.csv',
  'put $NEW users.csv',
  'put $NEW other.csv.part',
  'rename other.csv.part renamed.csv',
  'ls',
  'get users.csv $BACK',
  'rm users.csv',
  'put $OLD users.csv',
];
const batch = (rename: string, remove: string): string =>
  COMMANDS.map((line) => line.replace('rename', rename).replace('rm ', `${remove} `)).join('\n');

const RCLONE = `
go() { rclone --config /dev/null "$@"; }
go copyto "$OLD" "$there"users.csv
go copyto "$NEW" "$there"users.csv
go copyto "$NEW" "$there"other.csv.part
go moveto "$there"other.csv.part "$there"renamed.csv
go lsf "$there"
go copyto "$there"users.csv "$BACK"
go deletefile "$there"users.csv
go copyto "$OLD" "$there"users.csv`;

const LFTP_COMMANDS = `put $OLD -o users.csv
put $NEW -o users.csv
put $NEW -o other.csv.part
mv other.csv.part renamed.csv
cls -1
get users.csv -o $BACK
rm users.csv
put $OLD -o users.csv`;

export const SFTP_PROGRAMS: readonly ClientProgram[] = [
  {
    name: 'OpenSSH `sftp`',
    isThere: 'command -v sftp',
    runs: shell,
    script: `sftp -b - -P $PORT -i $KEY ${SSH} $ACCOUNT@$HOST <<END\n${batch('rename', 'rm')}\nEND`,
  },
  {
    name: 'PuTTY `psftp`',
    isThere: 'command -v psftp',
    runs: shell,
    script: `cat >$EMPTY/batch <<END\n${batch('mv', 'del')}\nEND
psftp -batch -b $EMPTY/batch -hostkey $HOST_KEY -pw "$PASSWORD" -P $PORT $ACCOUNT@$HOST`,
  },
  {
    name: 'lftp',
    isThere: 'command -v lftp',
    runs: shell,
    script: `lftp <<END
set cmd:fail-exit yes; set net:max-retries 1; set sftp:connect-program "ssh -a -x -i $KEY ${SSH}"
open -u $ACCOUNT, sftp://$HOST:$PORT
${LFTP_COMMANDS}
END`,
  },
  {
    name: 'curl',
    isThere: 'curl -V | grep -qw sftp',
    runs: shell,
    script: `
there=sftp://$HOST:$PORT
go() { curl -sS --fail --insecure --user "$ACCOUNT:$PASSWORD" "$@"; }
go -T "$OLD" $there/users.csv
go -T "$NEW" $there/users.csv
go -T "$NEW" -Q '-rename /other.csv.part /renamed.csv' $there/other.csv.part
go -l $there/
go -o "$BACK" $there/users.csv
go -Q 'rm /users.csv' -l $there/ >/dev/null
go -T "$OLD" $there/users.csv`,
  },
  {
    name: 'rclone',
    isThere: 'command -v rclone',
    runs: shell,
    script: `there=":sftp,host=$HOST,port=$PORT,user=$ACCOUNT,pass='$(rclone obscure "$PASSWORD")':"\n${RCLONE}`,
  },
  {
    name: 'sshfs',
    isThere: 'command -v sshfs && test -c /dev/fuse',
    runs: shell,
    script: `
sshfs -p $PORT -o IdentityFile=$KEY ${SSH} $ACCOUNT@$HOST:/ $EMPTY
trap 'fusermount -u $EMPTY' EXIT
cp $OLD $EMPTY/users.csv
cp $NEW $EMPTY/users.csv
cp $NEW $EMPTY/other.csv.part
mv $EMPTY/other.csv.part $EMPTY/renamed.csv
ls $EMPTY
cp $EMPTY/users.csv $BACK
if test -e $EMPTY/users.csv; then rm $EMPTY/users.csv; fi
cp $OLD $EMPTY/users.csv`,
  },
  {
    name: 'paramiko (Python)',
    isThere: "python3 -c 'import paramiko'",
    runs: python,
    script: `
import os, paramiko
e = os.environ
transport = paramiko.Transport((e["HOST"], int(e["PORT"])))
transport.connect(username=e["ACCOUNT"], password=e["PASSWORD"])
sftp = paramiko.SFTPClient.from_transport(transport)
sftp.put(e["OLD"], "users.csv")
sftp.put(e["NEW"], "users.csv")
sftp.put(e["NEW"], "other.csv.part")
sftp.rename("other.csv.part", "renamed.csv")
print(sftp.listdir())
sftp.get("users.csv", e["BACK"])
sftp.stat("users.csv")
sftp.remove("users.csv")
sftp.put(e["OLD"], "users.csv")
transport.close()`,
  },
  {
    name: 'asyncssh (Python)',
    isThere: "python3 -c 'import asyncssh'",
    runs: python,
    script: `
import asyncio, asyncssh, os
e = os.environ
async def main():
    async with asyncssh.connect(e["HOST"], int(e["PORT"]), username=e["ACCOUNT"], client_keys=[e["KEY"]], known_hosts=None) as ssh:
        async with ssh.start_sftp_client() as sftp:
            await sftp.put(e["OLD"], "users.csv")
            await sftp.put(e["NEW"], "users.csv")
            await sftp.put(e["NEW"], "other.csv.part")
            await sftp.rename("other.csv.part", "renamed.csv")
            print(await sftp.listdir())
            await sftp.get("users.csv", e["BACK"])
            if await sftp.exists("users.csv"):
                await sftp.remove("users.csv")
            await sftp.put(e["OLD"], "users.csv")
asyncio.run(main())`,
  },
  {
    name: 'PHP, `ssh2_sftp`',
    isThere: 'php -r \'exit(function_exists("ssh2_sftp") ? 0 : 1);\'',
    runs: php,
    script: `
function must($done) { if ($done === false) exit(1); return $done; }
$ssh = must(ssh2_connect(getenv("HOST"), (int) getenv("PORT")));
must(ssh2_auth_password($ssh, getenv("ACCOUNT"), getenv("PASSWORD")));
$sftp = must(ssh2_sftp($ssh));
$there = "ssh2.sftp://" . intval($sftp) . "/";
must(copy(getenv("OLD"), $there . "users.csv"));
must(copy(getenv("NEW"), $there . "users.csv"));
must(copy(getenv("NEW"), $there . "other.csv.part"));
must(ssh2_sftp_rename($sftp, "/other.csv.part", "/renamed.csv"));
print_r(must(scandir($there)));
must(copy($there . "users.csv", getenv("BACK")));
if (file_exists($there . "users.csv")) must(ssh2_sftp_unlink($sftp, "/users.csv"));
must(copy(getenv("OLD"), $there . "users.csv"));`,
  },
  {
    name: 'Net::SFTP::Foreign (Perl)',
    isThere: 'perl -MNet::SFTP::Foreign -e1',
    runs: perl,
    script: `
use strict; use Net::SFTP::Foreign;
my $sftp = Net::SFTP::Foreign->new($ENV{HOST}, port => $ENV{PORT}, user => $ENV{ACCOUNT}, key_path => $ENV{KEY}, autodie => 1,
  more => [qw(${SSH})]);
$sftp->put($ENV{OLD}, "users.csv");
$sftp->put($ENV{NEW}, "users.csv");
$sftp->put($ENV{NEW}, "other.csv.part");
$sftp->rename("other.csv.part", "renamed.csv");
print "$_->{filename}\\n" for @{$sftp->ls("/")};
$sftp->get("users.csv", $ENV{BACK});
$sftp->remove("users.csv") if $sftp->test_e("users.csv");
$sftp->put($ENV{OLD}, "users.csv");`,
  },
];

export const FTPS_PROGRAMS: readonly ClientProgram[] = [
  {
    name: 'lftp',
    isThere: 'command -v lftp',
    runs: shell,
    script: `lftp <<END
set cmd:fail-exit yes; set net:max-retries 1; set ftp:ssl-force yes; set ftp:ssl-protect-data yes; set ssl:verify-certificate no
open -u $ACCOUNT,"$PASSWORD" ftp://$HOST:$PORT
${LFTP_COMMANDS}
END`,
  },
  {
    name: 'curl',
    isThere: 'curl -V | grep -qw ftps',
    runs: shell,
    script: `
there=ftp://$HOST:$PORT
go() { curl -sS --fail --insecure --ssl-reqd --user "$ACCOUNT:$PASSWORD" "$@"; }
go -T "$OLD" $there/users.csv
go -T "$NEW" $there/users.csv
go -T "$NEW" -Q '-RNFR other.csv.part' -Q '-RNTO renamed.csv' $there/other.csv.part
go -l $there/
go -o "$BACK" $there/users.csv
go -Q 'DELE users.csv' -l $there/ >/dev/null
go -T "$OLD" $there/users.csv`,
  },
  {
    name: 'rclone',
    isThere: 'command -v rclone',
    runs: shell,
    script: `there=":ftp,host=$HOST,port=$PORT,user=$ACCOUNT,explicit_tls=true,no_check_certificate=true,pass='$(rclone obscure "$PASSWORD")':"\n${RCLONE}`,
  },
  {
    name: 'ftplib (Python)',
    isThere: 'command -v python3',
    runs: python,
    script: `
import ftplib, os, ssl
e = os.environ
ftp = ftplib.FTP_TLS(context=ssl._create_unverified_context())
ftp.connect(e["HOST"], int(e["PORT"]))
ftp.login(e["ACCOUNT"], e["PASSWORD"])
ftp.prot_p()
def put(file, name):
    with open(file, "rb") as source:
        ftp.storbinary("STOR " + name, source)
put(e["OLD"], "users.csv")
put(e["NEW"], "users.csv")
put(e["NEW"], "other.csv.part")
ftp.rename("other.csv.part", "renamed.csv")
print(ftp.nlst())
with open(e["BACK"], "wb") as back:
    ftp.retrbinary("RETR users.csv", back.write)
if "users.csv" in ftp.nlst():
    ftp.delete("users.csv")
put(e["OLD"], "users.csv")
ftp.quit()`,
  },
  {
    name: 'PHP, `ftp_ssl_connect`',
    isThere: 'php -r \'exit(function_exists("ftp_ssl_connect") ? 0 : 1);\'',
    runs: php,
    script: `
function must($done) { if ($done === false) exit(1); return $done; }
$ftp = must(ftp_ssl_connect(getenv("HOST"), (int) getenv("PORT")));
must(ftp_login($ftp, getenv("ACCOUNT"), getenv("PASSWORD")));
must(ftp_pasv($ftp, true));
must(ftp_put($ftp, "users.csv", getenv("OLD"), FTP_BINARY));
must(ftp_put($ftp, "users.csv", getenv("NEW"), FTP_BINARY));
must(ftp_put($ftp, "other.csv.part", getenv("NEW"), FTP_BINARY));
must(ftp_rename($ftp, "other.csv.part", "renamed.csv"));
print_r(must(ftp_nlist($ftp, ".")));
must(ftp_get($ftp, getenv("BACK"), "users.csv", FTP_BINARY));
if (ftp_size($ftp, "users.csv") >= 0) must(ftp_delete($ftp, "users.csv"));
must(ftp_put($ftp, "users.csv", getenv("OLD"), FTP_BINARY));
must(ftp_close($ftp));`,
  },
  {
    name: 'Net::FTP (Perl)',
    isThere: 'perl -MNet::FTP -MIO::Socket::SSL -e1',
    runs: perl,
    script: `
use strict; use Net::FTP;
my $ftp = Net::FTP->new($ENV{HOST}, Port => $ENV{PORT}, Passive => 1, SSL_verify_mode => 0) or die $@;
$ftp->starttls or die $ftp->message;
$ftp->login($ENV{ACCOUNT}, $ENV{PASSWORD}) or die $ftp->message;
$ftp->binary;
$ftp->put($ENV{OLD}, "users.csv") or die $ftp->message;
$ftp->put($ENV{NEW}, "users.csv") or die $ftp->message;
$ftp->put($ENV{NEW}, "other.csv.part") or die $ftp->message;
$ftp->rename("other.csv.part", "renamed.csv") or die $ftp->message;
print "$_\\n" for $ftp->ls;
$ftp->get("users.csv", $ENV{BACK}) or die $ftp->message;
if (defined $ftp->size("users.csv")) { $ftp->delete("users.csv") or die $ftp->message; }
$ftp->put($ENV{OLD}, "users.csv") or die $ftp->message;
$ftp->quit;`,
  },
];
