package dev.lateen.istiod;

import dev.lateen.api.Release;
import dev.lateen.api.identity.SpiffeId;
import dev.lateen.istiod.admission.ConfigAdmission;
import dev.lateen.istiod.ca.AuthorityFiles;
import dev.lateen.istiod.ca.AuthorityReader;
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
import dev.lateen.istiod.debug.MetricsAnswer;
import dev.lateen.istiod.discovery.CallerCheck;
import dev.lateen.istiod.discovery.DiscoveryServer;
import dev.lateen.istiod.discovery.DiscoverySettings;
import dev.lateen.istiod.jwks.JwksBootstrap;
import dev.lateen.istiod.jwks.JwksSource;
import dev.lateen.istiod.kubernetes.HomeCluster;
import dev.lateen.istiod.kubernetes.connection.ClusterBootstrap;
import dev.lateen.istiod.kubernetes.status.MeshFacts;
import dev.lateen.istiod.listen.ListenAddress;
import dev.lateen.istiod.listen.PeerKeepalive;
import dev.lateen.istiod.listen.Ports;
import dev.lateen.istiod.metrics.Gauges;
import dev.lateen.istiod.metrics.IstiodMetrics;
import dev.lateen.istiod.metrics.Observed;
import dev.lateen.istiod.webhook.ValidationWebhook;
import dev.lateen.istiod.webhook.WebhookPort;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** What a running istiod is made of, wired. */
final class IstiodParts {
    /** Istio's gRPC limit. */
    private static final long LARGEST_MESSAGE = 4 * 1024 * 1024;

    private static final String SYSTEM_NAMESPACE = "istio-system";

    private final Vertx vertx;
    private final IstiodBootstrap bootstrap;
    private final Istiod.Surroundings surroundings;
    private final IstiodMetrics metrics;
    private final @Nullable HomeCluster cluster;
    private final JoinedConfig config;
    private final Ports ports;
    private final HttpServerOptions tls;
    private final @Nullable HttpServerOptions webhookTls;
    final CertificateAuthority authority;
    /** Where no cluster mints tokens; else null. */
    final @Nullable TokenIssuer tokens;

    private final Callers callers;
    final DiscoveryServer discovery;
    final SnapshotWriter writer;

    /**
     * What an istiod stands on.
     *
     * @param cluster that it belongs to; null if to none
     * @param config all that it follows
     * @param keys what of it this process fetches
     */
    private record Ground(
            Vertx vertx,
            IstiodBootstrap bootstrap,
            Istiod.Surroundings surroundings,
            @Nullable HomeCluster cluster,
            JoinedConfig config,
            JwksSource keys) {}

    private IstiodParts(Ground ground, IstiodMetrics metrics, Observed<IstiodEvents> events) throws IOException {
        this.vertx = ground.vertx;
        this.bootstrap = ground.bootstrap;
        this.surroundings = ground.surroundings;
        this.metrics = metrics;
        this.cluster = ground.cluster;
        this.config = ground.config;
        InstantSource clock = InstantSource.system();
        String trustDomain = config.current().mesh().trustDomain();
        this.authority = authority(bootstrap, cluster, trustDomain, clock);
        this.tokens =
                cluster == null ? TokenIssuer.openOrCreate(bootstrap.state().resolve("token-key.jwk"), clock) : null;
        this.callers = new Callers(
                cluster == null ? Objects.requireNonNull(tokens) : cluster.tokens(System::nanoTime), trustDomain);
        DiscoverySettings settings = DiscoverySettings.defaults("istiod/" + Release.VERSION)
                .withInstance(ClusterBootstrap.podNameOrProcess())
                .withShowPlaintext(bootstrap.grpc().isLoopback())
                .withNamespace(namespace())
                .withStreams(
                        DiscoverySettings.MOST_STREAMS,
                        DiscoverySettings.FIRST_MESSAGE_WITHIN,
                        bootstrap.maxStreamAge());
        this.discovery = new DiscoveryServer(settings, events, clock, System::nanoTime, new Random());
        this.writer = new SnapshotWriter(config, discovery, events, ground.keys);
        this.ports = new Ports(vertx, PeerKeepalive.USUAL, cluster == null ? List.of() : cluster.names());
        this.tls = ports.secure(authority, bootstrap.secureGrpc());
        WebhookPort webhooks = surroundings.webhooks();
        // An API server shows no certificate, or one that is not the mesh's.
        this.webhookTls = webhooks == null
                ? null
                : ports.secure(authority, webhooks.address()).setClientAuth(ClientAuth.NONE);
        surroundings.readiness().require("first snapshot", () -> discovery.view() != null);
        new Gauges(metrics, discovery, config, writer::snapshot, authority).register();
    }

    private static CertificateAuthority authority(
            IstiodBootstrap bootstrap, @Nullable HomeCluster cluster, String trustDomain, InstantSource clock)
            throws IOException {
        SecureRandom random = new SecureRandom();
        Path given = bootstrap.authority();
        if (given != null) {
            return new AuthorityFiles(clock, random).open(given);
        }
        return cluster == null
                ? new AuthorityFiles(clock, random)
                        .openOrCreate(bootstrap.state().resolve("ca"), trustDomain)
                : cluster.authority(trustDomain, new AuthorityReader(clock, random));
    }

