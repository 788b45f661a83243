package dev.lateen.istiod.translate;

import dev.lateen.api.xds.WellKnown;
import dev.lateen.istiod.registry.TlsSecret;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Kubernetes Secrets as secrets for gateways, and for sidecars that a DestinationRule with a workload selector gives them to: {@code kubernetes://name} in the proxy's own namespace, or {@code kubernetes://ns/name} if
 * that is the same namespace. A proxy never gets another namespace's.
 */
final class SecretTranslator {
    /** Asks for the roots in a Secret. */
    static final String AUTHORITY = "-cacert";

    private final ProxyView view;

    SecretTranslator(ProxyView view) {
        this.view = view;
    }

    Optional<XdsResource> secret(String name) {
        if (!name.startsWith(WellKnown.KUBERNETES_SECRET_PREFIX)) {
            return Optional.empty();
        }
        String rest = name.substring(WellKnown.KUBERNETES_SECRET_PREFIX.length());
        int slash = rest.indexOf('/');
        String namespace = slash < 0 ? view.node().namespace() : rest.substring(0, slash);
        String plain = rest.substring(slash + 1);
        if (!namespace.equals(view.node().namespace()) || !view.gateway() && !isNamedForSidecar(plain)) {
            return Optional.empty();
        }
        return translate(name, namespace, plain).map(s -> Protos.resource(name, s));
    }

    /** Whether a rule that is only for workloads like this one tells it to call somebody with the credential. */
    private boolean isNamedForSidecar(String secret) {
        return view.scope().services().stream()
                .map(service -> view.scope().destinationRule(service))
                .filter(rule -> rule != null && rule.selector() != null)
                .flatMap(rule -> Stream.concat(
                        Stream.ofNullable(rule.policy()),
                        rule.subsets().stream().flatMap(s -> Stream.ofNullable(s.trafficPolicy()))))
                .flatMap(policy -> Stream.concat(
                        Stream.ofNullable(policy.tls()),
                        policy.portLevelSettings().stream().flatMap(p -> Stream.ofNullable(p.tls()))))
                .map(tls -> tls.credentialName())
                .anyMatch(name -> !name.isEmpty() && (secret.equals(name) || secret.equals(name + AUTHORITY)));
    }

    private Optional<Secret> translate(String name, String namespace, String plain) {
        if (plain.endsWith(AUTHORITY)) {
            Optional<TlsSecret> own = find(namespace, plain);
            Optional<TlsSecret> shared = find(namespace, plain.substring(0, plain.length() - AUTHORITY.length()));
            return own.or(() -> shared).filter(s -> !s.authority().isEmpty()).map(s -> authority(name, s.authority()));
        }
        return find(namespace, plain)
                .filter(s -> !s.certificate().isEmpty() && !s.key().isEmpty())
                .map(s -> certificate(name, s));
    }

    private Optional<TlsSecret> find(String namespace, String name) {
        return view.snapshot().registry().secret(namespace, name);
    }

    private static Secret authority(String name, String pem) {
        return Secret.newBuilder()
                .setName(name)
                .setValidationContext(CertificateValidationContext.newBuilder().setTrustedCa(bytes(pem)))
                .build();
    }

    private static Secret certificate(String name, TlsSecret secret) {
        return Secret.newBuilder()
                .setName(name)
                .setTlsCertificate(TlsCertificate.newBuilder()
                        .setCertificateChain(bytes(secret.certificate()))
                        .setPrivateKey(bytes(secret.key())))
                .build();
    }

    private static DataSource bytes(String pem) {
        return DataSource.newBuilder().setInlineBytes(Protos.utf8(pem)).build();
    }
}
