package dev.lateen.proxy.telemetry;

import dev.lateen.proxy.message.ConnectionFacts;
import dev.lateen.proxy.message.StreamFacts;
import dev.lateen.proxy.message.TlsFacts;
import dev.lateen.proxy.model.Endpoint;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Envoy's attributes of a downstream connection. */
final class ConnectionAttributes {
    private ConnectionAttributes() {}

    static @Nullable Object get(ConnectionFacts connection, InetSocketAddress client, String root, String field) {
        return switch (root + "." + field) {
            case "source.address" -> text(client);
            case "source.port" -> port(client);
            case "destination.address" -> text(connection.localAddress());
            case "destination.port" -> port(connection.localAddress());
            case "connection.mtls" -> connection.mutualTls();
            case "connection.requested_server_name" -> connection.requestedServerName();
            case "connection.tls_version" ->
                connection.tls() == null ? null : connection.tls().version();
            case "connection.uri_san_local_certificate" ->
                connection.tls() == null ? null : connection.tls().localUriSan();
            case "connection.uri_san_peer_certificate" -> peerPrincipal(connection.tls());
            case "connection.id" -> connection.id();
            case "connection.subject_peer_certificate" ->
                connection.tls() == null ? null : connection.tls().peerSubject();
            case "connection.dns_san_peer_certificate" ->
                connection.tls() == null ? null : first(connection.tls().peerDnsSans());
            case "connection.sha256_peer_certificate_digest" ->
                connection.tls() == null ? null : emptyToNull(connection.tls().peerSha256());
            default -> null;
        };
    }

    /** Of the way to the upstream host. */
    static @Nullable Object upstream(StreamFacts stream, String field) {
        Endpoint endpoint = stream.endpoint();
        return switch (field) {
            case "address" -> text(endpoint);
            case "port" -> endpoint == null ? null : (Object) (long) endpoint.port();
            case "local_address" -> text(stream.upstreamLocalAddress());
            case "transport_failure_reason" -> emptyToNull(stream.upstreamTransportFailure());
            default -> upstream(stream.upstreamTls(), field);
        };
    }

    private static @Nullable Object upstream(@Nullable TlsFacts tls, String field) {
        if (tls == null) {
            return null;
        }
        return switch (field) {
            case "tls_version" -> tls.version();
            case "subject_peer_certificate" -> emptyToNull(tls.peerSubject());
            case "dns_san_peer_certificate" -> first(tls.peerDnsSans());
            case "uri_san_peer_certificate" -> first(tls.peerUriSans());
            case "uri_san_local_certificate" -> emptyToNull(tls.localUriSan());
            case "sha256_peer_certificate_digest" -> emptyToNull(tls.peerSha256());
            default -> null;
        };
    }

    private static @Nullable String first(List<String> texts) {
        return texts.isEmpty() ? null : texts.getFirst();
    }

    private static @Nullable String emptyToNull(String text) {
        return text.isEmpty() ? null : text;
    }

    private static @Nullable String peerPrincipal(@Nullable TlsFacts tls) {
        return tls == null || tls.peerPrincipal().isEmpty() ? null : tls.peerPrincipal();
    }

    /** Address and port; null for anything but an IP address. */
    static @Nullable String text(@Nullable SocketAddress address) {
        return address instanceof InetSocketAddress inet && inet.getAddress() != null
                ? (inet.getAddress().getHostAddress().indexOf(':') < 0
                                ? inet.getAddress().getHostAddress()
                                : "[" + inet.getAddress().getHostAddress() + "]")
                        + ":" + inet.getPort()
                : null;
    }

    static @Nullable String text(@Nullable Endpoint endpoint) {
        return endpoint == null ? null : endpoint.host() + ":" + endpoint.port();
    }

    static @Nullable Long port(@Nullable SocketAddress address) {
        return address instanceof InetSocketAddress inet ? (Long) (long) inet.getPort() : null;
    }
}
