package dev.lateen.proxy.identity;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** A fresh P-256 key and the request to certify it for a SPIFFE identity (a URI SAN, no subject). Its text form never shows the key. */
final class CertificateRequest {
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
        try {
            ExtensionsGenerator extensions = new ExtensionsGenerator();
            extensions.addExtension(
                    Extension.subjectAlternativeName,
                    true,
                    new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, spiffeId)));
            byte[] der = new JcaPKCS10CertificationRequestBuilder(new X500Principal(""), keys.getPublic())
                    .addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate())
                    .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()))
                    .getEncoded();
            return new CertificateRequest(keys, PemText.of("CERTIFICATE REQUEST", der));
        } catch (IOException | OperatorCreationException e) {
            throw new GeneralSecurityException(e);
        }
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
