import de.bwaldvogel.mongo.backend.KeyValue;
import de.bwaldvogel.mongo.backend.ValueComparator;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.bson.ObjectId;
import java.time.Instant;
import java.util.Arrays;

/** MongoDB's order of values of all types; several values as one key are ordered value by value. */
final class BsonOrder {
    /** Behind every value; only ever a bound of a scan. */
    static final Object TOP = new Object();

    private BsonOrder() {}

    static int compare(Object a, Object b) {
        // The types that keys mostly have, without the detour through the library's comparator.
        if (a instanceof String x && b instanceof String y) return x.compareTo(y);
        if (a instanceof Instant x && b instanceof Instant y) return x.compareTo(y);
        if (a instanceof Double x && b instanceof Double y) return x.compareTo(y);
        if (a instanceof ObjectId x && b instanceof ObjectId y) return x.compareTo(y);
        if (a == TOP || b == TOP) return a == b ? 0 : a == TOP ? 1 : -1;
        if (a instanceof KeyValue x && b instanceof KeyValue y) return compareKeys(x, y);
        int order = ValueComparator.ascWithoutListHandling().compare(a, b);
        // Documents that the comparator takes for equal may still differ, and must not be one key.
        return order == 0 && a instanceof Document ? Arrays.compareUnsigned(BsonType.encodeKey(a), BsonType.encodeKey(b)) : order;
    }

    /** A prefix comes first. */
    private static int compareKeys(KeyValue a, KeyValue b) {
        for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
            int order = compare(a.get(i), b.get(i));
            if (order != 0) return order;
        }
        return Integer.compare(a.size(), b.size());
    }
}
