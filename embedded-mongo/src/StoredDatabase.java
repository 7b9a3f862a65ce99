import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.backend.DatabaseResolver;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.h2.H2Database;
import de.bwaldvogel.mongo.oplog.Oplog;
import io.netty.channel.Channel;
import java.util.List;
import java.util.stream.Stream;
import org.h2.mvstore.type.LongDataType;

/** A database whose collections and indexes are maps of the store, in MongoDB's order. */
final class StoredDatabase extends H2Database {
    StoredDatabase(String name, CursorRegistry cursors) {
        super(name, Storage.store(), cursors);
    }

    /** The library looks for a collection, and then makes it: two commands at once would make it twice. */
    @Override
    protected synchronized MongoCollection<Object> resolveOrCreateCollection(String name) {
        return super.resolveOrCreateCollection(name);
    }

    @Override
    public Document handleCommand(Channel channel, String command, Document query, DatabaseResolver databases, Oplog oplog) {
        if (!command.equalsIgnoreCase("create")) return super.handleCommand(channel, command, query, databases, oplog);
        synchronized (this) {
            return super.handleCommand(channel, command, query, databases, oplog);
        }
    }

    @Override
    protected MongoCollection<Object> openOrCreateCollection(String name, CollectionOptions options) {
        String namespace = getFullCollectionNamespace(name);
        return new IndexedCollection(this, name, options, Storage.map("databases." + namespace, BsonType.DOCUMENTS),
            Storage.store().openMap("meta." + namespace), cursorRegistry);
    }

    @Override
    protected Index<Object> openOrCreateUniqueIndex(String collection, String name, List<IndexKey> keys, boolean sparse) {
        if (!name.equals("_id_")) return treeIndex(collection, name, keys, sparse, true);
        return new IdIndex(name, keys, Storage.map("databases." + getFullCollectionNamespace(collection), BsonType.DOCUMENTS));
    }

    @Override
    protected Index<Object> openOrCreateSecondaryIndex(String collection, String name, List<IndexKey> keys, boolean sparse) {
        return treeIndex(collection, name, keys, sparse, false);
    }

    private Index<Object> treeIndex(String collection, String name, List<IndexKey> keys, boolean sparse, boolean unique) {
        // The library removes a map of this name when the index is dropped.
        String map = getFullCollectionNamespace(collection) + "._index_" + name;
        return new TreeIndex(name, keys, sparse, unique, Storage.map(map, LongDataType.INSTANCE), Storage.map(map + ".flags", BsonType.KEYS));
    }

    /** The library matches the names of maps by bare prefix: dropping "app" would destroy "app_test" as well. */
    @Override
    public void drop(Oplog oplog) {
        List<String> prefixes = List.of(databaseName + ".", "databases." + databaseName + ".", "meta." + databaseName + ".");
        for (String map : List.copyOf(Storage.store().getMapNames())) {
            if (prefixes.stream().anyMatch(map::startsWith)) Storage.store().removeMap(map);
        }
    }
}
