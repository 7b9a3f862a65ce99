import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.KeyValue;
import de.bwaldvogel.mongo.bson.Document;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.h2.mvstore.MVMap;

/**
 * How the matches of a query are found: positions that include every match, in the wanted order or not.
 * A field that an index answers to the end is not tested again: the library tests $in one value after the other.
 */
final class QueryPlan {
    private static final int EQUALITY = 10;
    private static final int RANGE_OR_ORDER = 5;
    private static final int ID_RANGE = 15;
    /** Products of several $in may become larger than the collection. */
    private static final long MOST_PREFIXES = 20_000;

    private final Iterator<Object> positions;
    private final Document rest;
    private final boolean sorted;
    /** Every position is that of a document, as opposed to an _id that was only asked for. */
    private final boolean present;

    private QueryPlan(Iterator<Object> positions, Document rest, boolean sorted, boolean present) {
        this.positions = positions;
        this.rest = rest;
        this.sorted = sorted;
        this.present = present;
    }

    Stream<Object> positions() {
        return stream(positions);
    }

    /** What is left to be tested on each document. */
    Document rest() {
        return rest;
    }

    boolean isSorted() {
        return sorted;
    }

    /** The positions alone are the answer. */
    boolean isCovered() {
        return present && rest.isEmpty();
    }

    static QueryPlan of(Document query, Document sort, MVMap<Object, Document> documents, List<Index<Object>> indexes) {
        Order order = Order.of(sort);
        FieldBound id = FieldBound.of(query, "_id");
        boolean backwards = order.reverse && order.byId;
        if (id != null && id.isPoints()) {
            TreeSet<Object> points = new TreeSet<>(BsonOrder::compare);
            points.addAll(id.points());
            Iterator<Object> positions = (backwards ? points.descendingSet() : points).iterator();
            return new QueryPlan(positions, without(query, id.exact() ? Set.of("_id") : Set.of()), order.byId, false);
        }
        TreeScan best = null;
        int bestScore = id != null ? ID_RANGE : order.byId && !order.fields.isEmpty() ? RANGE_OR_ORDER : 0;
        for (Index<Object> index : indexes) {
            TreeScan scan = index instanceof TreeIndex tree ? TreeScan.of(tree, query, order) : null;
            if (scan == null || scan.score <= bestScore) continue;
            best = scan;
            bestScore = scan.score;
        }
        if (best != null) return new QueryPlan(best.positions(order), without(query, best.exact), best.sorted, true);
        Iterator<Object> all = new KeyRange(documents, id == null ? null : id.low(), id == null ? null : id.high(), backwards);
        return new QueryPlan(all, query, order.byId, true);
    }

    private static Document without(Document query, Set<String> fields) {
        if (fields.isEmpty()) return query;
        Document rest = query.clone();
        fields.forEach(rest::remove);
        return rest;
    }

    private static <T> Stream<T> stream(Iterator<T> items) {
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(items, Spliterator.ORDERED), false);
    }

    /** The wanted order; {@code byId} also when there is none, because documents lie in the order of their ids. */
    private record Order(List<String> fields, boolean reverse, boolean byId, boolean idFollows) {
        static Order of(Document sort) {
            List<String> fields = sort == null ? List.of() : List.copyOf(sort.keySet());
            if (fields.isEmpty() || fields.get(0).equals("$natural")) return new Order(fields, false, true, false);
            int direction = ((Number) sort.get(fields.get(0))).intValue();
            boolean idFollows = fields.size() == 1
                || fields.size() == 2 && fields.get(1).equals("_id") && ((Number) sort.get("_id")).intValue() == direction;
            return new Order(fields, direction < 0, fields.get(0).equals("_id"), idFollows);
        }
    }

    /** The parts of one index that hold every match: one for each combination of the points of its leading fields. */
    private static final class TreeScan {
        private final TreeIndex tree;
        private List<List<Object>> prefixes = List.of(List.of());
        private FieldBound range;
        private final Set<String> exact = new HashSet<>();
        private int depth;
        private int score;
        private boolean sorted;

        private TreeScan(TreeIndex tree) {
            this.tree = tree;
        }

        /** Null when the index is of no use. */
        static TreeScan of(TreeIndex tree, Document query, Order order) {
            TreeScan scan = new TreeScan(tree);
            for (String field : tree.fields()) if (!scan.narrow(field, FieldBound.of(query, field))) break;
            if (scan.score == 0 && !tree.holdsEveryDocument()) return null;
            scan.sorted = order.fields.isEmpty() || scan.serves(order);
            if (scan.sorted && !order.fields.isEmpty()) scan.score += RANGE_OR_ORDER;
            return scan.score == 0 ? null : scan;
        }

        /** Returns whether the next field may narrow it further. */
        private boolean narrow(String field, FieldBound bound) {
            if (bound == null) return false;
            if (!bound.isPoints()) {
                range = bound;
                score += RANGE_OR_ORDER;
                return false;
            }
            if ((long) prefixes.size() * bound.points().size() > MOST_PREFIXES) return false;
            prefixes = prefixes.stream().flatMap(prefix -> bound.points().stream().map(point -> with(prefix, point))).toList();
            depth++;
            score += EQUALITY;
            if (bound.exact()) exact.add(field);
            return true;
        }

        /** Entries lie in the wanted order when the field behind the prefix is the one to sort by, and only _id follows it. */
        private boolean serves(Order order) {
            return prefixes.size() == 1 && !tree.isMultikey() && depth == tree.fields().size() - 1
                && tree.fields().get(depth).equals(order.fields.get(0)) && order.idFollows;
        }

        Iterator<Object> positions(Order order) {
            boolean backwards = order.reverse && sorted;
            Stream<Object> positions = prefixes.stream().flatMap(prefix -> stream(tree.positions(low(prefix), high(prefix), backwards)));
            if (!tree.isMultikey() && prefixes.size() == 1) return positions.iterator();
            Set<Object> seen = new HashSet<>();
            return positions.filter(seen::add).iterator();
        }

        private KeyValue low(List<Object> prefix) {
            if (range != null && range.low() != null) return new KeyValue(with(prefix, range.low()));
            return prefix.isEmpty() ? null : new KeyValue(prefix);
        }

        private KeyValue high(List<Object> prefix) {
            // Each element of an array may satisfy another side of the range.
            boolean open = range == null || range.high() == null || tree.isMultikey() && range.low() != null;
            return new KeyValue(open ? with(prefix, BsonOrder.TOP) : with(prefix, range.high(), BsonOrder.TOP));
        }

        private static List<Object> with(List<Object> prefix, Object... more) {
            List<Object> longer = new ArrayList<>(prefix);
            longer.addAll(Arrays.asList(more));
            return longer;
        }
    }
}
