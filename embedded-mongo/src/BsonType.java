import de.bwaldvogel.mongo.backend.KeyValue;
import de.bwaldvogel.mongo.backend.Missing;
import de.bwaldvogel.mongo.bson.BinData;
import de.bwaldvogel.mongo.bson.Document;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collection;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;

/** Documents and keys as BSON: the library's default is Java serialisation, slow and tied to versions of its classes. */
final class BsonType extends BasicDataType<Object> {
    static final BsonType DOCUMENTS = new BsonType(false);
    static final BsonType KEYS = new BsonType(true);

    private final boolean keys;

    private BsonType(boolean keys) {
        this.keys = keys;
    }

    @Override
    public int compare(Object a, Object b) {
        return BsonOrder.compare(a, b);
    }

    @Override
    public void write(WriteBuffer out, Object value) {
        BsonWriter written = BsonWriter.write(keys ? keyDocument(value) : (Document) value, keys ? 128 : 1024);
        out.put(written.bytes(), 0, written.length());
    }

    @Override
    public Object read(ByteBuffer in) {
        // BSON begins with its own length, little-endian.
        int length = Integer.reverseBytes(in.getInt(in.position()));
        byte[] bytes = new byte[length];
        in.get(bytes);
        Document document = BsonReader.read(bytes);
        if (!keys) return document;
        return document.containsKey("k") ? new KeyValue((Collection<?>) document.get("k")) : Missing.ofNullable(document.get("v"));
    }

    static byte[] encodeKey(Object value) {
        BsonWriter written = BsonWriter.write(keyDocument(value), 128);
        return Arrays.copyOf(written.bytes(), written.length());
    }

    /** A key is wrapped in a document: `v` holds one value, `k` the several of an index entry. */
    private static Document keyDocument(Object value) {
        return value instanceof KeyValue several
            ? new Document("k", several.stream().map(BsonType::nullable).toList())
            : new Document("v", nullable(value));
    }

    private static Object nullable(Object value) {
        return value instanceof Missing ? null : value;
    }

    /** An estimate, for the page cache and for the size of replies. */
    @Override
    public int getMemory(Object value) {
        if (value instanceof String text) return 48 + text.length();
        if (value instanceof BinData binary) return 40 + binary.getData().length;
        if (value instanceof Document document) return 96 + memoryOf(document.values(), 64);
        if (value instanceof Collection<?> list) return 64 + memoryOf(list, 8);
        if (value instanceof KeyValue key) return 64 + memoryOf(key, 8);
        return 24;
    }

    private int memoryOf(Iterable<?> values, int each) {
        int total = 0;
        for (Object value : values) total += each + getMemory(value);
        return total;
    }

    @Override
    public Object[] createStorage(int size) {
        return new Object[size];
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof BsonType type && type.keys == keys;
    }

    @Override
    public int hashCode() {
        return keys ? 1 : 2;
    }
}
