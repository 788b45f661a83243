package dev.lateen.proxy.xds;

import dev.lateen.proxy.model.Secret;
import dev.lateen.proxy.xds.bootstrap.ControlPlane;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import java.util.Map;

/** Turns a bootstrap's words about a server into what a client connects with. */
public final class XdsTargets {
    private XdsTargets() {}

    /** Where a server is, and how its connections are secured. */
    public static XdsTarget of(ControlPlane plane) {
        ControlPlane.Tls tls = plane.tls();
        SocketAddress address = plane.unixPath().isEmpty()
                ? SocketAddress.inetSocketAddress(plane.port(), plane.host())
                : SocketAddress.domainSocketAddress(plane.unixPath());
        return tls == null
                ? XdsTarget.clearText(address, plane.keepalive(), plane::headers)
                : new XdsTarget(
                        new GrpcEndpoint(address, tls.serverName()),
                        tls.secrets(),
                        secrets -> secured(tls, secrets),
                        plane.keepalive(),
                        plane::headers);
    }

    private static HttpClientOptions secured(ControlPlane.Tls tls, Map<String, Secret> secrets) {
        HttpClientOptions options = new HttpClientOptions().setSsl(true);
        String roots = tls.rootsPem() == null ? null : tls.rootsPem().get();
        if (secrets.get(tls.rootsSecret()) instanceof Secret.ValidationContext trusted) {
            roots = trusted.trustedCaPem();
        }
        if (roots != null) {
            options.setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(roots)));
        }
        if (secrets.get(tls.certificateSecret()) instanceof Secret.TlsCertificate own) {
            return options.setKeyCertOptions(keys(own.certificateChainPem(), own.privateKeyPem()));
        }
        String chain = tls.certificateChainPem();
        String key = tls.privateKeyPem();
        return chain == null || key == null ? options : options.setKeyCertOptions(keys(chain, key));
    }

    private static PemKeyCertOptions keys(String chainPem, String keyPem) {
        return new PemKeyCertOptions().addCertValue(Buffer.buffer(chainPem)).addKeyValue(Buffer.buffer(keyPem));
    }
}
