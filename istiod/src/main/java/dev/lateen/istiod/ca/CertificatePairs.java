package dev.lateen.istiod.ca;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/** Checks certificates and keys that users bring. */
public final class CertificatePairs {
    private static final String CERTIFICATE = "a certificate in PEM";
    private static final String KEY = "the certificate's private key in PEM, EC or RSA, without password";

    /**
     * What is wrong with a pair.
     *
     * @param inKey whether it is the key's fault
     * @param found what was found; never the key
     * @param accepted what would do
     */
    public record Flaw(boolean inKey, String found, String accepted) {}

    private CertificatePairs() {}

    /** What is wrong with a certificate (or chain) and its key, both PEM; empty if nothing is. */
    public static Optional<Flaw> problem(String certificatePem, String keyPem) {
        BouncyCastleProvider provider = new BouncyCastleProvider();
        List<X509Certificate> certificates;
        try {
            certificates = Pem.certificates(certificatePem);
        } catch (CertificateException e) {
            return Optional.of(new Flaw(false, "not a certificate", CERTIFICATE));
        }
        if (certificates.isEmpty()) {
            return Optional.of(new Flaw(false, "no certificate", CERTIFICATE));
        }
        try {
            PrivateKey key = Pem.privateKey(keyPem, provider);
            return belongs(key, certificates.getFirst(), provider)
                    ? Optional.empty()
                    : Optional.of(new Flaw(true, "not the key of this certificate", KEY));
        } catch (IOException | RuntimeException e) {
            return Optional.of(new Flaw(true, "not a private key", KEY));
        }
    }

    /** Whether what one signs the other confirms. */
    static boolean belongs(PrivateKey key, X509Certificate certificate, BouncyCastleProvider provider) {
        byte[] text = new byte[32];
        SecureRandom random = new SecureRandom();
        random.nextBytes(text);
        try {
            Signature signature = Signature.getInstance(algorithm(key), provider);
            signature.initSign(key, random);
            signature.update(text);
            byte[] signed = signature.sign();
            signature.initVerify(certificate.getPublicKey());
            signature.update(text);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static String algorithm(PrivateKey key) {
        return switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "Ed25519", "EdDSA" -> "Ed25519";
            default -> "SHA256withECDSA";
        };
    }
}