    /** Everything that takes a moment: reads files, makes keys, builds the first snapshot. Blocks. */
    static IstiodParts prepare(Vertx vertx, IstiodBootstrap bootstrap, Istiod.Surroundings surroundings)
            throws IOException, InvalidConfigException {
        IstiodMetrics metrics = new IstiodMetrics();
        Observed<IstiodEvents> events = new Observed<>(metrics, surroundings.events());
        HomeCluster cluster = cluster(vertx, bootstrap.followed());
        try {
            JwksSource keys = JwksSource.open(vertx, JwksBootstrap.read(), System::nanoTime);
            List<ConfigSource> sources = new ArrayList<>(
                    bootstrap.sources(cluster == null ? null : cluster.source(), surroundings.sources()));
            sources.add(keys);
            JoinedConfig config = JoinedConfig.open(sources, ConfigTiming.USUAL, events, System::nanoTime);
            return prepare(new Ground(vertx, bootstrap, surroundings, cluster, config, keys), metrics, events);
        } catch (IOException | InvalidConfigException | RuntimeException e) {
            if (cluster != null) {
                cluster.close();
            }
            throw e;
        }
    }

    private static @Nullable HomeCluster cluster(Vertx vertx, IstiodBootstrap.Followed followed) throws IOException {
        return followed.cluster() == null
                ? null
                : HomeCluster.open(vertx, followed.cluster(), followed.meshConfig() == null, System::nanoTime);
    }

    private static IstiodParts prepare(Ground ground, IstiodMetrics metrics, Observed<IstiodEvents> events)
            throws IOException {
        try {
            IstiodParts made = new IstiodParts(ground, metrics, events);
            made.writer.start();
            if (ground.cluster != null) {
                MeshFacts facts = new MeshFacts(
                        ground.config::fates,
                        made.discovery::proxies,
                        made.writer::snapshot,
                        () -> ground.config.current().objects());
                ground.cluster.begin(facts, made.authority, InstantSource.system());
            }
            return made;
        } catch (IOException | RuntimeException e) {
            ground.config.close();
            throw e;
        }
    }

    /** The control plane's own. */
    private String namespace() {
        return cluster == null ? SYSTEM_NAMESPACE : cluster.namespace();
    }

    /** Opens the ports. */
    Future<Istiod.Addresses> open() {
        DebugServer debug = new DebugServer(
                discovery,
                config,
                writer::snapshot,
                new MetricsAnswer(metrics, surroundings.platform()),
                surroundings.readiness(),
                new DebugAccess(callers, namespace()),
                Release.inIstiosForm());
        Handler<HttpServerRequest> pages = debug.handler(vertx);
        GrpcServer plain = grpc();
        discovery.serveOn(plain, this::checkOffered);
        GrpcServer secure = grpc();
        discovery.serveOn(secure, this::check);
        new CertificateService(
                        authority,
                        callers,
                        bootstrap.certificates().usual(),
                        bootstrap.certificates().longest(),
                        metrics)
                .serveOn(secure);
        ListenAddress http = bootstrap.http();
        Future<Integer> grpcPort = ports.openPlain(bootstrap.grpc(), plain);
        Future<Integer> securePort = ports.openSecure(bootstrap.secureGrpc(), tls, authority, secure);
        Future<Integer> monitoringPort = ports.openPlain(bootstrap.monitoring(), pages);
        Future<Integer> httpPort = http == null ? Future.succeededFuture(0) : ports.openPlain(http, pages);
        Future<Integer> webhooksPort = openWebhooks();
        return Future.join(grpcPort, securePort, monitoringPort, httpPort, webhooksPort)
                .map(_ -> new Istiod.Addresses(
                        grpcPort.result(),
                        securePort.result(),
                        monitoringPort.result(),
                        httpPort.result(),
                        webhooksPort.result()));
    }

    private Future<Integer> openWebhooks() {
        WebhookPort webhooks = surroundings.webhooks();
        if (webhooks == null || webhookTls == null) {
            return Future.succeededFuture(0);
        }
        // Its threads end with the verticle.
        ValidationWebhook validation = new ValidationWebhook(vertx, new ConfigAdmission(writer::snapshot));
        Future<Integer> port =
                ports.openSecure(webhooks.address(), webhookTls, authority, webhooks.router(vertx, validation));
        HomeCluster home = cluster;
        return home == null ? port : port.onSuccess(_ -> home.register(authority::rootPem));
    }

    private GrpcServer grpc() {
        return GrpcServer.server(vertx, new GrpcServerOptions().setMaxMessageSize(LARGEST_MESSAGE));
    }

    private CallerCheck.Verdict check(@Nullable SSLSession tls, @Nullable String authorization) {
        try {
            SpiffeId identity = callers.identify(tls, authorization);
            return new CallerCheck.Verdict.Known(identity);
        } catch (RefusedException e) {
            return new CallerCheck.Verdict.Refused(String.valueOf(e.getMessage()));
        }
    }

    /** Without TLS nobody has to prove who it is, and who does so by a token is known by it. */
    private CallerCheck.Verdict checkOffered(@Nullable SSLSession none, @Nullable String authorization) {
        return authorization != null && check(none, authorization) instanceof CallerCheck.Verdict.Known known
                ? known
                : new CallerCheck.Verdict.Anonymous();
    }

    /** Ends all streams, closes the ports and stops watching: no thread and no port is left. */
    Future<Void> close() {
        writer.stop();
        config.close();
        discovery.stop();
        Future<Void> closed = ports.close();
        HomeCluster left = cluster;
        // Its client waits for the connections to end.
        return left == null
                ? closed
                : closed.eventually(() -> vertx.executeBlocking(() -> {
                    left.close();
                    return null;
                }));
    }
}
