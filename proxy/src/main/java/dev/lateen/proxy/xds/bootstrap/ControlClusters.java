package dev.lateen.proxy.xds.bootstrap;

import dev.lateen.proxy.model.Secret;
import dev.lateen.proxy.model.TlsSettings;
import dev.lateen.proxy.model.TlsSettings.SecretSource;
import dev.lateen.proxy.model.UpstreamTls;
import dev.lateen.proxy.xds.decode.AddressDecoder;
import dev.lateen.proxy.xds.decode.DecodeScope;
import dev.lateen.proxy.xds.decode.Decoded;
import dev.lateen.proxy.xds.decode.TlsDecoder;
import dev.lateen.proxy.xds.proto.ProtoNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A static cluster in its role as a discovery server. */
final class ControlClusters {
    private static final String HTTP_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

    private ControlClusters() {}

    /** Whether its endpoint is a Unix socket: such a cluster can only be a discovery server here. */
    static boolean onUnixSocket(ProtoNode cluster) {
        ProtoNode address = firstAddress(cluster);
        return address != null && address.has("pipe");
    }

    static ControlPlane controlPlane(
            ProtoNode cluster,
            boolean delta,
            Map<String, String> headers,
            List<Decoded.Accepted> resources,
            DecodeScope scope) {
        ProtoNode address = firstAddress(cluster);
        if (address == null) {
            throw cluster.error("load_assignment", "without an endpoint (accepted: one)");
        }
        UpstreamTls tls = TlsDecoder.upstream(cluster.message("transport_socket"), scope);
        ControlPlane.Tls secured = tls == null ? null : tls(tls, resources);
        ProtoNode pipe = address.message("pipe");
        if (pipe != null) {
            Keepalive keepalive = keepalive(cluster, Keepalive.NONE);
            return new ControlPlane("", 0, pipe.ignoring("mode").required("path"), delta, secured, keepalive, headers);
        }
        ProtoNode socket = address.requiredMessage("socket_address");
        return new ControlPlane(
                socket.required("address"),
                AddressDecoder.port(socket),
                "",
                delta,
                secured,
                keepalive(cluster, Keepalive.USUAL),
                headers);
    }

    /** The cluster's {@code connection_keepalive}, by which Envoy pings. */
    private static Keepalive keepalive(ProtoNode cluster, Keepalive otherwise) {
        ProtoNode http2 = cluster.message("http2_protocol_options");
        ProtoNode options = cluster.map("typed_extension_protocol_options").get(HTTP_OPTIONS);
        if (options != null) {
            http2 = options.unpack().messageOrEmpty("explicit_http_config").message("http2_protocol_options");
        }
        ProtoNode keepalive = http2 == null ? null : http2.message("connection_keepalive");
        if (keepalive == null || !keepalive.has("interval")) {
            return otherwise;
        }
        return new Keepalive(
                keepalive.duration("interval", Duration.ZERO),
                keepalive.duration("timeout", Keepalive.USUAL.timeout()));
    }

    private static @Nullable ProtoNode firstAddress(ProtoNode cluster) {
        for (ProtoNode locality : cluster.messageOrEmpty("load_assignment").messages("endpoints")) {
            for (ProtoNode endpoint : locality.messages("lb_endpoints")) {
                return endpoint.messageOrEmpty("endpoint").message("address");
            }
        }
        return null;
    }

    private static ControlPlane.Tls tls(UpstreamTls tls, List<Decoded.Accepted> resources) {
        TlsSettings settings = tls.settings();
        SecretSource certificate = settings.certificates().isEmpty()
                ? null
                : settings.certificates().getFirst();
        Secret own = secret(certificate, resources);
        SecretSource roots =
                settings.validation() == null ? null : settings.validation().roots();
        Secret trusted = secret(roots, resources);
        return new ControlPlane.Tls(
                trusted instanceof Secret.ValidationContext context ? context::trustedCaPem : null,
                trusted == null ? nameOf(roots) : "",
                tls.sni(),
                own instanceof Secret.TlsCertificate pair ? pair.certificateChainPem() : null,
                own instanceof Secret.TlsCertificate pair ? pair.privateKeyPem() : null,
                own == null ? nameOf(certificate) : "");
    }

    private static String nameOf(@Nullable SecretSource source) {
        return source instanceof SecretSource.Sds(var name) ? name : "";
    }

    private static @Nullable Secret secret(@Nullable SecretSource source, List<Decoded.Accepted> resources) {
        return switch (source) {
            case null -> null;
            case SecretSource.Inline(var secret) -> secret;
            case SecretSource.Sds(var name) ->
                resources.stream()
                        .map(Decoded.Accepted::resource)
                        .flatMap(r -> r instanceof Decoded.Resource.OfSecret(var secret)
                                ? java.util.stream.Stream.of(secret)
                                : java.util.stream.Stream.empty())
                        .filter(secret -> secret.name().equals(name))
                        .findFirst()
                        .orElse(null);
        };
    }
}
