package dev.lateen.proxy.tls;

import dev.lateen.proxy.model.Secret;
import dev.lateen.proxy.tls.TlsContexts.ContextKey;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.OpenSslCachingX509KeyManagerFactory;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.internal.tcnative.SSL;
import io.netty.util.IllegalReferenceCountException;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.ReferenceCounted;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateParsingException;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.StandardConstants;
import org.jspecify.annotations.Nullable;

/** One TLS context with what is worth remembering of our own certificate. Native contexts are counted: engines keep theirs alive. */
final class TlsContext {
    private static final int MAX_NAME = 255;

    private final SslContext context;
    private final String localUriSan;
    /** What the JDK must be told for each engine; null for BoringSSL, whose context knows. */
    private final String @Nullable [] engineGroups;

    private TlsContext(SslContext context, String localUriSan, String @Nullable [] engineGroups) {
        this.context = context;
        this.localUriSan = localUriSan;
        this.engineGroups = engineGroups;
    }

    static TlsContext build(ContextKey key, SslProvider provider) throws TlsUnavailable {
        List<PemMaterial.KeyPair> pairs = new ArrayList<>(1);
        for (Secret.TlsCertificate certificate : key.certificates()) {
            pairs.add(PemMaterial.keyPair(certificate));
        }
        try {
            SslContextBuilder builder = key.server()
                    ? SslContextBuilder.forServer(keyManagers(pairs, provider)).clientAuth(key.clientAuth())
                    // Names are checked by PeerCheck, as the configuration asks.
                    : SslContextBuilder.forClient().endpointIdentificationAlgorithm(null);
            if (!key.server() && !pairs.isEmpty()) {
                builder.keyManager(keyManagers(pairs, provider));
            }
            builder.sslProvider(provider)
                    .protocols(CipherNames.versions(
                            key.parameters().minVersion(), key.parameters().maxVersion()))
                    .applicationProtocolConfig(alpn(key.alpn()));
            builder.ciphers(CipherNames.suites(key.parameters().cipherSuites()), SupportedCipherSuiteFilter.INSTANCE);
            trust(builder, key);
            String[] groups = KeyExchanges.groups(key.parameters().ecdhCurves(), provider);
            if (provider != SslProvider.JDK) {
                builder.option(OpenSslContextOption.GROUPS, groups);
            }
            return new TlsContext(builder.build(), localUriSan(pairs), provider == SslProvider.JDK ? groups : null);
        } catch (SSLException | IllegalArgumentException e) {
            throw new TlsUnavailable("TLS settings of " + key.certificates() + ": " + e.getMessage());
        }
    }

    private static void trust(SslContextBuilder builder, ContextKey key) throws TlsUnavailable {
        if (key.roots() != null) {
            builder.trustManager(new AlertingTrust(TrustRoots.of(key.roots(), key.revocation())));
        } else if (key.systemRoots()) {
            builder.trustManager(new AlertingTrust(TrustRoots.system()));
        } else {
            // Envoy checks no chain when no roots are given, or when untrusted ones are accepted.
            builder.trustManager(InsecureTrustManagerFactory.INSTANCE);
        }
    }

    private static KeyManagerFactory keyManagers(List<PemMaterial.KeyPair> pairs, SslProvider provider) {
        KeyManagerFactory factory = new FixedKeys(pairs).factory();
        // Without the cache BoringSSL would parse the key anew in each handshake.
        return provider == SslProvider.JDK ? factory : new OpenSslCachingX509KeyManagerFactory(factory);
    }

    private static ApplicationProtocolConfig alpn(List<String> protocols) {
        return protocols.isEmpty()
                ? ApplicationProtocolConfig.DISABLED
                : new ApplicationProtocolConfig(
                        Protocol.ALPN,
                        SelectorFailureBehavior.NO_ADVERTISE,
                        SelectedListenerFailureBehavior.ACCEPT,
                        protocols);
    }

    private static String localUriSan(List<PemMaterial.KeyPair> pairs) throws TlsUnavailable {
        if (pairs.isEmpty()) {
            return "";
        }
        try {
            List<String> uris =
                    PeerCertificate.of(pairs.getFirst().chain().getFirst()).uriSans();
            return uris.isEmpty() ? "" : uris.getFirst();
        } catch (CertificateParsingException e) {
            throw new TlsUnavailable("certificate chain: subject alternative names: " + e.getMessage());
        }
    }

    /** The first URI SAN of our own certificate, or empty. */
    String localUriSan() {
        return localUriSan;
    }

    SslHandler serverHandler(ByteBufAllocator allocator) {
        SslHandler handler = context.newHandler(allocator);
        if (engineGroups != null) {
            SSLParameters parameters = handler.engine().getSSLParameters();
            parameters.setNamedGroups(engineGroups);
            handler.engine().setSSLParameters(parameters);
        }
        return handler;
    }

    /** @param sni empty for none; sent as it is */
    SslHandler clientHandler(ByteBufAllocator allocator, String sni) throws TlsUnavailable {
        byte[] name = sni.getBytes(StandardCharsets.US_ASCII);
        if (name.length > MAX_NAME || sni.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new TlsUnavailable("server name: " + sni + " (expected: at most 255 printable ASCII characters)");
        }
        // The peer's name is what the JDK finds sessions by.
        SslHandler handler = sni.isEmpty() ? context.newHandler(allocator) : context.newHandler(allocator, sni, -1);
        SSLParameters parameters = handler.engine().getSSLParameters();
        if (engineGroups != null) {
            parameters.setNamedGroups(engineGroups);
        }
        // Both libraries' Java sides leave out names with an underscore, which all of Istio's have, or without a dot.
        if (!sni.isEmpty() && !(handler.engine() instanceof ReferenceCountedOpenSslEngine)) {
            parameters.setServerNames(List.of(new HostName(name)));
        }
        handler.engine().setSSLParameters(parameters);
        if (!sni.isEmpty() && handler.engine() instanceof ReferenceCountedOpenSslEngine boringSsl) {
            SSL.setTlsExtHostName(boringSsl.sslPointer(), sni);
        }
        return handler;
    }

    /** A server name of type {@code host_name} (RFC 6066 section 3), unchecked. */
    private static final class HostName extends SNIServerName {
        HostName(byte[] encoded) {
            super(StandardConstants.SNI_HOST_NAME, encoded);
        }
    }

    /** False when the last reference is gone already. */
    boolean retain() {
        if (context instanceof ReferenceCounted counted) {
            try {
                counted.retain();
            } catch (IllegalReferenceCountException _) {
                return false;
            }
        }
        return true;
    }

    void release() {
        ReferenceCountUtil.safeRelease(context);
    }
}
