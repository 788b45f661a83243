package dev.lateen.proxy.message;

import org.jspecify.annotations.Nullable;

/**
 * The host and port that a request names (RFC 9110 section 7.2; RFC 3986 section 3.2): the one place that takes an authority apart. A port is what follows the last colon, if
 * that is digits or nothing; several colons outside brackets are an IPv6 address that somebody wrote without them, and no port. Immutable.
 */
public final class Authority {
    /** {@link #port} where none is given, or none that there is. */
    public static final int NO_PORT = -1;

    private static final int MOST_DIGITS = 5;
    private static final int LAST_PORT = 65_535;

    private final String text;
    private final int hostEnd;
    private @Nullable String host;

    private Authority(String text, int hostEnd) {
        this.text = text;
        this.hostEnd = hostEnd;
    }

    /** Takes it apart; nothing is refused. */
    public static Authority of(String text) {
        int colon = text.lastIndexOf(':');
        boolean port = colon >= 0
                && text.indexOf(']', colon) < 0
                && (text.indexOf(':') == colon || text.charAt(colon - 1) == ']')
                && digits(text, colon + 1);
        return new Authority(text, port ? colon : text.length());
    }

    private static boolean digits(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    /** All before the port, as it was written: an IPv6 address in its brackets. */
    public String host() {
        String made = host;
        if (made == null) {
            made = text.substring(0, hostEnd);
            host = made;
        }
        return made;
    }

    /** The host without brackets, as TLS and name servers want it; empty for an address whose bracket is not closed. */
    public String name() {
        String written = host();
        if (!written.startsWith("[")) {
            return written;
        }
        int end = written.indexOf(']');
        return end < 0 ? "" : written.substring(1, end);
    }

    /** From 1 to 65535, or {@link #NO_PORT}. */
    public int port() {
        int digits = text.length() - hostEnd - 1;
        int port = digits < 1 || digits > MOST_DIGITS ? 0 : Integer.parseInt(text, hostEnd + 1, text.length(), 10);
        return port < 1 || port > LAST_PORT ? NO_PORT : port;
    }

    /** The port with its colon, as it was written; empty for none. */
    public String portPart() {
        return text.substring(hostEnd);
    }

    /** The whole of it, as it was written. */
    @Override
    public String toString() {
        return text;
    }
}
