import de.bwaldvogel.mongo.bson.Document;
import io.netty.channel.Channel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** One command as it came in. {@code name} is spelled as the client did. */
record Command(Channel channel, String database, String name, Document query) {
    String kind() {
        return name.toLowerCase(Locale.ROOT);
    }

    Command with(Document other) {
        return new Command(channel, database, name, other);
    }

    /** Statements are independent only when the client says so. */
    boolean isOrdered() {
        return !Boolean.FALSE.equals(query.get("ordered"));
    }

    List<Document> list(String field) {
        return list(query, field);
    }

    /** A copy, so that it may be read while the document changes. */
    @SuppressWarnings("unchecked")
    static List<Document> list(Document document, String field) {
        Object value = document.get(field);
        return value == null ? List.of() : new ArrayList<>((Collection<Document>) value);
    }

    static boolean isTrue(Object value) {
        if (value instanceof Number number) return number.doubleValue() != 0;
        return value != null && !Boolean.FALSE.equals(value);
    }
}
