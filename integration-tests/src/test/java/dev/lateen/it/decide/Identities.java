package dev.lateen.it.decide;

import dev.lateen.it.Pem;
import dev.lateen.proxy.model.Secret;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** Certificates of workloads by service account, each its own authority; all of them are the mesh's roots. */
final class Identities {
    private static final String PREFIX = "spiffe://cluster.local/ns/default/sa/";

    private final Map<String, Pem> known = new HashMap<>();
    private final Map<String, SSLContext> contexts = new ConcurrentHashMap<>();

    Identities(Path directory, List<String> accounts) throws Exception {
        for (String account : accounts) {
            known.put(account, Pem.workload(directory, account, PREFIX + account));
        }
    }

    static String uri(String account) {
        return PREFIX + account;
    }

    private Pem known(String account) {
        return Objects.requireNonNull(known.get(account), account);
    }

    /** The two secrets that a sidecar has of its own. */
    List<Secret> secrets(String account) throws Exception {
        Pem own = known(account);
        StringBuilder roots = new StringBuilder();
        for (Pem each : known.values()) {
            roots.append(Files.readString(each.certificate()));
        }
        return List.of(
                new Secret.TlsCertificate("default", Files.readString(own.certificate()), Files.readString(own.key())),
                new Secret.ValidationContext("ROOTCA", roots.toString(), ""));
    }

    /**
     * Shows an account's certificate, none for the empty name, and takes any of the other side.
     *
     * @param session what is to have sessions of its own: a client that resumes one asks for its server name again
     */
    SSLContext context(String account, String session) {
        return contexts.computeIfAbsent(account + " " + session, _ -> {
            try {
                return made(account);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private SSLContext made(String account) throws Exception {
        KeyManager[] keys = account.isEmpty() ? null : keys(known(account));
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys, new TrustManager[] {new TakesAny()}, null);
        return context;
    }

    private static KeyManager[] keys(Pem pem) throws Exception {
        byte[] certificate = Files.readAllBytes(pem.certificate());
        Certificate read =
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(certificate));
        String body = Files.readString(pem.key(), StandardCharsets.US_ASCII).replaceAll("-----[A-Z ]+-----|\\s", "");
        PrivateKey key = KeyFactory.getInstance("EC")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(body)));
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("own", key, new char[0], new Certificate[] {read});
        KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
        factory.init(store, new char[0]);
        return factory.getKeyManagers();
    }

    private static final class TakesAny implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
