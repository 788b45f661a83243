package dev.lateen.proxy.tls;

import io.netty.handler.ssl.util.SimpleKeyManagerFactory;
import java.net.Socket;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.ManagerFactoryParameters;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Shows the configured certificates whatever issuers the peer names, as Envoy does: in a mesh the peer's list may lack an issuer that it trusts all the
 * same. Of several the first with a key type that was asked for is taken.
 */
final class FixedKeys extends X509ExtendedKeyManager {
    private final List<PemMaterial.KeyPair> pairs;

    FixedKeys(List<PemMaterial.KeyPair> pairs) {
        this.pairs = List.copyOf(pairs);
    }

    /** A factory that Netty and the JDK take it from. */
    SimpleKeyManagerFactory factory() {
        return new SimpleKeyManagerFactory() {
            @Override
            protected void engineInit(KeyStore keyStore, char[] password) {}

            @Override
            protected void engineInit(ManagerFactoryParameters parameters) {}

            @Override
            protected KeyManager[] engineGetKeyManagers() {
                return new KeyManager[] {FixedKeys.this};
            }
        };
    }

    @Override
    public @Nullable String chooseEngineClientAlias(String[] keyTypes, Principal[] issuers, SSLEngine engine) {
        return chooseAny(keyTypes);
    }

    @Override
    public @Nullable String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
        return chooseAny(keyTypes);
    }

    @Override
    public @Nullable String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
        return choose(keyType);
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
        return choose(keyType);
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal[] issuers) {
        String alias = choose(keyType);
        return alias == null ? null : new String[] {alias};
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal[] issuers) {
        return getClientAliases(keyType, issuers);
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        PemMaterial.KeyPair pair = pair(alias);
        return pair == null ? null : pair.chain().toArray(X509Certificate[]::new);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        PemMaterial.KeyPair pair = pair(alias);
        return pair == null ? null : pair.key();
    }

    private PemMaterial.@Nullable KeyPair pair(String alias) {
        for (int i = 0; i < pairs.size(); i++) {
            if (alias.equals(Integer.toString(i))) {
                return pairs.get(i);
            }
        }
        return null;
    }

    private @Nullable String chooseAny(String[] keyTypes) {
        for (String keyType : keyTypes) {
            String alias = choose(keyType);
            if (alias != null) {
                return alias;
            }
        }
        return null;
    }

    private @Nullable String choose(String keyType) {
        for (int i = 0; i < pairs.size(); i++) {
            if (fits(pairs.get(i).key().getAlgorithm(), keyType)) {
                return Integer.toString(i);
            }
        }
        return null;
    }

    /** Key types are bare ({@code EC}), TLS 1.2 key exchanges ({@code EC_EC}, {@code ECDHE_ECDSA}) or {@code RSASSA-PSS}, by provider and version. */
    private static boolean fits(String algorithm, String keyType) {
        return switch (algorithm) {
            case "RSA" -> keyType.equals("RSA") || keyType.endsWith("_RSA") || keyType.equals("RSASSA-PSS");
            case "EC", "ECDSA" -> keyType.startsWith("EC") && !keyType.endsWith("_RSA");
            default -> keyType.equals(algorithm) || (algorithm.equals("EdDSA") && keyType.startsWith("Ed"));
        };
    }
}
