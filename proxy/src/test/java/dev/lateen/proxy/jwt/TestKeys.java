package dev.lateen.proxy.jwt;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.OctetSequenceKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.EdECPublicKey;
import java.util.Base64;

/** Keys of an issuer, and tokens signed by them. */
public final class TestKeys {
    public final RSAKey rsa;
    public final ECKey p256;
    public final ECKey p384;
    public final ECKey p521;
    public final OctetSequenceKey secret;
    private final KeyPair edwards;

    public TestKeys() {
        try {
            rsa = new RSAKeyGenerator(2048).keyID("rsa").generate();
            p256 = new ECKeyGenerator(Curve.P_256).keyID("p256").generate();
            p384 = new ECKeyGenerator(Curve.P_384).keyID("p384").generate();
            p521 = new ECKeyGenerator(Curve.P_521).keyID("p521").generate();
            secret = new OctetSequenceKeyGenerator(512).keyID("secret").generate();
            edwards = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (JOSEException | GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** All of them, without what is secret, but for that of HMAC. */
    public String jwks() {
        return "{\"keys\":[" + rsa.toPublicJWK() + ',' + p256.toPublicJWK() + ',' + p384.toPublicJWK() + ','
                + p521.toPublicJWK() + ',' + secret + ',' + edwardsJwk() + "]}";
    }

    /** Only that of RSA. */
    public String rsaJwks() {
        return "{\"keys\":[" + rsa.toPublicJWK() + "]}";
    }

    private String edwardsJwk() {
        EdECPublicKey key = (EdECPublicKey) edwards.getPublic();
        byte[] big = key.getPoint().getY().toByteArray();
        byte[] little = new byte[32];
        for (int i = 0; i < 32 && i < big.length; i++) {
            little[i] = big[big.length - 1 - i];
        }
        if (key.getPoint().isXOdd()) {
            little[31] |= (byte) 0x80;
        }
        return "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"edwards\",\"x\":\"" + encode(little) + "\"}";
    }

    /** By RSA, with the key's id. */
    public String token(String claims) {
        return sign("{\"alg\":\"RS256\",\"kid\":\"rsa\"}", claims, "RS256");
    }

    /** As given. @param algorithm what is really signed by */
    public String sign(String header, String claims, String algorithm) {
        String signed = encode(header) + '.' + encode(claims);
        return signed + '.' + signature(signed, algorithm);
    }

    /** Of some text. */
    public String signature(String signed, String algorithm) {
        byte[] bytes = signed.getBytes(StandardCharsets.US_ASCII);
        try {
            if (algorithm.equals("EdDSA")) {
                Signature signature = Signature.getInstance("Ed25519");
                signature.initSign(edwards.getPrivate());
                signature.update(bytes);
                return encode(signature.sign());
            }
            JWSHeader header = new JWSHeader(JWSAlgorithm.parse(algorithm));
            return signer(algorithm).sign(header, bytes).toString();
        } catch (JOSEException | GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private JWSSigner signer(String algorithm) throws JOSEException {
        return switch (algorithm) {
            case "ES256" -> new ECDSASigner(p256);
            case "ES384" -> new ECDSASigner(p384);
            case "ES512" -> new ECDSASigner(p521);
            case "HS256", "HS384", "HS512" -> new MACSigner(secret);
            default -> new RSASSASigner(rsa);
        };
    }

    /** The id of the key that such a token is signed by. */
    public String kid(String algorithm) {
        JWK key = switch (algorithm) {
            case "ES256" -> p256;
            case "ES384" -> p384;
            case "ES512" -> p521;
            case "HS256", "HS384", "HS512" -> secret;
            default -> rsa;
        };
        return algorithm.equals("EdDSA") ? "edwards" : key.getKeyID();
    }

    public static String encode(String text) {
        return encode(text.getBytes(StandardCharsets.UTF_8));
    }

    public static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
