import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import java.util.Collection;

/**
 * What the engine cannot do it refuses with an error. The library would ignore all of this without a word, so that code
 * which passes here would behave differently on MongoDB.
 */
final class Refusals {
    private Refusals() {}

    static void check(Command command) {
        Document query = command.query();
        if (query.containsKey("startTransaction") || query.containsKey("autocommit")) {
            throw new MongoServerError(20, "IllegalOperation",
                "Transaction numbers are only allowed on a replica set member or mongos");
        }
        refuse(command, query, "collation", "let", "tailable", "awaitData", "min", "max");
        switch (command.kind()) {
            case "update" -> {
                for (Document update : command.list("updates")) {
                    refuse(command, update, "collation", "sort", "let", "c");
                    refusePipeline(command, update.get("u"));
                }
            }
            case "delete" -> command.list("deletes").forEach(delete -> refuse(command, delete, "collation", "let"));
            case "findandmodify" -> refusePipeline(command, query.get("update"));
            case "create" -> refuse(command, query, "validator", "viewOn", "timeseries", "expireAfterSeconds",
                "clusteredIndex", "capped", "changeStreamPreAndPostImages");
            case "createindexes" -> command.list("indexes").forEach(index -> checkIndex(command, index));
            case "aggregate" -> {
                if (command.list("pipeline").stream().anyMatch(stage -> stage.containsKey("$changeStream"))) {
                    throw notSupported(command, "a change stream");
                }
            }
            default -> { }
        }
    }

    private static void checkIndex(Command command, Document index) {
        refuse(command, index, "partialFilterExpression", "expireAfterSeconds", "collation", "hidden", "wildcardProjection", "weights");
        ((Document) index.get("key")).forEach((field, direction) -> {
            if (!(direction instanceof Number) || field.contains("$**")) {
                throw notSupported(command, "an index of type " + field + ": " + direction);
            }
        });
    }

    private static void refusePipeline(Command command, Object update) {
        if (update instanceof Collection) throw notSupported(command, "an update pipeline");
    }

    /** An option that is false, 0 or empty asks for nothing. */
    private static void refuse(Command command, Document document, String... options) {
        for (String option : options) {
            Object value = document.get(option);
            boolean empty = value instanceof Document nested && nested.isEmpty();
            if (Command.isTrue(value) && !empty) throw notSupported(command, option);
        }
    }

    private static MongoServerError notSupported(Command command, String what) {
        return new MongoServerError(238, "NotImplemented", "The embedded engine does not support " + what + " in "
            + command.kind() + ". Use a real MongoDB (MONGODB_URI).");
    }
}
