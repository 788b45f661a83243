package dev.lateen.istiod;

import dev.lateen.api.Release;
import dev.lateen.api.identity.SpiffeId;
import dev.lateen.istiod.ca.AuthorityFiles;
import dev.lateen.istiod.ca.Callers;
import dev.lateen.istiod.ca.CertificateAuthority;
import dev.lateen.istiod.ca.CertificateService;
import dev.lateen.istiod.ca.RefusedException;
import dev.lateen.istiod.ca.TokenIssuer;
import dev.lateen.istiod.config.ConfigSource;
import dev.lateen.istiod.config.ConfigTiming;
import dev.lateen.istiod.config.InvalidConfigException;
import dev.lateen.istiod.config.JoinedConfig;
import dev.lateen.istiod.debug.DebugAccess;
import dev.lateen.istiod.debug.DebugServer;
import dev.lateen.istiod.debug.IstiodMetrics;
import dev.lateen.istiod.debug.Readiness;
import dev.lateen.istiod.discovery.DiscoveryServer;
import dev.lateen.istiod.discovery.DiscoverySettings;
import dev.lateen.istiod.discovery.PeerCheck;
import dev.lateen.istiod.discovery.ProxyStatus;
import dev.lateen.istiod.model.MeshSnapshot;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * The control plane: config source, snapshots, discovery, certificate authority and debug pages, wired. Methods are safe from any thread.
 */
public final class Istiod {
    /** Istio's gRPC limit. */
    private static final long LARGEST_MESSAGE = 4 * 1024 * 1024;

    private final IstiodBootstrap bootstrap;
    private final IstiodMetrics metrics;
    private final Readiness readiness;
    private final CertificateAuthority authority;
    private final TokenIssuer tokens;
    private final Callers callers;
    private final JoinedConfig config;
    private final DiscoveryServer discovery;
    private final SnapshotWriter writer;
    private final Ports ports;
    private final HttpServerOptions tls;
    private volatile Addresses addresses = new Addresses(0, 0, 0, 0);

    /**
     * The ports that are really bound.
     *
     * @param grpc plaintext discovery
     * @param secureGrpc discovery and certificates over TLS
     * @param monitoring metrics, readiness, debug pages
     * @param http the same pages once more; 0 if not at all
     */
    public record Addresses(int grpc, int secureGrpc, int monitoring, int http) {}

    private Istiod(
            Vertx vertx,
            IstiodBootstrap bootstrap,
            IstiodMetrics metrics,
            IstiodEvents events,
            JoinedConfig config,
            Readiness readiness)
            throws IOException {
        this.bootstrap = bootstrap;
        this.metrics = metrics;
        this.readiness = readiness;
        InstantSource clock = InstantSource.system();
        this.config = config;
        String trustDomain = config.current().mesh().trustDomain();
        this.authority = authority(bootstrap, trustDomain, clock);
        this.tokens = TokenIssuer.openOrCreate(bootstrap.state().resolve("token-key.jwk"), clock);
        this.callers = new Callers(tokens, trustDomain);
        DiscoverySettings settings = DiscoverySettings.defaults("istiod/" + Release.VERSION)
                .withShowPlaintext(bootstrap.grpc().isLoopback())
                .withStreams(
                        DiscoverySettings.MOST_STREAMS,
                        DiscoverySettings.FIRST_MESSAGE_WITHIN,
                        bootstrap.maxStreamAge());
        this.discovery = new DiscoveryServer(settings, events, clock, System::nanoTime, new Random());
        this.writer = new SnapshotWriter(config, discovery, events);
        this.ports = new Ports(vertx, Keepalive.USUAL);
        this.tls = ports.secure(authority, bootstrap.secureGrpc());
        readiness.require("first snapshot", () -> discovery.view() != null);
        new Gauges(metrics, discovery, config, writer::snapshot, authority).register();
    }

    private static CertificateAuthority authority(IstiodBootstrap bootstrap, String trustDomain, InstantSource clock)
            throws IOException {
        AuthorityFiles files = new AuthorityFiles(clock, new SecureRandom());
        Path given = bootstrap.authority();
        return given != null
                ? files.open(given)
                : files.openOrCreate(bootstrap.state().resolve("ca"), trustDomain);
    }

    /**
     * Reads the config, opens the ports and serves.
     *
     * @param listener learns of config changes, problems and proxies
     * @return done when all ports are bound; fails with {@link InvalidConfigException}, or an {@link IOException} that names the file or flag
     */
    public static Future<Istiod> start(Vertx vertx, IstiodBootstrap bootstrap, IstiodEvents listener) {
        return start(vertx, bootstrap, List.of(), listener, new Readiness());
    }

