package dev.lateen.api.yaml;

/** The text is no YAML, or asks for too much. */
final class YamlSyntaxException extends Exception {
    private static final long serialVersionUID = 1;

    private final int line;
    private final String accepted;

    YamlSyntaxException(int line, String found, String accepted) {
        super(found);
        this.line = line;
        this.accepted = accepted;
    }

    /** The line, from 1; 0 if it is not known. */
    int line() {
        return line;
    }

    /** What would be accepted; may be empty. */
    String accepted() {
        return accepted;
    }
}
