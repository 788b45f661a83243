package dev.lateen.proxy.http.codec;

/** A message that breaks the protocol or a limit. Carries no stack trace: it is an outcome of bad input, not a fault. */
public final class MalformedMessage extends Exception {
    /** What a server has to say about it. */
    public enum Kind {
        /** It breaks the protocol. */
        SYNTAX,
        /** Its head is too large, or has too many lines. */
        TOO_LARGE,
        /** It is framed in a way that is not implemented. */
        UNSUPPORTED,
        /** The rest of its head did not come in time. */
        LATE
    }

    private final Kind kind;
    private final String details;

    private MalformedMessage(Kind kind, String details) {
        super(details, null, false, false);
        this.kind = kind;
        this.details = details;
    }

    static MalformedMessage codec() {
        return syntax("http1.codec_error");
    }

    static MalformedMessage syntax(String details) {
        return new MalformedMessage(Kind.SYNTAX, details);
    }

    static MalformedMessage tooLarge(String details) {
        return new MalformedMessage(Kind.TOO_LARGE, details);
    }

    static MalformedMessage unsupported(String details) {
        return new MalformedMessage(Kind.UNSUPPORTED, details);
    }

    static MalformedMessage late(String details) {
        return new MalformedMessage(Kind.LATE, details);
    }

    /** What a server has to say about it. */
    public Kind kind() {
        return kind;
    }

    /** Envoy's response code details, such as {@code http1.codec_error}. */
    public String details() {
        return details;
    }
}
