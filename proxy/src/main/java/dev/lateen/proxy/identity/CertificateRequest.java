package dev.lateen.proxy.identity;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;

/** A fresh P-256 key and the request to certify it for a SPIFFE identity (a URI SAN, no subject). Its text form never shows the key. */
final class CertificateRequest {
    /** ecdsa-with-SHA256 (RFC 5758). */
    private static final byte[] SIGNATURE = Der.sequence(Der.identifier(42, 840, 10045, 4, 3, 2));

    /** extensionRequest (PKCS #9), the attribute that wishes stand in. */
    private static final byte[] WISHES = Der.identifier(42, 840, 113549, 1, 9, 14);

    /** subjectAltName (RFC 5280). */
    private static final byte[] NAMES = Der.identifier(85, 29, 17);

    private static final byte[] CRITICAL = {1, 1, (byte) 0xff};
    private static final byte[] VERSION = {2, 1, 0};
    private static final int ATTRIBUTES = 0xa0;
    private static final int URI = 0x86;

    private final KeyPair keys;
    private final String pem;

    private CertificateRequest(KeyPair keys, String pem) {
        this.keys = keys;
        this.pem = pem;
    }

    /** Takes some milliseconds of CPU. */
    static CertificateRequest create(String spiffeId) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair keys = generator.generateKeyPair();
        byte[] body = body(keys.getPublic(), spiffeId);
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(keys.getPrivate());
        signature.update(body);
        byte[] der = Der.sequence(body, SIGNATURE, Der.bits(signature.sign()));
        return new CertificateRequest(keys, PemText.of("CERTIFICATE REQUEST", der));
    }

    /** PKCS #10's CertificationRequestInfo (RFC 2986), with an empty subject. */
    private static byte[] body(PublicKey key, String spiffeId) {
        byte[] uri = Der.tagged(URI, spiffeId.getBytes(StandardCharsets.US_ASCII));
        byte[] extension = Der.sequence(NAMES, CRITICAL, Der.octets(Der.sequence(uri)));
        byte[] wishes = Der.sequence(WISHES, Der.set(Der.sequence(extension)));
        return Der.sequence(VERSION, Der.sequence(), key.getEncoded(), Der.tagged(ATTRIBUTES, wishes));
    }

    /** The request in PEM. */
    String pem() {
        return pem;
    }

    PublicKey publicKey() {
        return keys.getPublic();
    }

    /** PKCS #8 in PEM. */
    String privateKeyPem() {
        return PemText.of("PRIVATE KEY", keys.getPrivate().getEncoded());
    }

    @Override
    public String toString() {
        return "SigningRequest[key hidden]";
    }
}
