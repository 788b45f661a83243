package dev.lateen.it;

import dev.lateen.proxy.identity.GrpcCertificateAuthority;
import dev.lateen.proxy.xds.GrpcEndpoint;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** What an agent does: it asks a control plane for a certificate of its service account. */
final class CertificateCall {
    private CertificateCall() {}

    /**
     * Asks once.
     *
     * @param port of the control plane on this machine, with TLS
     * @param roots what the caller trusts
     * @return the chain, leaf first
     */
    static List<String> sign(Vertx vertx, int port, String roots, String token, Duration lifetime) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair key = generator.generateKeyPair();
        byte[] csr = new JcaPKCS10CertificationRequestBuilder(new X500Principal(""), key.getPublic())
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate()))
                .getEncoded();
        String pem = "-----BEGIN CERTIFICATE REQUEST-----\n"
                + Base64.getMimeEncoder().encodeToString(csr) + "\n-----END CERTIFICATE REQUEST-----\n";
        GrpcCertificateAuthority agent = new GrpcCertificateAuthority(
                vertx, GrpcEndpoint.of(SocketAddress.inetSocketAddress(port, "127.0.0.1")), () -> roots);
        try {
            return Async.done(agent.sign(pem, lifetime, token));
        } finally {
            Async.done(agent.close());
        }
    }
}
