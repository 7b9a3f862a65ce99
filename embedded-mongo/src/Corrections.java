import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.backend.KeyValue;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import java.util.ArrayList;
import java.util.List;

/** Writing commands that the library answers, or carries out, otherwise than MongoDB. */
final class Corrections {
    private static final Document COUNT_ALL = new Document("_id", 1).append("n", new Document("$sum", 1));

    private final EmbeddedBackend backend;

    Corrections(EmbeddedBackend backend) {
        this.backend = backend;
    }

    Document run(Command command) {
        return switch (command.kind()) {
            case "aggregate" -> aggregate(command);
            case "createindexes" -> createIndexes(command);
            case "dropindexes" -> dropIndexes(command);
            case "findandmodify" -> findAndModify(command);
            case "insert" -> insert(command);
            case "update" -> command.isOrdered() && command.list("updates").size() > 1
                ? orderedUpdate(command) : backend.library(command);
            default -> backend.library(command);
        };
    }

    /** The library counts failed documents as inserted. */
    private Document insert(Command command) {
        Document reply = backend.library(command.with(command.query().append("ordered", command.isOrdered())));
        List<Document> errors = Command.list(reply, "writeErrors");
        if (errors.isEmpty()) return reply;
        Object inserted = command.isOrdered() ? errors.get(0).get("index") : (Integer) reply.get("n") - errors.size();
        return reply.append("n", inserted);
    }

    /** The library carries on behind an error in an ordered update; MongoDB stops. */
    private Document orderedUpdate(Command command) {
        int matched = 0;
        int modified = 0;
        int index = 0;
        List<Document> upserted = new ArrayList<>();
        List<Document> errors = new ArrayList<>();
        for (Document statement : command.list("updates")) {
            Document one = backend.library(command.with(command.query().clone().append("updates", List.of(statement))));
            matched += (Integer) one.get("n");
            modified += (Integer) one.get("nModified");
            for (Document upsert : Command.list(one, "upserted")) upserted.add(upsert.append("index", index));
            for (Document error : Command.list(one, "writeErrors")) errors.add(error.append("index", index));
            if (!errors.isEmpty()) break;
            index++;
        }
        Document reply = new Document("n", matched).append("nModified", modified);
        if (!upserted.isEmpty()) reply.put("upserted", upserted);
        if (!errors.isEmpty()) reply.put("writeErrors", errors);
        return reply.append("ok", 1.0);
    }

    /** The library leaves lastErrorObject out when nothing matched. */
    private Document findAndModify(Command command) {
        Document reply = backend.library(command);
        if (reply.containsKey("lastErrorObject")) return reply;
        boolean upserted = Command.isTrue(command.query().get("upsert"));
        Document last = new Document("n", upserted ? 1 : 0).append("updatedExisting", false);
        if (upserted && reply.get("value") instanceof Document value) last.putIfNotNull("upserted", value.get("_id"));
        return reply.append("lastErrorObject", last);
    }

    /** Runs a leading $match through the indexes, and answers countDocuments() without building documents. */
    private Document aggregate(Command command) {
        List<Document> pipeline = command.list("pipeline");
        IndexedCollection collection = collectionOf(command);
        Document match = pipeline.isEmpty() ? null : (Document) pipeline.get(0).get("$match");
        if (collection == null) return backend.library(command);
        if (match != null && pipeline.size() == 2 && COUNT_ALL.equals(pipeline.get(1).get("$group"))) {
            int count = collection.countMatching(match);
            List<Document> batch = count == 0 ? List.of() : List.of(new Document("_id", 1).append("n", count));
            Document cursor = new Document("id", 0L).append("ns", collection.getFullName()).append("firstBatch", batch);
            return new Document("cursor", cursor).append("ok", 1.0);
        }
        return collection.feeding(match == null ? new Document() : match, () -> backend.library(command));
    }

    private IndexedCollection collectionOf(Command command) {
        if (!(command.query().get(command.name()) instanceof String name)) return null;
        return backend.resolveDatabase(command.database()).resolveCollection(name, false) instanceof IndexedCollection found
            ? found : null;
    }

    /** The library ignores what contradicts an index that exists. */
    private Document createIndexes(Command command) {
        for (Document wanted : command.list("indexes")) {
            for (Document present : indexesOf(command)) {
                boolean sameName = present.get("name").equals(wanted.get("name"));
                boolean sameKey = sameKey((Document) present.get("key"), (Document) wanted.get("key"));
                if (sameName && !(sameKey && sameOptions(present, wanted))) {
                    throw new MongoServerError(86, "IndexKeySpecsConflict",
                        "An existing index has the same name as the requested index but a different specification: " + wanted.get("name"));
                }
                if (sameKey && !sameName) {
                    throw new MongoServerError(85, "IndexOptionsConflict",
                        "Index already exists with a different name: " + present.get("name"));
                }
            }
        }
        return backend.library(command);
    }

    /** The library drops by name across all collections, and "*" fails as soon as another collection has an index. */
    private Document dropIndexes(Command command) {
        Object wanted = command.query().get("index");
        boolean found = false;
        for (Document index : indexesOf(command)) {
            if (index.get("name").equals("_id_")) continue;
            if (!("*".equals(wanted) || index.get("name").equals(wanted) || index.get("key").equals(wanted))) continue;
            backend.library(command.with(command.query().clone().append("index", index.get("key"))));
            found = true;
        }
        if (!found && !"*".equals(wanted)) {
            throw new MongoServerError(27, "IndexNotFound", "index not found with name [" + wanted + "]");
        }
        return new Document("ok", 1.0);
    }

    /** By the catalogue of the library, where indexes of all collections of a database are documents. */
    private List<Document> indexesOf(Command command) {
        MongoCollection<?> catalogue = backend.resolveDatabase(command.database()).resolveCollection("system.indexes", false);
        if (catalogue == null) return List.of();
        return catalogue.handleQueryAsStream(new Document("ns", command.database() + "." + command.query().get(command.name()))).toList();
    }

    /** The same fields in the same order; 1 and 1.0 are one direction. */
    private static boolean sameKey(Document a, Document b) {
        return List.copyOf(a.keySet()).equals(List.copyOf(b.keySet()))
            && new KeyValue(a.values()).normalized().equals(new KeyValue(b.values()).normalized());
    }

    private static boolean sameOptions(Document a, Document b) {
        return Command.isTrue(a.get("unique")) == Command.isTrue(b.get("unique"))
            && Command.isTrue(a.get("sparse")) == Command.isTrue(b.get("sparse"));
    }
}
