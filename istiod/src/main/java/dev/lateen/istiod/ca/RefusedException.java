package dev.lateen.istiod.ca;

/** A caller is not believed, or may not have what it asks for; the message says what was found and what is accepted. */
public final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Reason {
        /** No credential, or none that holds. */
        UNAUTHENTICATED,
        /** A credential that holds, for something it is not good for. */
        DENIED,
        /** The request itself is wrong. */
        INVALID,
        /** Nobody can say now; the caller may ask again. */
        UNAVAILABLE
    }

    private final Reason reason;

    /** @param message what was found, and what is accepted */
    public RefusedException(Reason reason, String message) {
        super(message, null, false, false);
        this.reason = reason;
    }

    /** Why. */
    public Reason reason() {
        return reason;
    }
}
