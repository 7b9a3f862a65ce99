import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.bson.Document;
import io.netty.channel.Channel;
import java.util.List;
import java.util.Set;
import org.h2.mvstore.MVStore;

/** The way of every command: refused when it cannot be done as MongoDB does it, corrected where the library errs, made durable. */
final class EmbeddedBackend extends H2Backend {
    private static final Set<String> WRITES = Set.of("insert", "update", "delete", "findandmodify", "create",
        "createindexes", "drop", "dropindexes", "dropdatabase", "renamecollection", "aggregate");
    /** As mongod; the library would send everything at once. */
    private static final int FIRST_BATCH = 101;

    private final Corrections corrections = new Corrections(this);
    private final GroupCommit commits;

    EmbeddedBackend(MVStore store, Sync sync) {
        super(store);
        commits = new GroupCommit(sync, this::commit, () -> fsync(store));
        version(new AcceptedVersion());
    }

    @Override
    protected MongoDatabase openOrCreateDatabase(String name) {
        return new StoredDatabase(name, getCursorRegistry());
    }

    @Override
    public Document handleCommand(Channel channel, String database, String name, Document query) {
        Command command = new Command(channel, database, name, query);
        Refusals.check(command);
        if (WRITES.contains(command.kind())) {
            return commits.run(() -> corrections.run(command), changesNothing(command));
        }
        if (command.kind().equals("find")) query.putIfAbsent("batchSize", FIRST_BATCH);
        if (command.kind().equals("hello") || command.kind().equals("ismaster")) ReplyEncoder.install(channel);
        if (command.kind().equals("hello")) {
            return super.handleCommand(channel, database, "ismaster", query).append("isWritablePrimary", true);
        }
        return library(command);
    }

    /** The command as the library does it. */
    Document library(Command command) {
        return super.handleCommand(command.channel(), command.database(), command.name(), command.query());
    }

    private static void fsync(MVStore store) {
        try {
            store.sync();
        } catch (RuntimeException failure) {
            EmbeddedMongo.endBroken(failure);
        }
    }

    private static boolean changesNothing(Command command) {
        return command.kind().equals("aggregate")
            && command.list("pipeline").stream().noneMatch(stage -> stage.containsKey("$out") || stage.containsKey("$merge"));
    }

    /** The library's newest is 5.0 with wire version 8; drivers of today ask for 9 at least. */
    private static final class AcceptedVersion implements MongoVersion {
        @Override
        public List<Integer> getVersionArray() {
            return List.of(7, 0, 0);
        }

        @Override
        public int getWireVersion() {
            return 21;
        }
    }
}
