package dev.lateen.proxy.xds;

import dev.lateen.proxy.model.Secret;
import dev.lateen.proxy.model.TlsSettings;
import dev.lateen.proxy.model.TlsSettings.SecretSource;
import dev.lateen.proxy.model.UpstreamTls;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A static cluster in its role as a discovery server. */
final class ControlClusters {
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
        ControlPlane.Tls secured = tls == null ? null : tls(cluster, tls, resources);
        ProtoNode pipe = address.message("pipe");
        if (pipe != null) {
            return new ControlPlane("", 0, pipe.ignoring("mode").required("path"), delta, secured, headers);
        }
        ProtoNode socket = address.requiredMessage("socket_address");
        return new ControlPlane(socket.required("address"), AddressDecoder.port(socket), "", delta, secured, headers);
    }

    private static @Nullable ProtoNode firstAddress(ProtoNode cluster) {
        for (ProtoNode locality : cluster.messageOrEmpty("load_assignment").messages("endpoints")) {
            for (ProtoNode endpoint : locality.messages("lb_endpoints")) {
                return endpoint.messageOrEmpty("endpoint").message("address");
            }
        }
        return null;
    }

    private static ControlPlane.Tls tls(ProtoNode cluster, UpstreamTls tls, List<Decoded.Accepted> resources) {
        TlsSettings settings = tls.settings();
        Secret own = settings.certificates().isEmpty()
                ? null
                : secret(settings.certificates().getFirst(), resources);
        boolean identity = !settings.certificates().isEmpty() && own == null;
        SecretSource roots =
                settings.validation() == null ? null : settings.validation().roots();
        Secret trusted = roots == null ? null : secret(roots, resources);
        if (roots != null && trusted == null) {
            throw cluster.error(
                    "transport_socket", "roots by SDS (accepted: trusted_ca, or a secret of static_resources)");
        }
        return new ControlPlane.Tls(
                trusted instanceof Secret.ValidationContext context ? context.trustedCaPem() : null,
                tls.sni(),
                own instanceof Secret.TlsCertificate certificate ? certificate.certificateChainPem() : null,
                own instanceof Secret.TlsCertificate certificate ? certificate.privateKeyPem() : null,
                identity);
    }

    private static @Nullable Secret secret(SecretSource source, List<Decoded.Accepted> resources) {
        return switch (source) {
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
