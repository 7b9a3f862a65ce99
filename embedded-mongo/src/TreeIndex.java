import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.KeyValue;
import de.bwaldvogel.mongo.backend.Missing;
import de.bwaldvogel.mongo.backend.Utils;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.DuplicateKeyError;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.h2.mvstore.MVMap;

/** A B-tree over one or more fields, unique or not. Entries are (values..., _id), so that equal values lie side by side. */
final class TreeIndex extends Index<Object> {
    private static final String MULTIKEY = "multikey";

    private final boolean unique;
    private final MVMap<Object, Long> entries;
    private final MVMap<Object, Object> flags;

    TreeIndex(String name, List<IndexKey> keys, boolean sparse, boolean unique, MVMap<Object, Long> entries, MVMap<Object, Object> flags) {
        super(name, keys, sparse);
        this.unique = unique;
        this.entries = entries;
        this.flags = flags;
    }

    List<String> fields() {
        return keys();
    }

    /** A sparse index does not hold every document. */
    boolean holdsEveryDocument() {
        return !isSparse();
    }

    /** Some document has an array here, and with it several entries. */
    boolean isMultikey() {
        return flags.containsKey(MULTIKEY);
    }

    /** Positions of the entries between the bounds, which are prefixes of entries; null = no bound. */
    Iterator<Object> positions(KeyValue low, KeyValue high, boolean reverse) {
        Iterator<Object> keys = new KeyRange(entries, low, high, reverse);
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return keys.hasNext();
            }

            @Override
            public Object next() {
                return last((KeyValue) keys.next());
            }
        };
    }

    /** What a build that failed has left. */
    void clear() {
        entries.clear();
    }

    @Override
    public void checkAdd(Document document, MongoCollection<Object> collection) {
        check(document, collection);
    }

    @Override
    public void checkUpdate(Document from, Document to, MongoCollection<Object> collection) {
        check(to, collection);
    }

    @Override
    public void add(Document document, Object position, MongoCollection<Object> collection) {
        check(document, collection);
        Set<KeyValue> values = valuesOf(document);
        if (values.size() > 1 && !isMultikey()) flags.put(MULTIKEY, true);
        for (KeyValue value : values) entries.put(with(value, position), 0L);
    }

    @Override
    public Object remove(Document document) {
        Object position = IdIndex.positionOf(document);
        for (KeyValue value : valuesOf(document)) entries.remove(with(value, position));
        return position;
    }

    @Override
    public void updateInPlace(Document from, Document to, Object position, MongoCollection<Object> collection) {
        if (valuesOf(from).equals(valuesOf(to))) return;
        remove(from);
        add(to, position, collection);
    }

    private void check(Document document, MongoCollection<Object> collection) {
        if (!unique) return;
        for (KeyValue value : valuesOf(document)) {
            KeyValue hit = (KeyValue) entries.ceilingKey(value);
            if (hit == null || BsonOrder.compare(hit, with(value, BsonOrder.TOP)) > 0) continue;
            boolean another = BsonOrder.compare(last(hit), IdIndex.positionOf(document)) != 0;
            if (another || collection == null) throw new DuplicateKeyError(this, collection, getKeys(), value);
        }
    }

    private Set<KeyValue> valuesOf(Document document) {
        boolean absent = isSparse()
            && keys().stream().allMatch(key -> Utils.getSubdocumentValueCollectionAware(document, key) instanceof Missing);
        return absent ? Set.of() : getKeyValues(document);
    }

    private static KeyValue with(KeyValue values, Object last) {
        List<Object> entry = new ArrayList<>(values.size() + 1);
        for (Object value : values) entry.add(value);
        entry.add(last);
        return new KeyValue(entry);
    }

    private static Object last(KeyValue entry) {
        return entry.get(entry.size() - 1);
    }

    @Override
    public Object getPosition(Document document) {
        return IdIndex.positionOf(document);
    }

    /** Never asked: {@link QueryPlan} decides. */
    @Override
    public boolean canHandle(Document query) {
        return false;
    }

    @Override
    public Iterable<Object> getPositions(Document query) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean hasSameOptions(Index<?> other) {
        return super.hasSameOptions(other) && other.isUnique() == unique;
    }

    @Override
    public boolean isUnique() {
        return unique;
    }

    @Override
    public long getCount() {
        return entries.sizeAsLong();
    }

    @Override
    public long getDataSize() {
        return getCount();
    }

    @Override
    public void drop() {
        Storage.store().removeMap(flags.getName());
    }
}
