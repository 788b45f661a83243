package dev.lateen.istiod.translate.tls;

import com.google.protobuf.BoolValue;
import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.networking.CipherSuites;
import dev.lateen.api.networking.ServerTls;
import dev.lateen.api.xds.Alpn;
import dev.lateen.api.xds.SecretName;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CombinedCertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters.TlsProtocol;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.util.List;

/** TLS towards clients: mutual TLS within the mesh, and what a gateway's server asks for. */
public final class DownstreamTlsContexts {
    private static final List<String> CIPHERS = List.of(
            "ECDHE-ECDSA-AES256-GCM-SHA384",
            "ECDHE-RSA-AES256-GCM-SHA384",
            "ECDHE-ECDSA-AES128-GCM-SHA256",
            "ECDHE-RSA-AES128-GCM-SHA256",
            "AES256-GCM-SHA384",
            "AES128-GCM-SHA256");

    private DownstreamTlsContexts() {}

    /** A client must show a certificate of the mesh's trust domain or one of its aliases. */
    @SuppressWarnings("deprecation") // match_subject_alt_names is what Istio writes and all read.
    public static TransportSocket mesh(MeshConfig mesh, boolean tcpMetadata) {
        CertificateValidationContext.Builder names = CertificateValidationContext.newBuilder();
        TrustDomains.of(mesh)
                .names()
                .forEach(d ->
                        names.addMatchSubjectAltNames(StringMatcher.newBuilder().setPrefix("spiffe://" + d + "/")));
        MeshConfig.TlsLimits limits = mesh.security().meshMTLS();
        List<String> suites = CipherSuites.usable(limits.cipherSuites());
        boolean newest = limits.minProtocolVersion() == ServerTls.Version.TLSV1_3;
        CommonTlsContext.Builder common = CommonTlsContext.newBuilder()
                .setTlsParams(TlsParameters.newBuilder()
                        .setTlsMinimumProtocolVersion(newest ? TlsProtocol.TLSv1_3 : TlsProtocol.TLSv1_2)
                        .setTlsMaximumProtocolVersion(TlsProtocol.TLSv1_3)
                        .addAllCipherSuites(suites.isEmpty() ? CIPHERS : suites))
                .addTlsCertificateSdsSecretConfigs(XdsSources.OWN_CERTIFICATE)
                .setCombinedValidationContext(CombinedCertificateValidationContext.newBuilder()
                        .setDefaultValidationContext(names)
                        .setValidationContextSdsSecretConfig(XdsSources.ROOT_CA));
        if (tcpMetadata) {
            common.addAlpnProtocols(Alpn.ISTIO_PEER_EXCHANGE);
        }
        common.addAlpnProtocols(Alpn.H2).addAlpnProtocols(Alpn.HTTP_1_1);
        return socket(common.build(), true);
    }

    /** A server of a Gateway that ends TLS. */
    public static TransportSocket server(ServerTls tls, MeshConfig.TlsLimits defaults, boolean http) {
        CommonTlsContext.Builder common = CommonTlsContext.newBuilder().setTlsParams(parameters(tls, defaults));
        if (http) {
            common.addAlpnProtocols(Alpn.H2).addAlpnProtocols(Alpn.HTTP_1_1);
        }
        boolean requires = tls.mode() == ServerTls.Mode.MUTUAL || tls.mode() == ServerTls.Mode.ISTIO_MUTUAL;
        boolean asks = requires || tls.mode() == ServerTls.Mode.OPTIONAL_MUTUAL;
        if (tls.mode() == ServerTls.Mode.ISTIO_MUTUAL) {
            common.addTlsCertificateSdsSecretConfigs(XdsSources.OWN_CERTIFICATE)
                    .setCombinedValidationContext(CombinedCertificateValidationContext.newBuilder()
                            .setDefaultValidationContext(clientNames(tls))
                            .setValidationContextSdsSecretConfig(XdsSources.ROOT_CA));
        } else if (isNamed(tls.credentials())) {
            secrets(tls, common, asks);
        } else {
            files(tls, common, asks);
        }
        return socket(common.build(), requires);
    }

    private static boolean isNamed(ServerTls.Credentials credentials) {
        return !credentials.credentialName().isEmpty()
                || !credentials.credentialNames().isEmpty();
    }

    private static void secrets(ServerTls tls, CommonTlsContext.Builder common, boolean asks) {
        ServerTls.Credentials credentials = tls.credentials();
        List<String> names = credentials.credentialNames().isEmpty()
                ? List.of(credentials.credentialName())
                : credentials.credentialNames();
        names.forEach(n -> common.addTlsCertificateSdsSecretConfigs(XdsSources.credential(n)));
        if (asks) {
            // The suffix asks for a Secret's roots, whether the Secret has it in its own name or not.
            String named = credentials.caCertCredentialName().isEmpty()
                    ? names.getFirst()
                    : credentials.caCertCredentialName();
            common.setCombinedValidationContext(CombinedCertificateValidationContext.newBuilder()
                    .setDefaultValidationContext(clientNames(tls))
                    .setValidationContextSdsSecretConfig(XdsSources.credential(SecretName.authorityOf(named))));
        }
    }

