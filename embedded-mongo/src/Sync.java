/** How far a write has come when it is acknowledged: on the disk, with the operating system, or only with us. */
enum Sync { fsync, commit, lazy }
