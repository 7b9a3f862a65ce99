import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.DataType;

/**
 * The one store of the process. Static, because the library's database opens its collections in its constructor, before
 * a field of a subclass could hold the store.
 */
final class Storage {
    private static MVStore store;

    private Storage() {}

    static MVStore open(MVStore opened) {
        store = opened;
        return store;
    }

    static MVStore store() {
        return store;
    }

    /** A map in MongoDB's order of keys. */
    @SuppressWarnings({"unchecked", "rawtypes"})
    static <V> MVMap<Object, V> map(String name, DataType<?> valueType) {
        MVMap.Builder builder = new MVMap.Builder().keyType(BsonType.KEYS).valueType((DataType) valueType);
        return (MVMap<Object, V>) store.openMap(name, builder);
    }
}
