package dev.lateen.it;

import dev.lateen.istiod.Istiod;
import io.vertx.core.Vertx;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Set;

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
        return CertificateCall.sign(vertx, istiod.addresses().secureGrpc(), roots, token, Duration.ofHours(1));
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
