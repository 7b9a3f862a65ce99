import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.bson.BsonDecoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads documents from BSON that the store holds. A name is one string however many documents have it: the library makes one for each, which
 * is most of what a cached document weighs.
 */
final class BsonReader {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    /** Names by a hash of their bytes, the last one of each hash. Threads may overwrite each other's: both are right. */
    private static final Name[] NAMES = new Name[1024];

    private record Name(byte[] bytes, String text) {}

    private final byte[] bytes;
    private int at;

    private BsonReader(byte[] bytes) {
        this.bytes = bytes;
    }

    static Document read(byte[] bytes) {
        return new BsonReader(bytes).document();
    }

    private Document document() {
        Document document = new Document();
        at += 4;
        for (byte type = bytes[at++]; type != 0; type = bytes[at++]) document.put(name(), value(type));
        return document;
    }

    private List<Object> array() {
        return new ArrayList<>(document().values());
    }

    private Object value(byte type) {
        return switch (type) {
            case 0x02 -> text();
            case 0x03 -> document();
            case 0x04 -> array();
            case 0x09 -> Instant.ofEpochMilli(takeLong());
            case 0x0a -> null;
            case 0x10 -> takeInt();
            case 0x12 -> takeLong();
            default -> rest(type);
        };
    }

    private Object rest(byte type) {
        ByteBuf rest = Unpooled.wrappedBuffer(bytes, at, bytes.length - at);
        Object value = BsonDecoder.decodeValue(type, rest);
        at += rest.readerIndex();
        return value;
    }

    private String name() {
        int start = at;
        int hash = 0;
        for (byte next = bytes[at++]; next != 0; next = bytes[at++]) hash = 31 * hash + next;
        int slot = (hash ^ hash >>> 16) & NAMES.length - 1;
        Name known = NAMES[slot];
        if (known != null && Arrays.equals(known.bytes, 0, known.bytes.length, bytes, start, at - 1)) return known.text;
        String text = new String(bytes, start, at - 1 - start, StandardCharsets.UTF_8);
        NAMES[slot] = new Name(Arrays.copyOfRange(bytes, start, at - 1), text);
        return text;
    }

    private String text() {
        int length = takeInt();
        String text = new String(bytes, at, length - 1, StandardCharsets.UTF_8);
        at += length;
        return text;
    }

    private int takeInt() {
        at += 4;
        return (int) INT.get(bytes, at - 4);
    }

    private long takeLong() {
        at += 8;
        return (long) LONG.get(bytes, at - 8);
    }
}
