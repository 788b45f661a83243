package dev.lateen.install.run;

import dev.lateen.api.Release;
import dev.lateen.api.metrics.MetricsSource;
import dev.lateen.api.yaml.StartSettings;
import dev.lateen.install.failure.CommandFailure;
import dev.lateen.proxy.Proxy;
import dev.lateen.proxy.ProxyBootstrap;
import dev.lateen.proxy.identity.IdentitySettings;
import dev.lateen.proxy.model.LoadAssignment.Locality;
import dev.lateen.proxy.xds.bootstrap.ControlPlane.Tls;
import dev.lateen.proxy.xds.bootstrap.XdsNode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;

/** Real proxies as verticles of one Vert.x: each gets its certificate from istiod and its config over mutual TLS, as on a cluster. */
final class LiveProxies implements ProxyHost {
    static final int ADMIN_PORT = 15000;
    private static final int READINESS_PORT = 15021;
    private static final int STATS_PORT = 15090;
    /** Istiod is known here by its address, which its certificate names. */
    private static final String SERVER_NAME = "";

    /** For a start, or for an end beyond the time that requests under way are given. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Shared process;
    private final RunBootstrap.Listen istiod;
    private final Identities identities;
    private final OutputStream accessLog;

    /**
     * With where istiod serves over TLS.
     *
     * @param accessLog where access logs go that are sent to standard output
     */
    LiveProxies(Shared process, RunBootstrap.Listen istiod, Identities identities, OutputStream accessLog) {
        this.process = process;
        this.istiod = istiod;
        this.identities = identities;
        this.accessLog = accessLog;
    }

    /**
     * The process that they share.
     *
     * @param platform its metrics, which gateways tell
     */
    record Shared(Vertx vertx, MetricsSource platform) {}

    /**
     * What the certificates of all proxies have in common.
     *
     * @param rootPem what istiod's certificate is checked against; asked for when a proxy starts
     * @param trustDomain of their SPIFFE identities
     * @param settings what is said now of the start of a pod's proxy
     */
    record Identities(
            Supplier<String> rootPem, String trustDomain, Function<StartSettings.Pod, StartSettings> settings) {}

    @Override
    public RunningProxy start(ProxySpec spec) throws InterruptedException {
        ProxyStart start = settings(spec);
        ProxyBootstrap bootstrap = bootstrap(spec, start);
        ProxyRole role = ProxyRole.of(bootstrap.node());
        Proxy proxy = role.verticle(bootstrap, accessLog);
        if (role.tellsPlatform(start.settings().proxyMetadata().get(ProxyRole.PLATFORM_METRICS))) {
            proxy.platform(process.platform());
        }
        String id = await(process.vertx().deployVerticle(proxy), spec, PATIENCE);
        return new Deployed(proxy, id, spec, PATIENCE.plus(bootstrap.drain().atStop()));
    }

    private final class Deployed implements RunningProxy {
        private final Proxy proxy;
        private final String id;
        private final ProxySpec spec;
        private final Duration endsWithin;

        Deployed(Proxy proxy, String id, ProxySpec spec, Duration endsWithin) {
            this.proxy = proxy;
            this.id = id;
            this.spec = spec;
            this.endsWithin = endsWithin;
        }

        @Override
        public boolean isReady() {
            return proxy.ready().succeeded();
        }

        @Override
        public List<String> holdUps() {
            return proxy.holdUps();
        }

        @Override
        public List<String> gaps() {
            return proxy.snapshot().gaps().stream().map(Object::toString).toList();
        }

        @Override
        public void stop() throws InterruptedException {
            await(process.vertx().undeploy(id), spec, endsWithin);
        }
    }

    private ProxyBootstrap bootstrap(ProxySpec spec, ProxyStart start) {
        String roots = identities.rootPem().get();
        var controlPlane = new dev.lateen.proxy.xds.bootstrap.ControlPlane(
                istiod.host(), istiod.port(), "", true, Tls.ofWorkload(roots, SERVER_NAME), Map.of());
        var identity = new IdentitySettings(
                istiod.host(),
                istiod.port(),
                SERVER_NAME,
                roots,
                spec.token(),
                identities.trustDomain(),
                spec.namespace(),
                spec.serviceAccount(),
                start.certificateLife());
        return new ProxyBootstrap(
                new XdsNode(
                        spec.nodeId(),
                        start.cluster(spec.cluster()),
                        start.metadata(spec.metadata()),
                        locality(spec.locality()),
                        "lateen",
                        Release.VERSION,
                        List.of()),
                0,
                new ProxyBootstrap.OwnAddresses(
                        new InetSocketAddress(spec.address(), ADMIN_PORT),
                        new InetSocketAddress(spec.address(), STATS_PORT),
                        new InetSocketAddress(spec.address(), READINESS_PORT)),
                new ProxyBootstrap.Discovery(controlPlane, Map.of(), identity),
                List.of(),
                new ProxyBootstrap.Drain(
                        start.settings().lifecycle().terminationDrainDuration(),
                        start.settings().lifecycle().drainDuration()),
                Map::of);
    }

    private ProxyStart settings(ProxySpec spec) {
        StartSettings own = StartSettings.parse(ProxyStart.ANNOTATION, spec.settings());
        var pod = new StartSettings.Pod(spec.namespace(), spec.labels(), own);
        return ProxyStart.of(ProxyStart.ANNOTATION, identities.settings().apply(pod));
    }

    private static Locality locality(String text) {
        String[] parts = text.split("/", 3);
        return new Locality(parts[0], parts.length > 1 ? parts[1] : "", parts.length > 2 ? parts[2] : "");
    }

    @Override
    public void close() {
        // The proxies are verticles of a Vert.x that its owner closes.
    }

    private static <T> T await(Future<T> future, ProxySpec spec, Duration patience) throws InterruptedException {
        try {
            return future.toCompletionStage().toCompletableFuture().get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new CommandFailure(CommandFailure.FAILED, "the proxy " + spec.nodeId() + ": " + e.getCause());
        } catch (TimeoutException e) {
            throw new CommandFailure(
                    CommandFailure.FAILED,
                    "the proxy " + spec.nodeId() + ": no answer within " + patience.toSeconds() + " s");
        }
    }
}
