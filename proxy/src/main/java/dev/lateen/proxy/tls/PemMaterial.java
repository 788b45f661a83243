package dev.lateen.proxy.tls;

import dev.lateen.proxy.model.Secret;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.security.cert.CRL;
import java.security.cert.CRLException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMException;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;

/** Reads the PEM text of secrets; every failure names the secret and shows nothing of a key. */
final class PemMaterial {
    /** A key with its chain, leaf first. */
    record KeyPair(PrivateKey key, List<X509Certificate> chain) {
        KeyPair {
            chain = List.copyOf(chain);
        }
    }

    private PemMaterial() {}

    static KeyPair keyPair(Secret.TlsCertificate secret) throws TlsUnavailable {
        List<X509Certificate> chain = certificates(secret.name(), "certificate chain", secret.certificateChainPem());
        PrivateKey key = privateKey(secret);
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
