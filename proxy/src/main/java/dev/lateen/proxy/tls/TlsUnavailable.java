package dev.lateen.proxy.tls;

/**
 * TLS is asked for but can't be spoken: a secret is missing or broken. The connection must then be refused, never carried in clear text. Carries no
 * stack trace: it is an outcome of configuration, not a fault.
 */
public final class TlsUnavailable extends Exception {
    /** @param reason names the secret and what is wrong with it; never holds key material */
    public TlsUnavailable(String reason) {
        super(reason, null, false, false);
    }

    /** Which secret, and what is wrong with it. */
    public String reason() {
        return String.valueOf(getMessage());
    }
}
