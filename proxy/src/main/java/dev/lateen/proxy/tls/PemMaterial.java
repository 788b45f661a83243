package dev.lateen.proxy.tls;

import dev.lateen.proxy.model.Secret;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CRL;
import java.security.cert.CRLException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMException;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.jspecify.annotations.Nullable;

/** Reads the PEM text of secrets; every failure names the secret and shows nothing of a key. */
final class PemMaterial {
    /** A key with its chain, leaf first. */
    record KeyPair(PrivateKey key, List<X509Certificate> chain) {
        KeyPair {
            chain = List.copyOf(chain);
        }
    }

    private static final String PLAIN = "-----BEGIN PRIVATE KEY-----";
    private static final String PLAIN_END = "-----END PRIVATE KEY-----";

    private PemMaterial() {}

    static KeyPair keyPair(Secret.TlsCertificate secret) throws TlsUnavailable {
        List<X509Certificate> chain = certificates(secret.name(), "certificate chain", secret.certificateChainPem());
        PrivateKey plain = plainKey(
                secret.privateKeyPem(), chain.getFirst().getPublicKey().getAlgorithm());
        PrivateKey key = plain == null ? privateKey(secret) : plain;
        if (!key.getAlgorithm().equals(chain.getFirst().getPublicKey().getAlgorithm())) {
            throw new TlsUnavailable("secret " + secret.name() + ": private key: " + key.getAlgorithm() + " (expected: "
                    + chain.getFirst().getPublicKey().getAlgorithm() + ", as the certificate's)");
        }
        return new KeyPair(key, chain);
    }

    /** At least one certificate. */
    static List<X509Certificate> certificates(String secretName, String what, String pem) throws TlsUnavailable {
        try {
            Collection<? extends Certificate> read = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
            List<X509Certificate> certificates = new ArrayList<>(read.size());
            for (Certificate certificate : read) {
                certificates.add((X509Certificate) certificate);
            }
            if (certificates.isEmpty()) {
                throw new TlsUnavailable("secret " + secretName + ": " + what + ": holds no certificate");
            }
            return certificates;
        } catch (CertificateException e) {
            throw new TlsUnavailable("secret " + secretName + ": " + what + ": not a PEM certificate");
        }
    }

    static Collection<? extends CRL> revocationLists(String secretName, String pem) throws TlsUnavailable {
        try {
            return CertificateFactory.getInstance("X.509")
                    .generateCRLs(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
        } catch (CertificateException | CRLException e) {
            throw new TlsUnavailable("secret " + secretName + ": crl: not a PEM revocation list");
        }
    }

    /**
     * A key as our own CA's clients have it: PKCS #8 of the certificate's algorithm and nothing else; null for anything beside that. Java reads it by itself: the library that reads the other
     * forms is not loaded at each start.
     */
    private static @Nullable PrivateKey plainKey(String pem, String algorithm) {
        String text = pem.strip();
        if (!text.startsWith(PLAIN) || !text.endsWith(PLAIN_END)) {
            return null;
        }
        String body = text.substring(PLAIN.length(), text.length() - PLAIN_END.length());
        try {
            return KeyFactory.getInstance(algorithm)
                    .generatePrivate(new PKCS8EncodedKeySpec(
                            Base64.getMimeDecoder().decode(body)));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            // What is wrong with it is told by who reads all forms.
            return null;
        }
    }

    private static PrivateKey privateKey(Secret.TlsCertificate secret) throws TlsUnavailable {
        try (PEMParser parser = new PEMParser(new StringReader(secret.privateKeyPem()))) {
            JcaPEMKeyConverter converter = new JcaPEMKeyConverter();
            // "EC PARAMETERS" may stand before the key itself.
            for (Object part = parser.readObject(); part != null; part = parser.readObject()) {
                if (part instanceof PrivateKeyInfo info) {
                    return converter.getPrivateKey(info);
                }
                if (part instanceof PEMKeyPair pair) {
                    return converter.getPrivateKey(pair.getPrivateKeyInfo());
                }
            }
        } catch (PEMException e) {
            throw new TlsUnavailable("secret " + secret.name() + ": private key: not readable");
        } catch (IOException | IllegalArgumentException e) {
            throw new TlsUnavailable("secret " + secret.name() + ": private key: not PEM");
        }
        throw new TlsUnavailable("secret " + secret.name()
                + ": private key: holds no key (expected: PKCS#8, PKCS#1 or SEC 1 PEM, not encrypted)");
    }
}
