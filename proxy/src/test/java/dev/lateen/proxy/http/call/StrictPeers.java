package dev.lateen.proxy.http.call;

import dev.lateen.proxy.model.Secret;
import dev.lateen.proxy.model.StringMatcher;
import dev.lateen.proxy.model.TlsSettings;
import dev.lateen.proxy.model.TlsSettings.SanMatcher;
import dev.lateen.proxy.model.TlsSettings.SecretSource;
import dev.lateen.proxy.model.TlsSettings.Validation;
import dev.lateen.proxy.model.UpstreamTls;
import dev.lateen.proxy.tls.TestCertificates;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.util.List;

/** A mesh's authority, a server that takes mutual TLS only, and what a proxy needs to call it. */
public final class StrictPeers {
    /** Who calls. */
    static final String PROXY = "spiffe://cluster.local/ns/default/sa/productpage";

    /** Who is called. */
    public static final String SERVICE = "spiffe://cluster.local/ns/default/sa/reviews";

    private final TestCertificates authority = new TestCertificates("O=cluster.local");

    /** As a sidecar under {@code STRICT}. */
    public HttpServerOptions server() {
        Secret.TlsCertificate own = authority.workload("reviews", SERVICE);
        return new HttpServerOptions()
                .setSsl(true)
                .setUseAlpn(true)
                .setClientAuth(ClientAuth.REQUIRED)
                .setKeyCertOptions(new PemKeyCertOptions()
                        .addCertValue(Buffer.buffer(own.certificateChainPem()))
                        .addKeyValue(Buffer.buffer(own.privateKeyPem())))
                .setTrustOptions(new PemTrustOptions()
                        .addCertValue(Buffer.buffer(authority.roots("ROOTCA").trustedCaPem())));
    }

    /** Gives the proxy its identity. */
    public CallFixture bringTo(CallFixture mesh) {
        return mesh.secret(authority.workload("default", PROXY)).secret(authority.roots("ROOTCA"));
    }

    /** The transport socket for a server of this identity. */
    public static UpstreamTls mutual(String expected) {
        Validation validation = new Validation(
                new SecretSource.Sds("ROOTCA"),
                false,
                false,
                List.of(SanMatcher.any(new StringMatcher.Exact(expected, false))),
                List.of(),
                List.of());
        return new UpstreamTls(
                new TlsSettings("", "", List.of(), List.of(), List.of(new SecretSource.Sds("default")), validation),
                "reviews",
                false,
                false);
    }
}
