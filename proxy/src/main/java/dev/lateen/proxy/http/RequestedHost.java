package dev.lateen.proxy.http;

import dev.lateen.proxy.message.Exchange;
import dev.lateen.proxy.message.RequestHead;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** The host and port that a request names, for clusters that go wherever that is. */
final class RequestedHost {
    private RequestedHost() {}

    /** A literal address, or a name to be looked up; null for no usable authority, and for this proxy's own address, which would be a loop. */
    static @Nullable InetSocketAddress of(Exchange exchange) {
        RequestHead head = exchange.request();
        String authority = head.authority();
        int colon = authority.lastIndexOf(':');
        boolean hasPort = colon > authority.lastIndexOf(']') && authority.indexOf(':') == colon
                || authority.startsWith("[") && colon > authority.lastIndexOf(']');
        String host = hasPort ? authority.substring(0, colon) : authority;
        int usual = head.scheme().equals("https") ? 443 : 80;
        int port = hasPort ? number(authority.substring(colon + 1)) : usual;
        if (host.isEmpty() || port < 1) {
            return null;
        }
        byte[] literal = NetUtil.createByteArrayFromIpAddressString(host);
        if (literal == null) {
            return InetSocketAddress.createUnresolved(host, port);
        }
        InetSocketAddress address = new InetSocketAddress(inet(literal), port);
        return address.equals(exchange.connection().localAddress()) ? null : address;
    }

    private static InetAddress inet(byte[] literal) {
        try {
            return InetAddress.getByAddress(literal);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + literal.length + " bytes", e);
        }
    }

    private static int number(String text) {
        boolean digits = !text.isEmpty() && text.length() <= 5 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        int port = digits ? Integer.parseInt(text) : 0;
        return port <= 65535 ? port : 0;
    }
}
