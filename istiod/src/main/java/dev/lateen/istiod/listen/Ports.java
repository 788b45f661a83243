package dev.lateen.istiod.listen;

import dev.lateen.istiod.ca.CertificateAuthority;
import dev.lateen.istiod.ca.KeyPairAndChain;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Opens istiod's ports, and closes them all. */
public final class Ports {
    /** The names under which istiod is called: inside a cluster, and on one machine. */
    static final List<String> NAMES = List.of(
            "istiod.istio-system.svc", "istiod.istio-system.svc.cluster.local", "istiod.istio-system", "localhost");

    private static final Set<String> ADDRESSES = Set.of("127.0.0.1", "::1");
    private static final Duration CERTIFICATE_TTL = Duration.ofDays(90);
    private static final Duration RENEW_EVERY = Duration.ofDays(30);

    private final Vertx vertx;
    private final PeerKeepalive keepalive;
    private final List<String> names;
    private final List<HttpServer> servers = new ArrayList<>();
    private final List<Long> timers = new ArrayList<>();

    /** @param keepalive how silent peers are found */
    public Ports(Vertx vertx, PeerKeepalive keepalive) {
        this(vertx, keepalive, List.of());
    }

    /** @param names under which istiod is called beside the usual ones */
    public Ports(Vertx vertx, PeerKeepalive keepalive, List<String> names) {
        this.vertx = vertx;
        this.keepalive = keepalive;
        this.names = List.copyOf(names);
    }

    /** A port without TLS, for HTTP/1.1 and HTTP/2. */
    public Future<Integer> openPlain(ListenAddress address, Handler<HttpServerRequest> handler) {
        return listen(
                vertx.createHttpServer(keepalive.on(new HttpServerOptions())).requestHandler(handler), address);
    }

    /**
     * TLS with a certificate of the authority's, which is for istiod's names and the address that is listened on; a client certificate is
     * asked for, and must be the authority's. Makes a key, so not for event loops.
     */
    public HttpServerOptions secure(CertificateAuthority authority, ListenAddress address) {
        return new HttpServerOptions()
                .setSsl(true)
                .setUseAlpn(true)
                .setKeyCertOptions(keyAndCertificate(authority, address))
                .setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(authority.callerRootsPem())))
                .setClientAuth(ClientAuth.REQUEST);
    }

    /** A port with TLS, whose certificate is renewed now and then, and when the authority signs with another key. */
    public Future<Integer> openSecure(
            ListenAddress address,
            HttpServerOptions options,
            CertificateAuthority authority,
            Handler<HttpServerRequest> handler) {
        HttpServer server = vertx.createHttpServer(keepalive.on(options)).requestHandler(handler);
        timers.add(vertx.setPeriodic(
                RENEW_EVERY.toMillis(), timer -> server.updateSSLOptions(renewed(options, authority, address))));
        authority.onChange(() -> server.updateSSLOptions(renewed(options, authority, address)));
        return listen(server, address);
    }

    private ServerSSLOptions renewed(HttpServerOptions options, CertificateAuthority authority, ListenAddress address) {
        ServerSSLOptions renewed = new ServerSSLOptions(options.getSslOptions());
        renewed.setKeyCertOptions(keyAndCertificate(authority, address));
        renewed.setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(authority.callerRootsPem())));
        return renewed;
    }

    private PemKeyCertOptions keyAndCertificate(CertificateAuthority authority, ListenAddress address) {
        Set<String> called = new LinkedHashSet<>(NAMES);
        called.addAll(names);
        Set<String> addresses = new LinkedHashSet<>(ADDRESSES);
        addresses.addAll(address.addresses());
        if (!address.isNumeric()) {
            called.add(address.host());
        }
        KeyPairAndChain pair = authority.issueServer(List.copyOf(called), List.copyOf(addresses), CERTIFICATE_TTL);
        return new PemKeyCertOptions()
                .setKeyValue(Buffer.buffer(pair.keyPem()))
                .setCertValue(Buffer.buffer(pair.chainPem()));
    }

    private Future<Integer> listen(HttpServer server, ListenAddress address) {
        servers.add(server);
        keepalive.watch(vertx, server);
        return server.listen(address.port(), address.host())
                .map(HttpServer::actualPort)
                .recover(failure -> Future.failedFuture(new IOException(
                        address.flag() + " " + address + ": " + failure.getMessage()
                                + " (accepted: an address of this machine and a free port)",
                        failure)));
    }

    /** Closes all ports; calls that are under way have a moment to end. */
    public Future<Void> close() {
        timers.forEach(vertx::cancelTimer);
        List<Future<Void>> closed = servers.stream()
                .map(server -> server.shutdown(2, TimeUnit.SECONDS))
                .toList();
        return Future.join(closed).mapEmpty();
    }
}
