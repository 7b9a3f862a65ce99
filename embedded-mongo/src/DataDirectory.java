import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreTool;

/** The directory with the data: one process at a time, and only data of our own format. */
final class DataDirectory {
    private static final String FILE = "embedded-mongo.mv";
    private static final long WORTH_COMPACTING = 64 << 20;
    private static final int POORLY_FILLED_PERCENT = 50;
    /** In a field for the life of the process: a channel that is garbage collected gives its lock up without a word. */
    private static FileChannel lock;

    private DataDirectory() {}

    /** Returns the store's file, compacted when most of it is of no use any more. */
    static Path take(Path directory) throws IOException {
        Files.createDirectories(directory);
        lock = FileChannel.open(directory.resolve("LOCK"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (lock.tryLock() == null) throw Exit.inUse("data directory " + directory + " is in use by another process");
        checkEngine(directory);
        Path file = directory.resolve(FILE);
        if (Files.exists(file) && Files.size(file) > WORTH_COMPACTING && fillPercent(file) < POORLY_FILLED_PERCENT) {
            MVStoreTool.compact(file.toString(), false);
        }
        return file;
    }

    private static void checkEngine(Path directory) throws IOException {
        Path marker = directory.resolve("ENGINE");
        if (Files.exists(marker)) {
            String engine = Files.readString(marker);
            if (!engine.equals(EmbeddedMongo.ENGINE)) {
                throw Exit.foreignData(directory + " was written by " + engine + ", this is " + EmbeddedMongo.ENGINE);
            }
            return;
        }
        try (Stream<Path> entries = Files.list(directory)) {
            if (entries.anyMatch(entry -> !entry.endsWith("LOCK"))) {
                throw Exit.foreignData(directory + " holds data of another engine (no ENGINE file)");
            }
        }
        Files.writeString(marker, EmbeddedMongo.ENGINE);
    }

    private static int fillPercent(Path file) {
        try (MVStore store = new MVStore.Builder().fileName(file.toString()).readOnly().open()) {
            return store.getFileStore().getChunksFillRate();
        }
    }
}
