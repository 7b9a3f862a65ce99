/** Ends the process with a code that the starter understands and a sentence for people. */
final class Exit extends RuntimeException {
    private static final long serialVersionUID = 1L;
    final int code;

    Exit(int code, String message) {
        super(message);
        this.code = code;
    }

    static Exit wrongArguments(String message) {
        return new Exit(2, message);
    }

    static Exit inUse(String message) {
        return new Exit(3, message);
    }

    static Exit foreignData(String message) {
        return new Exit(4, message);
    }

    static Exit cannotListen(String message) {
        return new Exit(6, message);
    }
}
