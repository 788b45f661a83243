package dev.lateen.proxy.decide;

import dev.lateen.proxy.chain.ListenerRuntime;
import dev.lateen.proxy.chain.MatchFacts;
import dev.lateen.proxy.message.TlsFacts;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection, as one would describe it.
 *
 * @param called the address that it comes to: the local address of the accepted socket
 * @param source the client's address
 * @param original where the client was headed before it was brought here, by interception or the PROXY protocol; null where it called the socket itself
 * @param firstBytes what the client begins with
 * @param handshake what the TLS handshake tells, if this proxy ends TLS: of a client without a certificate of its own there are no names; null if the client would not begin one
 */
public record Arrival(
        InetSocketAddress called,
        InetSocketAddress source,
        @Nullable InetSocketAddress original,
        FirstBytes firstBytes,
        @Nullable TlsFacts handshake) {
    /** What a client begins with. */
    public sealed interface FirstBytes {
        /** A TLS client hello. @param serverName in lower case, empty for none @param alpn offered protocols */
        record ClientHello(String serverName, List<String> alpn) implements FirstBytes {}

        /** HTTP in clear text. @param protocol {@code http/1.0}, {@code http/1.1} or {@code h2c} */
        record Http(String protocol) implements FirstBytes {}

        /** Anything else, or nothing. */
        record Other() implements FirstBytes {}
    }

    /** Where the client takes itself to be connected to. */
    InetSocketAddress destination() {
        return original == null ? called : original;
    }

    /** What a listener knows when it chooses a filter chain: as much of the first bytes as it looks at. */
    MatchFacts seenBy(ListenerRuntime listener) {
        int port = destination().getPort();
        return switch (firstBytes) {
            case FirstBytes.ClientHello hello
            when listener.looksForTls(port) -> facts(hello.serverName(), "tls", hello.alpn());
            case FirstBytes.Http http
            when listener.looksForHttp(port) -> facts("", "raw_buffer", List.of(http.protocol()));
            case FirstBytes.ClientHello _, FirstBytes.Http _, FirstBytes.Other _ -> facts("", "raw_buffer", List.of());
        };
    }

    private MatchFacts facts(String serverName, String transport, List<String> protocols) {
        return new MatchFacts(destination(), serverName, transport, protocols, source, source);
    }
}
