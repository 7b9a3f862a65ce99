import de.bwaldvogel.mongo.MongoServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.h2.mvstore.MVStore;

/**
 * A server that speaks MongoDB's protocol, for machines without a mongod: development, tests, demonstrations.
 * Built on mongo-java-server (protocol, query language) and H2's MVStore (one file on disk). What the library lacks is
 * here: a version that current drivers accept, durable writes, BSON on disk, real indexes, lazy cursors, and loud
 * refusal of everything it would silently ignore.
 *
 * <pre>
 * java -Xmx1g -cp "lib/*:classes" EmbeddedMongo --data DIR [--port 0] [--sync fsync|commit|lazy] [--cache-mb 128]
 * java -Xmx1g -cp "lib/*:classes" EmbeddedMongo --memory
 * </pre>
 *
 * stdout: exactly one line, {"ready":true,"port":N,"pid":N,...}. stderr: messages.
 * Exit: 0 stdin closed or SIGTERM; 2 wrong arguments; 3 data directory in use; 4 not our data directory; 5 its store failed, as on a full disk; 6 it cannot
 * listen on the port.
 */
public final class EmbeddedMongo {
    /** To be changed whenever the format of the file changes. */
    static final String ENGINE = "mongo-java-server-1.47.0 h2-mvstore bson-1";

    private EmbeddedMongo() {}

    public static void main(String[] args) throws IOException {
        try {
            serve(Options.parse(args));
        } catch (Exit exit) {
            System.err.println("embedded-mongo: " + exit.getMessage());
            System.exit(exit.code);
        }
    }

    private static void serve(Options options) throws IOException {
        EmbeddedBackend backend = new EmbeddedBackend(Storage.open(openStore(options)), options.sync());
        MongoServer server = new MongoServer(backend);
        try {
            // Loopback only: there is no authentication.
            server.bind(new InetSocketAddress("127.0.0.1", options.port()), 1, 4);
        } catch (Exception failure) {
            // Netty throws checked exceptions as if they were not.
            throw Exit.cannotListen("it cannot listen on port " + options.port() + ": " + failure.getMessage());
        }
        AtomicBoolean stopped = new AtomicBoolean();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            if (!stopped.compareAndSet(false, true)) return;
            server.stopListening();
            backend.close();
        }));
        System.out.println("{\"ready\":true,\"port\":%d,\"pid\":%d,\"sync\":\"%s\",\"engine\":\"%s\"}".formatted(
            server.getLocalAddress().getPort(), ProcessHandle.current().pid(), options.sync(), ENGINE));
        System.out.flush();
        while (System.in.read() >= 0) {
            // Until whoever started us closes our stdin, or dies.
        }
        System.exit(0);
    }

    private static MVStore openStore(Options options) throws IOException {
        MVStore.Builder builder = new MVStore.Builder().cacheSize(options.cacheMegabytes()).autoCommitBufferSize(65536)
            .backgroundExceptionHandler((thread, failure) -> endBroken(failure));
        // Otherwise the store commits whenever it likes, in the middle of a command as well.
        if (options.sync() != Sync.lazy) builder.autoCommitDisabled();
        if (options.data() != null) builder.fileName(DataDirectory.take(Path.of(options.data())).toString());
        return builder.open();
    }

    /**
     * After a failed write the store takes no other, and memory knows more than the disk. No reply, no shutdown: whoever
     * starts us again goes on with what was acknowledged.
     */
    static void endBroken(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) cause = cause.getCause();
        String because = cause == failure ? "" : " (" + cause + ")";
        System.err.println("embedded-mongo: it ends because its store failed: " + failure.getMessage() + because);
        Runtime.getRuntime().halt(5);
    }
}