    private static void files(ServerTls tls, CommonTlsContext.Builder common, boolean asks) {
        ServerTls.Credentials credentials = tls.credentials();
        if (credentials.tlsCertificates().isEmpty()) {
            common.addTlsCertificateSdsSecretConfigs(pair(credentials.serverCertificate(), credentials.privateKey()));
        }
        credentials
                .tlsCertificates()
                .forEach(c -> common.addTlsCertificateSdsSecretConfigs(pair(c.serverCertificate(), c.privateKey())));
        if (asks) {
            common.setCombinedValidationContext(CombinedCertificateValidationContext.newBuilder()
                    .setDefaultValidationContext(clientNames(tls))
                    .setValidationContextSdsSecretConfig(XdsSources.file("file-root:" + authority(credentials))));
        }
    }

    private static String authority(ServerTls.Credentials credentials) {
        return credentials.caCertificates().isEmpty()
                ? credentials.tlsCertificates().stream()
                        .map(ServerTls.Certificate::caCertificates)
                        .filter(file -> !file.isEmpty())
                        .findFirst()
                        .orElse("")
                : credentials.caCertificates();
    }

    private static SdsSecretConfig pair(String certificate, String key) {
        return XdsSources.file("file-cert:" + certificate + "~" + key);
    }

    @SuppressWarnings("deprecation") // As above.
    private static CertificateValidationContext clientNames(ServerTls tls) {
        ServerTls.Verification verification = tls.verification();
        CertificateValidationContext.Builder context = CertificateValidationContext.newBuilder()
                .addAllVerifyCertificateHash(verification.verifyCertificateHash())
                .addAllVerifyCertificateSpki(verification.verifyCertificateSpki());
        verification
                .subjectAltNames()
                .forEach(n -> context.addMatchSubjectAltNames(
                        StringMatcher.newBuilder().setExact(n)));
        if (Boolean.TRUE.equals(verification.insecureSkipVerify())) {
            context.setTrustChainVerification(CertificateValidationContext.TrustChainVerification.ACCEPT_UNTRUSTED);
        }
        if (!tls.credentials().caCrl().isEmpty()) {
            context.setCrl(DataSource.newBuilder().setFilename(tls.credentials().caCrl()));
        }
        return context.build();
    }

    // What the server says rules over the mesh's defaults; the mesh's own mutual TLS has limits of its own.
    private static TlsParameters parameters(ServerTls tls, MeshConfig.TlsLimits defaults) {
        ServerTls.Parameters said = tls.parameters();
        boolean own = tls.mode() == ServerTls.Mode.ISTIO_MUTUAL;
        boolean newest = !own && defaults.minProtocolVersion() == ServerTls.Version.TLSV1_3;
        TlsParameters.Builder parameters = TlsParameters.newBuilder()
                .setTlsMinimumProtocolVersion(
                        said.minProtocolVersion() != ServerTls.Version.TLS_AUTO
                                ? protocol(said.minProtocolVersion())
                                : newest ? TlsProtocol.TLSv1_3 : TlsProtocol.TLSv1_2)
                .addAllCipherSuites(CipherSuites.usable(
                        said.cipherSuites().isEmpty() && !own ? defaults.cipherSuites() : said.cipherSuites()))
                .addAllEcdhCurves(own ? List.of() : defaults.ecdhCurves());
        if (said.maxProtocolVersion() != ServerTls.Version.TLS_AUTO) {
            parameters.setTlsMaximumProtocolVersion(protocol(said.maxProtocolVersion()));
        }
        return parameters.build();
    }

    private static TlsProtocol protocol(ServerTls.Version version) {
        return switch (version) {
            case TLS_AUTO -> TlsProtocol.TLS_AUTO;
            case TLSV1_0 -> TlsProtocol.TLSv1_0;
            case TLSV1_1 -> TlsProtocol.TLSv1_1;
            case TLSV1_2 -> TlsProtocol.TLSv1_2;
            case TLSV1_3 -> TlsProtocol.TLSv1_3;
        };
    }

    private static TransportSocket socket(CommonTlsContext common, boolean requiresClient) {
        return TransportSockets.socket(
                TransportSockets.TLS,
                DownstreamTlsContext.newBuilder()
                        .setCommonTlsContext(common)
                        .setRequireClientCertificate(BoolValue.of(requiresClient))
                        .build());
    }
}