    /**
     * The same, with objects that stand in no file, and with conditions of the caller's on {@code /ready}: they count from the first answer on.
     *
     * @param sources what has objects beside the files of the bootstrap, which give way to them; closed with istiod
     * @param readiness istiod adds its own conditions
     */
    public static Future<Istiod> start(
            Vertx vertx,
            IstiodBootstrap bootstrap,
            List<ConfigSource> sources,
            IstiodEvents listener,
            Readiness readiness) {
        return vertx.executeBlocking(() -> prepare(vertx, bootstrap, sources, listener, readiness), false)
                .compose(istiod -> istiod.open(vertx)
                        .map(istiod)
                        .recover(failure -> istiod.stop().transform(stopped -> Future.failedFuture(failure))));
    }

    /** Everything that takes a moment: reads files, makes keys, builds the first snapshot. */
    private static Istiod prepare(
            Vertx vertx,
            IstiodBootstrap bootstrap,
            List<ConfigSource> sources,
            IstiodEvents listener,
            Readiness readiness)
            throws IOException, InvalidConfigException {
        IstiodMetrics metrics = new IstiodMetrics();
        IstiodEvents events = new Observed(metrics, listener);
        JoinedConfig config = JoinedConfig.open(
                bootstrap.sources(sources), ConfigTiming.USUAL, events, System::nanoTime);
        try {
            Istiod istiod = new Istiod(vertx, bootstrap, metrics, events, config, readiness);
            istiod.writer.start();
            return istiod;
        } catch (IOException | RuntimeException e) {
            config.close();
            throw e;
        }
    }

    private Future<Void> open(Vertx vertx) {
        DebugServer debug = new DebugServer(
                discovery,
                config,
                writer::snapshot,
                metrics,
                readiness,
                new DebugAccess(callers),
                Release.inIstiosForm());
        Handler<HttpServerRequest> pages = debug.handler(vertx);
        GrpcServer plain = grpc(vertx);
        discovery.serveOn(plain, this::checkOffered);
        GrpcServer secure = grpc(vertx);
        discovery.serveOn(secure, this::check);
        new CertificateService(
                        authority,
                        callers,
                        bootstrap.defaultCertificateTtl(),
                        bootstrap.longestCertificateTtl(),
                        metrics)
                .serveOn(secure);
        ListenAddress http = bootstrap.http();
        Future<Integer> grpcPort = ports.openPlain(bootstrap.grpc(), plain);
        Future<Integer> securePort = ports.openSecure(bootstrap.secureGrpc(), tls, authority, secure);
        Future<Integer> monitoringPort = ports.openPlain(bootstrap.monitoring(), pages);
        Future<Integer> httpPort = http == null ? Future.succeededFuture(0) : ports.openPlain(http, pages);
        return Future.join(grpcPort, securePort, monitoringPort, httpPort)
                .onSuccess(all -> addresses = new Addresses(
                        grpcPort.result(), securePort.result(), monitoringPort.result(), httpPort.result()))
                .mapEmpty();
    }

    private static GrpcServer grpc(Vertx vertx) {
        return GrpcServer.server(vertx, new GrpcServerOptions().setMaxMessageSize(LARGEST_MESSAGE));
    }

    private PeerCheck.Verdict check(@Nullable SSLSession tls, @Nullable String authorization) {
        try {
            SpiffeId identity = callers.identify(tls, authorization);
            return new PeerCheck.Verdict.Known(identity);
        } catch (RefusedException e) {
            return new PeerCheck.Verdict.Refused(String.valueOf(e.getMessage()));
        }
    }

    /** Without TLS nobody has to prove who it is, and who does so by a token is known by it. */
    private PeerCheck.Verdict checkOffered(@Nullable SSLSession none, @Nullable String authorization) {
        return authorization != null && check(none, authorization) instanceof PeerCheck.Verdict.Known known
                ? known
                : new PeerCheck.Verdict.Anonymous();
    }

    /** The ports that are really bound. */
    public Addresses addresses() {
        return addresses;
    }

    /** Mints tokens with which workloads on this machine prove who they are. */
    public TokenIssuer tokens() {
        return tokens;
    }

    /** The mesh's authority, for its root and for servers of the control plane such as the injector. */
    public CertificateAuthority authority() {
        return authority;
    }

    /** Every connected proxy as it stands. */
    public List<ProxyStatus> proxies() {
        return discovery.proxies();
    }

    /** The snapshot in force; null before the first. */
    public @Nullable MeshSnapshot snapshot() {
        return writer.snapshot();
    }

    /** Whether this proxy (by its node id) has everything of the snapshot in force and has accepted all of it. */
    public boolean isInSync(String nodeId) {
        MeshSnapshot snapshot = writer.snapshot();
        return snapshot != null
                && discovery.proxies().stream()
                        .filter(proxy -> proxy.node().id().equals(nodeId))
                        .anyMatch(proxy -> proxy.settledVersion() == snapshot.version()
                                && proxy.types().stream().allMatch(type -> type.rejection() == null));
    }

    /** Ends all streams, closes the ports and stops watching. */
    public Future<Void> stop() {
        writer.stop();
        config.close();
        discovery.stop();
        return ports.close();
    }
}
