import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.QueryResult;
import de.bwaldvogel.mongo.backend.h2.H2Collection;
import de.bwaldvogel.mongo.bson.Document;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.h2.mvstore.MVMap;

/** A collection that finds documents by {@link QueryPlan} and hands them out as they are read. */
final class IndexedCollection extends H2Collection {
    /** What an aggregation on this thread is about to read: the collection, and its leading $match. */
    private record Feed(IndexedCollection from, Document match) {}

    private static final ThreadLocal<Feed> FEED = new ThreadLocal<>();

    private final MVMap<Object, Document> documents;

    IndexedCollection(MongoDatabase database, String name, CollectionOptions options, MVMap<Object, Document> documents,
        MVMap<String, Object> meta, CursorRegistry cursors) {
        super(database, name, options, documents, meta, cursors);
        this.documents = documents;
    }

    /** Runs an aggregation of the library, whose first look at this collection is answered with what matches, as a stream. */
    Document feeding(Document match, Supplier<Document> aggregation) {
        FEED.set(new Feed(this, match));
        try {
            return aggregation.get();
        } finally {
            FEED.remove();
        }
    }

    int countMatching(Document query) {
        if (query.isEmpty()) return count();
        QueryPlan plan = plan(query, null);
        return (int) (plan.isCovered() ? plan.positions() : matching(plan)).count();
    }

    @Override
    protected QueryResult queryDocuments(Document query, Document sort, int skip, int limit, int batchSize, Document fields) {
        Feed feed = FEED.get();
        boolean fed = feed != null && feed.from == this && query.isEmpty();
        // Only the first look is the aggregation's own: a $lookup from the same collection wants all of it.
        if (fed) FEED.remove();
        QueryPlan plan = plan(fed ? feed.match : query, sort);
        Stream<Document> found = matching(plan);
        // What goes out as it is needs no copy.
        boolean isChanged = fed || batchSize <= 0;
        if (isChanged) found = found.map(Document::clone);
        if (!plan.isSorted()) found = found.sorted(deriveComparator(sort));
        if (skip > 0) found = found.skip(skip);
        if (limit > 0) found = found.limit(limit);
        if (fields != null && !fields.isEmpty()) found = found.map(projection(fields));
        if (fed) return new QueryResult((Iterable<Document>) found::iterator);
        // Updates and deletes ask without a batch size and must not see their own changes.
        return batchSize <= 0 ? new QueryResult(found.toList()) : open(found, batchSize);
    }

    private QueryResult open(Stream<Document> found, int batchSize) {
        LazyCursor cursor = new LazyCursor(cursorRegistry.generateCursorId(), found.iterator());
        List<Document> first = cursor.takeDocuments(batchSize);
        if (cursor.isEmpty()) return new QueryResult(first);
        cursorRegistry.add(cursor);
        return new QueryResult(first, cursor);
    }

    private QueryPlan plan(Document query, Document sort) {
        return QueryPlan.of(query, sort, documents, getIndexes());
    }

    /** What sits in the pages of the store: never to be changed in place. */
    private Stream<Document> matching(QueryPlan plan) {
        Document rest = plan.rest();
        return plan.positions().map(documents::get)
            .filter(document -> document != null && (rest.isEmpty() || documentMatchesQuery(document, rest)));
    }

    private UnaryOperator<Document> projection(Document fields) {
        PlainProjection plain = PlainProjection.of(fields);
        return plain != null ? plain::apply : document -> project(document, fields);
    }

    /** The library's class for this is not public; this is the way to it. */
    private Document project(Document document, Document fields) {
        return matchDocumentsFromStream(new Document(), Stream.of(document), 0, 0, 0, (Comparator<Document>) null, fields)
            .collectDocuments().get(0);
    }

    /** A build that fails over duplicates must leave no half-filled map behind: it would pass for a finished index. */
    @Override
    public void addIndex(Index<Object> index) {
        try {
            super.addIndex(index);
        } catch (RuntimeException failure) {
            boolean added = getIndexes().stream().anyMatch(present -> present.getName().equals(index.getName()));
            if (!added && index instanceof TreeIndex tree) tree.clear();
            throw failure;
        }
    }

    /** Saves encoding every document once more, and a counter that everybody waits for. */
    @Override
    protected boolean tracksDataSize() {
        return false;
    }
}
