package dev.lateen.istiod.translate.tls;

import dev.lateen.api.xds.SecretName;
import dev.lateen.istiod.registry.TlsSecret;
import dev.lateen.istiod.translate.resource.Protos;
import dev.lateen.istiod.translate.resource.XdsResource;
import dev.lateen.istiod.translate.view.ProxyView;
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
public final class SecretTranslator {
    private final ProxyView view;

    /** @param view of the proxy that asks */
    public SecretTranslator(ProxyView view) {
        this.view = view;
    }

    /** The secret of this name, if there is one that this proxy may have. */
    public Optional<XdsResource> secret(String name) {
        String own = view.node().namespace();
        return SecretName.parse(name, own)
                .filter(secret -> secret.isFor(own) && (view.gateway() || isNamedForSidecar(secret)))
                .flatMap(secret -> translate(name, secret))
                .map(translated -> Protos.resource(name, translated));
    }

    /** Whether a rule that is only for workloads like this one tells it to call somebody with the credential. */
    private boolean isNamedForSidecar(SecretName secret) {
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
                .anyMatch(name -> !name.isEmpty()
                        && (secret.name().equals(name) || secret.name().equals(name + SecretName.AUTHORITY)));
    }

    private Optional<Secret> translate(String name, SecretName secret) {
        if (secret.isAuthority()) {
            Optional<TlsSecret> own = find(secret);
            Optional<TlsSecret> shared = find(secret.credential());
            return own.or(() -> shared).filter(s -> !s.authority().isEmpty()).map(s -> authority(name, s.authority()));
        }
        return find(secret)
                .filter(s -> !s.certificate().isEmpty() && !s.key().isEmpty())
                .map(s -> certificate(name, s));
    }

    private Optional<TlsSecret> find(SecretName secret) {
        return view.snapshot().registry().secret(secret.namespace(), secret.name());
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
