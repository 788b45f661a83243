package dev.lateen.istiod.translate.tls;

import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.networking.CipherSuites;
import dev.lateen.api.networking.TrafficPolicy;
import dev.lateen.api.networking.TrafficPolicy.ClientTls;
import dev.lateen.api.xds.Alpn;
import dev.lateen.istiod.translate.resource.Protos;
import dev.lateen.istiod.translate.view.ClientKind;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.ProxyProtocolConfig;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport;
import io.envoyproxy.envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CombinedCertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** TLS towards upstreams: Istio's mutual TLS, and what a DestinationRule asks for. */
public final class TransportSockets {
    static final String TLS = "envoy.transport_sockets.tls";
    /** Clear text. */
    public static final TransportSocket PLAIN =
            socket("envoy.transport_sockets.raw_buffer", RawBuffer.getDefaultInstance());

    private TransportSockets() {}

    static TransportSocket socket(String name, Message config) {
        return TransportSocket.newBuilder()
                .setName(name)
                .setTypedConfig(Protos.any(config))
                .build();
    }

    /** Mutual TLS for endpoints that have a sidecar, plaintext for the others. */
    public static List<Cluster.TransportSocketMatch> automatic(TransportSocket mutual) {
        return List.of(
                Cluster.TransportSocketMatch.newBuilder()
                        .setName("tlsMode-istio")
                        .setMatch(Protos.struct(Map.of("tlsMode", Protos.text("istio"))))
                        .setTransportSocket(mutual)
                        .build(),
                Cluster.TransportSocketMatch.newBuilder()
                        .setName("tlsMode-disabled")
                        .setMatch(Struct.getDefaultInstance())
                        .setTransportSocket(PLAIN)
                        .build());
    }

    /** Istio's mutual TLS with the proxy's own certificate. */
    public static TransportSocket mutual(String sni, List<String> subjectAltNames, boolean http2, ClientKind client) {
        List<String> alpn = new ArrayList<>();
        if (client.knowsIstioFilters()) {
            alpn.add(Alpn.ISTIO_PEER_EXCHANGE);
        }
        alpn.add(Alpn.ISTIO);
        if (http2) {
            alpn.add(Alpn.H2);
        }
        CommonTlsContext common = CommonTlsContext.newBuilder()
                .setTlsParams(parameters())
                .addAllAlpnProtocols(alpn)
                .addTlsCertificateSdsSecretConfigs(XdsSources.OWN_CERTIFICATE)
                .setCombinedValidationContext(CombinedCertificateValidationContext.newBuilder()
                        .setDefaultValidationContext(exactNames(subjectAltNames))
                        .setValidationContextSdsSecretConfig(XdsSources.ROOT_CA))
                .build();
        return socket(
                TLS,
                UpstreamTlsContext.newBuilder()
                        .setCommonTlsContext(common)
                        .setSni(sni)
                        .build());
    }

    /** The PROXY protocol's header before whatever the socket says. */
    public static TransportSocket proxied(TransportSocket inner, TrafficPolicy.ProxyProtocol protocol) {
        ProxyProtocolConfig.Version version = switch (protocol.version()) {
            case V1 -> ProxyProtocolConfig.Version.V1;
            case V2 -> ProxyProtocolConfig.Version.V2;
        };
        return socket(
                "envoy.transport_sockets.upstream_proxy_protocol",
                ProxyProtocolUpstreamTransport.newBuilder()
                        .setConfig(ProxyProtocolConfig.newBuilder().setVersion(version))
                        .setTransportSocket(inner)
                        .build());
    }

    /** TLS as a DestinationRule with mode SIMPLE or MUTUAL asks for; certificates come from files or, by name, from istiod. */
    public static TransportSocket origination(
            ClientTls tls, List<String> subjectAltNames, boolean http2, MeshConfig.TlsLimits defaults) {
        CommonTlsContext.Builder common = CommonTlsContext.newBuilder()
                .setTlsParams(parameters().toBuilder()
                        .addAllCipherSuites(CipherSuites.usable(defaults.cipherSuites()))
                        .addAllEcdhCurves(defaults.ecdhCurves()));
        boolean mutual = tls.mode() == ClientTls.Mode.MUTUAL;
        boolean verify = !Boolean.TRUE.equals(tls.insecureSkipVerify());
        if (!tls.credentialName().isEmpty()) {
            credential(tls, subjectAltNames, common, mutual, verify);
        } else {
            files(tls, subjectAltNames, common, mutual, verify);
        }
        if (http2) {
            common.addAlpnProtocols(Alpn.H2);
        }
        return socket(
                TLS,
                UpstreamTlsContext.newBuilder()
                        .setCommonTlsContext(common)
                        .setSni(tls.sni())
                        .build());
    }

    private static void credential(
            ClientTls tls, List<String> names, CommonTlsContext.Builder common, boolean mutual, boolean verify) {
        if (mutual) {
            common.addTlsCertificateSdsSecretConfigs(XdsSources.credential(tls.credentialName()));
        }
        if (verify) {
            common.setCombinedValidationContext(CombinedCertificateValidationContext.newBuilder()
                    .setDefaultValidationContext(exactNames(names))
                    .setValidationContextSdsSecretConfig(XdsSources.credential(tls.credentialName() + "-cacert")));
        } else {
            common.setValidationContext(CertificateValidationContext.getDefaultInstance());
        }
    }

    private static void files(
            ClientTls tls, List<String> names, CommonTlsContext.Builder common, boolean mutual, boolean verify) {
        if (mutual) {
            common.addTlsCertificateSdsSecretConfigs(
                    XdsSources.file("file-cert:" + tls.clientCertificate() + "~" + tls.privateKey()));
        }
        if (!verify) {
            common.setValidationContext(CertificateValidationContext.getDefaultInstance());
            return;
        }
        CertificateValidationContext.Builder context = exactNames(names).toBuilder();
        if (!tls.caCrl().isEmpty()) {
            context.setCrl(DataSource.newBuilder().setFilename(tls.caCrl()));
        }
        String authority = tls.caCertificates().isEmpty() ? "system" : tls.caCertificates();
        common.setCombinedValidationContext(CombinedCertificateValidationContext.newBuilder()
                .setDefaultValidationContext(context)
                .setValidationContextSdsSecretConfig(XdsSources.file("file-root:" + authority)));
    }

    private static TlsParameters parameters() {
        return TlsParameters.newBuilder()
                .setTlsMinimumProtocolVersion(TlsParameters.TlsProtocol.TLSv1_2)
                .setTlsMaximumProtocolVersion(TlsParameters.TlsProtocol.TLSv1_3)
                .build();
    }

    // The list without types is deprecated in Envoy, but it is what Istio sends and what every Envoy and Lateen reads.
    @SuppressWarnings("deprecation")
    private static CertificateValidationContext exactNames(List<String> names) {
        CertificateValidationContext.Builder context = CertificateValidationContext.newBuilder();
        names.forEach(
                n -> context.addMatchSubjectAltNames(StringMatcher.newBuilder().setExact(n)));
        return context.build();
    }
}
