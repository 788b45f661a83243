package dev.lateen.proxy.forward;

import dev.lateen.proxy.message.Authority;
import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.IpLiteral;
import dev.lateen.proxy.message.RequestHead;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** The host and port that a request names, for clusters that go wherever that is. */
public final class RequestedHost {
    private RequestedHost() {}

    /** A literal address, or a name to be looked up; null for no usable authority, and for this proxy's own address, which would be a loop. */
    public static @Nullable InetSocketAddress of(ExchangeFacts exchange) {
        RequestHead head = exchange.request();
        Authority authority = head.parsedAuthority();
        String name = authority.name();
        int usual = head.scheme().equals("https") ? 443 : 80;
        int port = authority.portPart().isEmpty() ? usual : authority.port();
        if (name.isEmpty() || port == Authority.NO_PORT) {
            return null;
        }
        InetAddress literal = IpLiteral.parse(name);
        if (literal == null) {
            // What is no address and has a colon is no name either.
            return name.indexOf(':') >= 0 ? null : InetSocketAddress.createUnresolved(name, port);
        }
        InetSocketAddress address = new InetSocketAddress(literal, port);
        return address.equals(exchange.connection().localAddress()) ? null : address;
    }
}
