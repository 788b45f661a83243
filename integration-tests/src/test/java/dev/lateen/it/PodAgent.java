package dev.lateen.it;

import dev.lateen.istiod.Istiod;
import dev.lateen.proxy.identity.GrpcCertificateAuthority;
import dev.lateen.proxy.xds.GrpcEndpoint;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** What the agent of a pod does to have a certificate. */
final class PodAgent {
    private PodAgent() {}

    /**
     * Asks for a certificate of a service account.
     *
     * @param roots what it trusts, as the ConfigMap says
     * @return the chain
     */
    static List<String> sign(Vertx vertx, Istiod istiod, String roots, String token) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair key = generator.generateKeyPair();
        byte[] csr = new JcaPKCS10CertificationRequestBuilder(new X500Principal(""), key.getPublic())
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate()))
                .getEncoded();
        String pem = "-----BEGIN CERTIFICATE REQUEST-----\n"
                + Base64.getMimeEncoder().encodeToString(csr) + "\n-----END CERTIFICATE REQUEST-----\n";
        GrpcCertificateAuthority agent = new GrpcCertificateAuthority(
                vertx,
                GrpcEndpoint.of(
                        SocketAddress.inetSocketAddress(istiod.addresses().secureGrpc(), "127.0.0.1")),
                roots);
        try {
            return Async.done(agent.sign(pem, Duration.ofHours(1), token));
        } finally {
            Async.done(agent.close());
        }
    }

    static X509Certificate certificate(String pem) throws Exception {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    }

    static void assertVerifies(String leaf, Istiod by) throws Exception {
        PKIXParameters parameters =
                new PKIXParameters(Set.of(new TrustAnchor(by.authority().root(), null)));
        parameters.setRevocationEnabled(false);
        CertPathValidator.getInstance("PKIX")
                .validate(
                        CertificateFactory.getInstance("X.509").generateCertPath(List.of(certificate(leaf))),
                        parameters);
    }
}
