package dev.lateen.proxy.http.codec;

/** A message that breaks the protocol or a limit. Carries no stack trace: it is an outcome of bad input, not a fault. */
public final class MalformedMessage extends Exception {
    private final int status;
    private final String details;

    /** @param status what a server answers, 400, 431 or 501 @param details Envoy's response code details */
    MalformedMessage(int status, String details) {
        super(details, null, false, false);
        this.status = status;
        this.details = details;
    }

    static MalformedMessage codec() {
        return new MalformedMessage(400, "http1.codec_error");
    }

    /** What a server answers. */
    public int status() {
        return status;
    }

    /** Envoy's response code details, such as {@code http1.codec_error}. */
    public String details() {
        return details;
    }
}
