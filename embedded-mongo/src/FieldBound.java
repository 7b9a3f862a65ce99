import de.bwaldvogel.mongo.backend.KeyValue;
import de.bwaldvogel.mongo.backend.Missing;
import de.bwaldvogel.mongo.bson.BsonRegularExpression;
import de.bwaldvogel.mongo.bson.Document;
import java.util.Collection;
import java.util.Collections;
import java.util.List;

/**
 * What a condition on one field says about the keys of its index: single points (equality, $in), or else a range.
 * {@code exact}: a document at one of the points needs no further test of this field.
 */
record FieldBound(List<Object> points, Object low, Object high, boolean exact) {

    /** Null when the condition is of no use for an index. */
    static FieldBound of(Document query, String field) {
        if (!query.containsKey(field) || !isUsable(query.get(field))) return null;
        Object condition = query.get(field);
        if (!(condition instanceof Document operators) || operators.keySet().stream().noneMatch(key -> key.startsWith("$"))) {
            return points(List.of(condition), true);
        }
        boolean alone = operators.size() == 1;
        if (operators.containsKey("$eq")) return points(Collections.singletonList(operators.get("$eq")), alone);
        if (operators.containsKey("$in")) return points((Collection<?>) operators.get("$in"), alone);
        return range(operators);
    }

    private static FieldBound points(Collection<?> values, boolean exact) {
        if (!values.stream().allMatch(FieldBound::isUsable)) return null;
        return new FieldBound(values.stream().map(FieldBound::normal).distinct().toList(), null, null, exact);
    }

    private static FieldBound range(Document operators) {
        Object low = null;
        Object high = null;
        for (String operator : operators.keySet()) {
            Object value = operators.get(operator);
            if (!isUsable(value)) continue;
            if (operator.equals("$gt") || operator.equals("$gte")) low = normal(value);
            if (operator.equals("$lt") || operator.equals("$lte")) high = normal(value);
        }
        return low == null && high == null ? null : new FieldBound(null, low, high, false);
    }

    boolean isPoints() {
        return points != null;
    }

    /** 1 and 1.0 are one key. */
    private static Object normal(Object value) {
        return new KeyValue(Collections.singletonList(value)).normalized().get(0);
    }

    /** Null finds missing fields as well, lists their elements, expressions match parts: none of them is one key. */
    private static boolean isUsable(Object value) {
        return value != null && !(value instanceof Missing) && !(value instanceof Collection) && !(value instanceof BsonRegularExpression)
            && !(value instanceof Document document && document.containsKey("$regex"));
    }
}
