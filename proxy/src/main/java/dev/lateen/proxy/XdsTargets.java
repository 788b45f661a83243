package dev.lateen.proxy;

import dev.lateen.proxy.identity.WorkloadIdentity;
import dev.lateen.proxy.xds.ControlPlane;
import dev.lateen.proxy.xds.XdsTarget;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** Turns a bootstrap's words about a server into what a client connects with. */
final class XdsTargets {
    private XdsTargets() {}

    /** @param identity whose certificate is shown where the settings ask for it */
    static XdsTarget of(ControlPlane plane, @Nullable WorkloadIdentity identity) {
        ControlPlane.Tls tls = plane.tls();
        SocketAddress address = plane.unixPath().isEmpty()
                ? address(plane.host(), plane.port(), tls == null ? "" : tls.serverName())
                : SocketAddress.domainSocketAddress(plane.unixPath());
        return new XdsTarget(
                address, () -> tls == null ? new HttpClientOptions() : secured(tls, identity), plane::headers);
    }

    /** An address whose host is the name that the server's certificate must be for. */
    static SocketAddress address(String host, int port, String serverName) {
        if (serverName.isEmpty() || serverName.equals(host)) {
            return SocketAddress.inetSocketAddress(port, host);
        }
        try {
            byte[] literal = InetAddress.ofLiteral(host).getAddress();
            return SocketAddress.inetSocketAddress(
                    new InetSocketAddress(InetAddress.getByAddress(serverName, literal), port));
        } catch (IllegalArgumentException | UnknownHostException e) {
            // A host that is a name: it and not the server name decides, for one name can't stand for another's
            // addresses.
            return SocketAddress.inetSocketAddress(port, host);
        }
    }

    private static HttpClientOptions secured(ControlPlane.Tls tls, @Nullable WorkloadIdentity identity) {
        HttpClientOptions options = new HttpClientOptions().setSsl(true);
        if (tls.rootsPem() != null) {
            options.setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(tls.rootsPem())));
        }
        WorkloadIdentity.Held held = identity == null ? null : identity.held();
        if (tls.workloadIdentity() && held != null) {
            return options.setKeyCertOptions(keys(
                    held.certificate().certificateChainPem(), held.certificate().privateKeyPem()));
        }
        String chain = tls.certificateChainPem();
        String key = tls.privateKeyPem();
        return chain == null || key == null ? options : options.setKeyCertOptions(keys(chain, key));
    }

    private static PemKeyCertOptions keys(String chainPem, String keyPem) {
        return new PemKeyCertOptions().addCertValue(Buffer.buffer(chainPem)).addKeyValue(Buffer.buffer(keyPem));
    }
}
