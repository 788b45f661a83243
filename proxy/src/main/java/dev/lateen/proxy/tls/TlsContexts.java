package dev.lateen.proxy.tls;

import dev.lateen.api.xds.Alpn;
import dev.lateen.proxy.model.DownstreamTls;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.model.Secret;
import dev.lateen.proxy.model.TlsSettings;
import dev.lateen.proxy.model.TlsSettings.Revocation;
import dev.lateen.proxy.model.TlsSettings.SecretSource;
import dev.lateen.proxy.model.TlsSettings.Validation;
import dev.lateen.proxy.model.UpstreamTls;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * TLS contexts for the TLS settings of the current snapshot, made when first asked for and shared by all settings that come to the same keys, roots and protocols. A
 * rotated secret makes the next connection find another context; established connections keep theirs. Safe for use by several threads.
 */
public final class TlsContexts implements AutoCloseable {
    /** More contexts than any mesh needs at one time; reached only by configurations with a certificate for each of many chains. */
    private static final int MAX_CONTEXTS = 4096;

    static {
        // As a server the JDK ends the handshake of a client whose server name has an underscore, which all names
        // within an Istio mesh have. No server of
        // ours chooses by the name that the JDK reads: the listener has read it before.
        System.getProperties().putIfAbsent("jdk.tls.server.disableExtensions", "server_name");
    }

    private final Supplier<ProxySnapshot> active;

    private volatile @Nullable SslProvider provider;
    private final Map<ContextKey, TlsContext> contexts = new ConcurrentHashMap<>();

    /** Contexts of the best provider that can be loaded. @param active the snapshot in force, whose secrets are looked up by name */
    public TlsContexts(Supplier<ProxySnapshot> active) {
        this.active = active;
    }

    /** Contexts of one provider, JDK or OPENSSL_REFCNT. */
    public TlsContexts(Supplier<ProxySnapshot> active, SslProvider provider) {
        this.active = active;
        this.provider = provider;
    }

    /** {@code BoringSSL} or {@code JDK}. */
    public String providerName() {
        return provider() == SslProvider.JDK ? "JDK" : "BoringSSL";
    }

    /**
     * The context for connections that come in, retained for the caller.
     *
     * @param halfClose whether one direction may end before the other
     * @throws TlsUnavailable when a secret is missing or can't be used: the connection must be refused
     */
    TlsContext server(DownstreamTls tls, boolean halfClose) throws TlsUnavailable {
        Validation validation = tls.settings().validation();
        ClientAuth auth = tls.requireClientCertificate()
                ? ClientAuth.REQUIRE
                : validation == null ? ClientAuth.NONE : ClientAuth.OPTIONAL;
        ContextKey key =
                key(tls.settings(), true, halfClose, auth, tls.settings().alpn());
        if (key.certificates().isEmpty()) {
            throw new TlsUnavailable("TLS settings: no certificate (expected: at least one)");
        }
        return context(key);
    }

    /** The context for connections that go out, retained for the caller. @param alpn offered instead of the settings' own when not empty */
    TlsContext client(UpstreamTls tls, List<String> alpn, boolean halfClose) throws TlsUnavailable {
        return context(key(
                tls.settings(),
                false,
                halfClose,
                ClientAuth.NONE,
                alpn.isEmpty() ? tls.settings().alpn() : alpn));
    }

    /** How many contexts are kept now. */
    int size() {
        return contexts.size();
    }

    /** Forgets all contexts; connections keep theirs. */
    @Override
    public void close() {
        contexts.keySet().forEach(this::forget);
    }

    /** Found out when first asked for: loading BoringSSL is the dearest part of a start, and a proxy without TLS does without. */
    private SslProvider provider() {
        SslProvider known = provider;
        if (known == null) {
            known = OpenSsl.isAvailable() ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK;
            provider = known;
        }
        return known;
    }

