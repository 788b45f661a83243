package dev.lateen.istiod;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * An address to listen on, as Istio's flags write it: {@code HOST:PORT}, {@code :PORT} for all addresses, {@code [IPv6]:PORT}.
 *
 * @param flag the flag it came from, to be named in errors
 * @param host the address; never empty
 * @param port the port; 0 takes a free one
 */
public record ListenAddress(String flag, String host, int port) {

    /**
     * Reads an address.
     *
     * @throws IllegalArgumentException naming the flag, what was found and what is accepted
     */
    public static ListenAddress parse(String flag, String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (colon < 0 || host.indexOf(':') >= 0) {
            throw wrong(flag, text);
        }
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            if (port < 0 || port > 65_535) {
                throw wrong(flag, text);
            }
            return new ListenAddress(flag, host.isEmpty() ? "0.0.0.0" : host, port);
        } catch (NumberFormatException e) {
            throw wrong(flag, text);
        }
    }

    private static IllegalArgumentException wrong(String flag, String text) {
        return new IllegalArgumentException(flag + ": \"" + text + "\" (accepted: HOST:PORT, :PORT or [IPv6]:PORT)");
    }

    /** Whether only processes on this machine can reach it. */
    boolean isLoopback() {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
