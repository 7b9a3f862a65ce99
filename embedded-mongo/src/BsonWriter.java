import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.bson.BsonEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Writes documents as BSON into an array. The library looks each value up by its name, and puts every byte through a buffer's checks. */
final class BsonWriter {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private byte[] bytes;
    private int length;

    private BsonWriter(int likely) {
        bytes = new byte[likely];
    }

    /** {@code likely} bytes are enough for most such documents. */
    static BsonWriter write(Document document, int likely) {
        BsonWriter writer = new BsonWriter(likely);
        writer.document(document);
        return writer;
    }

    byte[] bytes() {
        return bytes;
    }

    /** How many of the bytes are written. */
    int length() {
        return length;
    }

    private void document(Map<String, ?> document) {
        int start = take(4);
        for (Map.Entry<String, ?> field : document.entrySet()) field(field.getKey(), field.getValue());
        end(start);
    }

    private void array(List<?> values) {
        int start = take(4);
        for (int i = 0; i < values.size(); i++) field(Integer.toString(i), values.get(i));
        end(start);
    }

    private void end(int start) {
        put((byte) 0);
        INT.set(bytes, start, length - start);
    }

    private void field(String name, Object value) {
        byte type = BsonEncoder.determineType(value);
        put(type);
        text(name);
        if (value instanceof String string) {
            int start = take(4);
            text(string);
            INT.set(bytes, start, length - start - 4);
        } else if (value instanceof Document document) document(document);
        else if (value instanceof List<?> list) array(list);
        else if (value instanceof Integer number) putInt(number);
        else if (value instanceof Long number) putLong(number);
        else if (value instanceof Instant instant) putLong(instant.toEpochMilli());
        else rest(type, value);
    }

    private void rest(byte type, Object value) {
        ByteBuf buffer = Unpooled.buffer();
        BsonEncoder.encodeValue(type, value, buffer);
        int size = buffer.readableBytes();
        int at = take(size);
        buffer.readBytes(bytes, at, size);
    }

    /** With the zero that ends it. */
    private void text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        int at = take(utf8.length + 1);
        System.arraycopy(utf8, 0, bytes, at, utf8.length);
        bytes[at + utf8.length] = 0;
    }

    private void put(byte value) {
        int at = take(1);
        bytes[at] = value;
    }

    private void putInt(int value) {
        int at = take(4);
        INT.set(bytes, at, value);
    }

    private void putLong(long value) {
        int at = take(8);
        LONG.set(bytes, at, value);
    }

    /** Where so many more bytes begin, in an array that may be another one than before. */
    private int take(int count) {
        int at = length;
        length += count;
        if (length > bytes.length) bytes = Arrays.copyOf(bytes, Math.max(length, 2 * bytes.length));
        return at;
    }
}
