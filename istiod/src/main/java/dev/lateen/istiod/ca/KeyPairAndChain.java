package dev.lateen.istiod.ca;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A private key and the certificates that vouch for it.
 *
 * @param key the private key; never logged
 * @param chain the key's own certificate first
 */
public record KeyPairAndChain(PrivateKey key, List<X509Certificate> chain) {

    /** The key's own certificate. */
    public X509Certificate certificate() {
        return chain.getFirst();
    }

    /** The key in PKCS #8 PEM. */
    public String keyPem() {
        return Pem.of(key);
    }

    /** The certificates in PEM. */
    public String chainPem() {
        return Pem.of(chain);
    }

    @Override
    public String toString() {
        return "key pair of " + certificate().getSubjectX500Principal();
    }
}
