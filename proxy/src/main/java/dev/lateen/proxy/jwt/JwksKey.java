package dev.lateen.proxy.jwt;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.util.Base64URL;
import dev.lateen.proxy.model.StructValue;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;

/**
 * One key of a set. Which algorithms it may be used with follows from the key and never from the token (RFC 8725 section 3.1): an RSA key is no secret of an HMAC.
 *
 * @param kid empty for none
 * @param algorithms those that it may have signed by
 * @param verifier what it does
 */
record JwksKey(String kid, Set<String> algorithms, Verifier verifier) {
    private static final Set<String> RSA = Set.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512");
    private static final Set<String> HMAC = Set.of("HS256", "HS384", "HS512");
    private static final int ED25519_KEY = 32;
    private static final int ED25519_SIGNATURE = 64;
    private static final int SMALLEST_RSA = 512;
    private static final int LARGEST_RSA = 16_384;
    private static final BigInteger THREE = BigInteger.valueOf(3);
    private static final BigInteger USUAL = BigInteger.valueOf(65_537);

    /** Whether a token was signed by a key. */
    interface Verifier {
        JwtStatus verify(Jwt token) throws GeneralSecurityException, JOSEException;
    }

    /** It is of no use here. */
    private static final class UselessException extends GeneralSecurityException {
        private static final long serialVersionUID = 1L;

        UselessException(String why) {
            super(why);
        }
    }

    /** Nothing where it is of no use. */
    static Optional<JwksKey> of(StructValue jwk) {
        if (!(jwk instanceof StructValue.Struct fields)) {
            return Optional.empty();
        }
        try {
            return "enc".equals(text(fields, "use")) ? Optional.empty() : Optional.of(read(fields));
        } catch (GeneralSecurityException | JOSEException | IllegalArgumentException | IllegalStateException e) {
            return Optional.empty();
        }
    }

    private static JwksKey read(StructValue.Struct fields) throws GeneralSecurityException, JOSEException {
        String kid = text(fields, "kid");
        return switch (text(fields, "kty")) {
            case "RSA" -> rsa(kid, rsaKey(fields)).only(fields);
            case "EC" -> ec(kid, fields);
            case "OKP" -> new JwksKey(kid, Set.of("EdDSA"), ed25519(fields)).only(fields);
            case "oct" -> new JwksKey(kid, HMAC, jose(new MACVerifier(bytes(fields, "k")))).only(fields);
            default -> throw new UselessException("kty");
        };
    }

    /** A certificate with an RSA key. */
    static Optional<JwksKey> ofCertificate(String kid, String pem) {
        try {
            PublicKey key = CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8)))
                    .getPublicKey();
            return key instanceof RSAPublicKey rsa ? Optional.of(rsa(kid, rsa)) : Optional.empty();
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static JwksKey rsa(String kid, RSAPublicKey key) {
        return new JwksKey(kid, RSA, jose(new RSASSAVerifier(key)));
    }

    private static RSAPublicKey rsaKey(StructValue.Struct fields) throws GeneralSecurityException {
        BigInteger modulus = new BigInteger(1, bytes(fields, "n"));
        BigInteger exponent = new BigInteger(1, bytes(fields, "e"));
        boolean usual = exponent.equals(THREE) || exponent.equals(USUAL);
        if (!usual || modulus.bitLength() < SMALLEST_RSA || modulus.bitLength() > LARGEST_RSA) {
            throw new UselessException("RSA");
        }
        return (RSAPublicKey) KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(modulus, exponent));
    }

    private static JwksKey ec(String kid, StructValue.Struct fields) throws GeneralSecurityException, JOSEException {
        String curve = text(fields, "crv");
        if (curve.isEmpty()) {
            curve = switch (text(fields, "alg")) {
                case "ES384" -> "P-384";
                case "ES512" -> "P-521";
                default -> "P-256";
            };
        }
        String algorithm = switch (curve) {
            case "P-256" -> "ES256";
            case "P-384" -> "ES384";
            case "P-521" -> "ES512";
            default -> throw new UselessException("crv");
        };
        ECKey key = new ECKey.Builder(
                        Curve.parse(curve), Base64URL.encode(bytes(fields, "x")), Base64URL.encode(bytes(fields, "y")))
                .build();
        return new JwksKey(kid, Set.of(algorithm), jose(new ECDSAVerifier(key.toECPublicKey()))).only(fields);
    }

    private static Verifier jose(JWSVerifier verifier) {
        return token -> verifier.verify(
                        new JWSHeader(JWSAlgorithm.parse(token.said().alg())),
                        token.signed().getBytes(StandardCharsets.US_ASCII),
                        new Base64URL(token.signature()))
                ? JwtStatus.OK
                : JwtStatus.VERIFICATION_FAIL;
    }

    /** By the JDK: the JOSE library would want a further one for it. */
    private static Verifier ed25519(StructValue.Struct fields) throws GeneralSecurityException {
        byte[] little = bytes(fields, "x");
        if (!text(fields, "crv").equals("Ed25519") || little.length != ED25519_KEY) {
            throw new UselessException("crv");
        }
        byte[] big = new byte[ED25519_KEY];
        for (int i = 0; i < ED25519_KEY; i++) {
            big[i] = little[ED25519_KEY - 1 - i];
        }
        boolean odd = (big[0] & 0x80) != 0;
        big[0] &= 0x7f;
        PublicKey key = KeyFactory.getInstance("Ed25519")
                .generatePublic(
                        new EdECPublicKeySpec(NamedParameterSpec.ED25519, new EdECPoint(odd, new BigInteger(1, big))));
        return token -> {
            byte[] given = Base64.getUrlDecoder().decode(token.signature());
            if (given.length != ED25519_SIGNATURE) {
                return JwtStatus.ED25519_SIGNATURE_WRONG_LENGTH;
            }
            Signature signature = Signature.getInstance("Ed25519");
            signature.initVerify(key);
            signature.update(token.signed().getBytes(StandardCharsets.US_ASCII));
            return signature.verify(given) ? JwtStatus.OK : JwtStatus.VERIFICATION_FAIL;
        };
    }

    /** With the one algorithm that the set says, where it says one. */
    private JwksKey only(StructValue.Struct fields) throws GeneralSecurityException {
        String algorithm = text(fields, "alg");
        if (algorithm.isEmpty()) {
            return this;
        }
        if (!algorithms.contains(algorithm)) {
            throw new UselessException("alg");
        }
        return new JwksKey(kid, Set.of(algorithm), verifier);
    }

    private static String text(StructValue.Struct fields, String name) {
        return fields.fields().get(name) instanceof StructValue.StringValue(String value) ? value : "";
    }

    private static byte[] bytes(StructValue.Struct fields, String name) throws GeneralSecurityException {
        byte[] decoded = Base64.getUrlDecoder().decode(text(fields, name));
        if (decoded.length == 0) {
            throw new UselessException(name);
        }
        return decoded;
    }

    /** Whether id and algorithm of a token fit; who names no id fits all. */
    boolean mayHaveSigned(Jwt.Said token) {
        return (token.kid().isEmpty() || kid.isEmpty() || kid.equals(token.kid())) && algorithms.contains(token.alg());
    }

    /** Whether this key has signed it. */
    JwtStatus verify(Jwt token) {
        try {
            return verifier.verify(token);
        } catch (GeneralSecurityException | JOSEException | IllegalArgumentException e) {
            return JwtStatus.VERIFICATION_FAIL;
        }
    }
}
