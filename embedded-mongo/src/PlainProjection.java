import de.bwaldvogel.mongo.bson.Document;
import java.util.Set;
import java.util.stream.Collectors;

/** A projection that only names whole fields, all of them to keep or all to leave out. For each document the library makes several copies. */
record PlainProjection(boolean keeps, Set<String> named, boolean keepsId) {

    /** Null when it is another one, or wrong. */
    static PlainProjection of(Document fields) {
        boolean plain = fields.entrySet().stream().allMatch(field -> field.getKey().matches("[^.$]+")
            && (field.getValue() instanceof Number || field.getValue() instanceof Boolean));
        if (!plain) return null;
        Set<Boolean> kinds = fields.entrySet().stream().filter(field -> !field.getKey().equals("_id"))
            .map(field -> Command.isTrue(field.getValue())).collect(Collectors.toSet());
        boolean keepsId = !fields.containsKey("_id") || Command.isTrue(fields.get("_id"));
        boolean keeps = kinds.isEmpty() ? keepsId : kinds.contains(true);
        if (kinds.size() > 1 || fields.containsKey("_id") && keepsId && !keeps) return null;
        return new PlainProjection(keeps, Set.copyOf(fields.keySet()), keepsId);
    }

    /** Shares the values of the document. */
    Document apply(Document document) {
        Document projected = new Document();
        document.forEach((name, value) -> {
            if (name.equals("_id") ? keepsId : named.contains(name) == keeps) projected.put(name, value);
        });
        return projected;
    }
}
