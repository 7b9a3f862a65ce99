import de.bwaldvogel.mongo.bson.Document;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * Durable writes. Commands run under the shared lock, a commit under the exclusive one, so that what reaches the disk is
 * always whole commands: a document never without its index entries. One commit, and one fsync, serves every command
 * that was done before it began.
 */
final class GroupCommit {
    private final Sync sync;
    private final Runnable commit;
    private final Runnable fsync;
    private final ReentrantReadWriteLock gate = new ReentrantReadWriteLock();
    private final Object committer = new Object();
    private final AtomicLong done = new AtomicLong();
    private long committed;

    GroupCommit(Sync sync, Runnable commit, Runnable fsync) {
        this.sync = sync;
        this.commit = commit;
        this.fsync = fsync;
    }

    /** Also after a failure: a bulk that fails half-way has written its first half. */
    Document run(Supplier<Document> command, boolean changesNothing) {
        gate.readLock().lock();
        try {
            return command.get();
        } finally {
            gate.readLock().unlock();
            if (sync != Sync.lazy && !changesNothing) makeDurable();
        }
    }

    private void makeDurable() {
        long mine = done.incrementAndGet();
        synchronized (committer) {
            if (committed >= mine) return;
            long upTo;
            gate.writeLock().lock();
            try {
                upTo = done.get();
                commit.run();
            } finally {
                gate.writeLock().unlock();
            }
            if (sync == Sync.fsync) fsync.run();
            committed = upTo;
        }
    }
}
