import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** The command line. {@code data} is null for a server that keeps everything in memory. */
record Options(String data, int port, Sync sync, int cacheMegabytes) {
    private static final Set<String> WITH_VALUE = Set.of("--data", "--port", "--sync", "--cache-mb");

    static Options parse(String[] args) {
        Map<String, String> given = new HashMap<>(Map.of("--port", "0", "--sync", "fsync", "--cache-mb", "128"));
        for (int i = 0; i < args.length; i++) {
            if (args[i].equals("--memory")) given.put("--memory", "");
            else if (WITH_VALUE.contains(args[i]) && i + 1 < args.length) given.put(args[i], args[++i]);
            else throw Exit.wrongArguments("unknown argument, or one without its value: " + args[i]);
        }
        boolean memory = given.containsKey("--memory");
        if (memory == given.containsKey("--data")) throw Exit.wrongArguments("give either --data DIR or --memory");
        Sync sync = sync(given.get("--sync"));
        return new Options(given.get("--data"), number(given, "--port", 65535), memory ? Sync.lazy : sync,
            number(given, "--cache-mb", 65536));
    }

    private static Sync sync(String name) {
        return Arrays.stream(Sync.values()).filter(s -> s.name().equals(name)).findFirst()
            .orElseThrow(() -> Exit.wrongArguments("--sync is fsync, commit or lazy"));
    }

    private static int number(Map<String, String> given, String name, int most) {
        String text = given.get(name);
        if (!text.matches("\\d{1,5}") || Integer.parseInt(text) > most) {
            throw Exit.wrongArguments(name + " is a whole number up to " + most);
        }
        return Integer.parseInt(text);
    }
}
