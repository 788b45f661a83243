package dev.lateen.istiod.discovery;

import dev.lateen.api.identity.SpiffeId;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** Finds out who calls, before anything is read from them. May take a moment of CPU, so it is called from a virtual thread. */
@FunctionalInterface
public interface CallerCheck {
    /** Lets everyone in without knowing them; for the plaintext port. */
    CallerCheck NONE = (tls, authorization) -> new Verdict.Anonymous();

    /**
     * Decides about a caller.
     *
     * @param tls the TLS session, whose certificate was verified if it has one; null on plaintext
     * @param authorization the {@code authorization} header; null if there is none
     */
    Verdict check(@Nullable SSLSession tls, @Nullable String authorization);

    /** What was found. */
    sealed interface Verdict {
        /** The caller proved who it is. */
        record Known(SpiffeId identity) implements Verdict {}

        /** The caller proved nothing, and need not. */
        record Anonymous() implements Verdict {}

        /** The caller is not let in; the reason says what was found and what is accepted. */
        record Refused(String reason) implements Verdict {}
    }
}