    private ContextKey key(TlsSettings settings, boolean server, boolean halfClose, ClientAuth auth, List<String> alpn)
            throws TlsUnavailable {
        Map<String, Secret> secrets = active.get().secrets();
        List<Secret.TlsCertificate> certificates = new ArrayList<>(1);
        for (SecretSource source : settings.certificates()) {
            certificates.add(certificate(resolve(source, secrets)));
        }
        Validation validation = settings.validation();
        Secret.ValidationContext roots = null;
        boolean systemRoots = false;
        if (validation != null && !validation.acceptUntrusted()) {
            roots = validation.roots() == null ? null : validation(resolve(validation.roots(), secrets));
            systemRoots = validation.systemRoots();
        }
        return new ContextKey(
                server,
                halfClose,
                auth,
                new Parameters(
                        settings.minVersion(), settings.maxVersion(), settings.cipherSuites(), settings.ecdhCurves()),
                // Only raw TCP's relay speaks it.
                halfClose
                        ? alpn
                        : alpn.stream()
                                .filter(p -> !p.equals(Alpn.ISTIO_PEER_EXCHANGE))
                                .toList(),
                certificates,
                roots,
                systemRoots,
                validation == null ? Revocation.NONE : validation.revocation());
    }

    private static Secret resolve(SecretSource source, Map<String, Secret> secrets) throws TlsUnavailable {
        return switch (source) {
            case SecretSource.Inline(Secret secret) -> secret;
            case SecretSource.Sds(String name) -> {
                Secret secret = secrets.get(name);
                if (secret == null) {
                    throw new TlsUnavailable("secret " + name + ": not received yet");
                }
                yield secret;
            }
        };
    }

    private static Secret.TlsCertificate certificate(Secret secret) throws TlsUnavailable {
        if (secret instanceof Secret.TlsCertificate certificate) {
            return certificate;
        }
        throw new TlsUnavailable("secret " + secret.name() + ": a validation context (expected: a certificate)");
    }

    private static Secret.ValidationContext validation(Secret secret) throws TlsUnavailable {
        if (secret instanceof Secret.ValidationContext context) {
            return context;
        }
        throw new TlsUnavailable("secret " + secret.name() + ": a certificate (expected: a validation context)");
    }

    private TlsContext context(ContextKey key) throws TlsUnavailable {
        TlsContext context = contexts.get(key);
        if (context != null && context.retain()) {
            return context;
        }
        return build(key);
    }

    /** Two threads may both come here for the same key: then one's context is used once and not kept. */
    private TlsContext build(ContextKey key) throws TlsUnavailable {
        dropStale();
        TlsContext built = TlsContext.build(key, provider(key));
        built.retain();
        TlsContext before = contexts.put(key, built);
        if (before != null) {
            before.release();
        }
        return built;
    }

    /**
     * Netty's binding to BoringSSL takes the first of several certificates without asking what the client can read, and ends both directions when the peer ends one;
     * the JDK does better.
     */
    private SslProvider provider(ContextKey key) {
        return key.certificates().size() > 1 || key.halfClose() ? SslProvider.JDK : provider();
    }

    /** A secret that is no longer in the snapshot won't be asked for again. Runs only when a context is made, so never on the hot path. */
    private void dropStale() {
        Map<String, Secret> secrets = active.get().secrets();
        for (ContextKey key : contexts.keySet()) {
            if (!key.isCurrent(secrets) || contexts.size() >= MAX_CONTEXTS) {
                forget(key);
            }
        }
    }

    private void forget(ContextKey key) {
        TlsContext context = contexts.remove(key);
        if (context != null) {
            context.release();
        }
    }

    /** {@code TlsParameters}; what is empty is the default. */
    record Parameters(String minVersion, String maxVersion, List<String> cipherSuites, List<String> ecdhCurves) {}

    /** All that two TLS contexts can differ in. */
    record ContextKey(
            boolean server,
            boolean halfClose,
            ClientAuth clientAuth,
            Parameters parameters,
            List<String> alpn,
            List<Secret.TlsCertificate> certificates,
            Secret.@Nullable ValidationContext roots,
            boolean systemRoots,
            Revocation revocation) {
        ContextKey {
            certificates = List.copyOf(certificates);
        }

        /** False when a secret of the same name has another content now. Inline secrets, whose names may be empty, always count as current. */
        boolean isCurrent(Map<String, Secret> secrets) {
            for (Secret.TlsCertificate certificate : certificates) {
                if (isReplaced(certificate, secrets)) {
                    return false;
                }
            }
            return roots == null || !isReplaced(roots, secrets);
        }

        private static boolean isReplaced(Secret secret, Map<String, Secret> secrets) {
            Secret now = secrets.get(secret.name());
            return now != null && !now.equals(secret);
        }
    }
}
