import de.bwaldvogel.mongo.backend.AbstractCursor;
import de.bwaldvogel.mongo.bson.Document;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Reads on demand; the library keeps the whole result in memory. Batches are bounded by number and by size. */
final class LazyCursor extends AbstractCursor {
    private static final int MOST_DOCUMENTS = 2000;
    private static final long ENOUGH_BYTES = 12 << 20;

    private final Iterator<Document> documents;

    LazyCursor(long id, Iterator<Document> documents) {
        super(id);
        this.documents = documents;
    }

    @Override
    public synchronized boolean isEmpty() {
        return !documents.hasNext();
    }

    @Override
    public synchronized List<Document> takeDocuments(int wanted) {
        int most = wanted > 0 ? wanted : MOST_DOCUMENTS;
        List<Document> batch = new ArrayList<>();
        for (long bytes = 0; batch.size() < most && bytes < ENOUGH_BYTES && documents.hasNext(); ) {
            Document document = documents.next();
            batch.add(document);
            bytes += BsonType.DOCUMENTS.getMemory(document);
        }
        return batch;
    }
}
