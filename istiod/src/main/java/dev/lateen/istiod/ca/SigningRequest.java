package dev.lateen.istiod.ca;

import dev.lateen.istiod.ca.RefusedException.Reason;
import java.io.IOException;
import java.io.StringReader;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/** Reads what a workload wants signed. Only its key counts: names in it are not looked at, since the caller's credential decides them. */
final class SigningRequest {
    private static final int LONGEST = 64 * 1024;
    private static final int SMALLEST_RSA = 2048;
    private static final int LARGEST_RSA = 8192;
    private static final BigInteger P256_ORDER =
            new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);
    private static final BigInteger P384_ORDER = new BigInteger(
            "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973", 16);

    private SigningRequest() {}

    /** The key of a request in PEM, once it is shown that the caller has the private half, and that it is strong enough. */
    static PublicKey key(String pem, BouncyCastleProvider provider) throws RefusedException {
        JcaPKCS10CertificationRequest request = parse(pem, provider);
        try {
            PublicKey key = request.getPublicKey();
            checkStrength(key);
            boolean signed = request.isSignatureValid(new JcaContentVerifierProviderBuilder()
                    .setProvider(provider)
                    .build(key));
            if (!signed) {
                throw invalid(
                        "csr: its signature is not by its key (accepted: a request signed with the key it names)");
            }
            return key;
        } catch (GeneralSecurityException | OperatorCreationException | PKCSException | RuntimeException e) {
            throw invalid("csr: key or signature can't be read: " + e.getMessage() + " (accepted: " + KEYS + ")");
        }
    }

    private static final String KEYS = "EC P-256 or P-384, RSA of 2048 to 8192 bits";

    private static JcaPKCS10CertificationRequest parse(String pem, BouncyCastleProvider provider)
            throws RefusedException {
        if (pem.length() > LONGEST) {
            throw invalid("csr: " + pem.length() + " characters (accepted: at most " + LONGEST + ")");
        }
        try (PEMParser parser = new PEMParser(new StringReader(pem))) {
            if (parser.readObject() instanceof PKCS10CertificationRequest request) {
                return new JcaPKCS10CertificationRequest(request).setProvider(provider);
            }
        } catch (IOException | RuntimeException e) {
            throw invalid("csr: " + e.getMessage() + " (accepted: a PKCS #10 request in PEM)");
        }
        throw invalid("csr: no request in it (accepted: a PKCS #10 request in PEM)");
    }

    private static void checkStrength(PublicKey key) throws RefusedException {
        boolean strong = switch (key) {
            case ECPublicKey ec -> {
                BigInteger order = ec.getParams().getOrder();
                yield order.equals(P256_ORDER) || order.equals(P384_ORDER);
            }
            case RSAPublicKey rsa -> {
                int bits = rsa.getModulus().bitLength();
                yield bits >= SMALLEST_RSA && bits <= LARGEST_RSA;
            }
            default -> false;
        };
        if (!strong) {
            throw invalid("csr: key " + describe(key) + " (accepted: " + KEYS + ")");
        }
    }

    private static String describe(PublicKey key) {
        return switch (key) {
            case ECPublicKey ec -> "EC of " + ec.getParams().getOrder().bitLength() + " bits";
            case RSAPublicKey rsa -> "RSA of " + rsa.getModulus().bitLength() + " bits";
            default -> key.getAlgorithm();
        };
    }

    private static RefusedException invalid(String message) {
        return new RefusedException(Reason.INVALID, message);
    }
}
