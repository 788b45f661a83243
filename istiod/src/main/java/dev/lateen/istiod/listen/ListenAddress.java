package dev.lateen.istiod.listen;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.util.LinkedHashSet;
import java.util.Set;

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

    /** Whether the host is an address and no name. */
    boolean isNumeric() {
        return host.indexOf(':') >= 0
                || (!host.isEmpty() && host.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9')));
    }

    /** The addresses under which it is reached from outside: its own, or all of this machine's where it listens on all. */
    public Set<String> addresses() {
        Set<String> all = new LinkedHashSet<>();
        try {
            for (InetAddress address : InetAddress.getAllByName(host)) {
                if (address.isAnyLocalAddress()) {
                    NetworkInterface.networkInterfaces()
                            .flatMap(NetworkInterface::inetAddresses)
                            .filter(own -> !own.isLinkLocalAddress())
                            .forEach(own -> all.add(text(own)));
                } else {
                    all.add(text(address));
                }
            }
        } catch (IOException e) {
            // A host that isn't one is told when it is bound.
            return Set.of();
        }
        return all;
    }

    /** Without the interface behind an IPv6 address. */
    private static String text(InetAddress address) {
        String text = address.getHostAddress();
        int zone = text.indexOf('%');
        return zone < 0 ? text : text.substring(0, zone);
    }

    /** Whether only processes on this machine can reach it. */
    public boolean isLoopback() {
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
