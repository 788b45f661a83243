package dev.lateen.istiod;

import dev.lateen.api.metrics.MetricsSource;
import dev.lateen.istiod.ca.CertificateAuthority;
import dev.lateen.istiod.ca.TokenIssuer;
import dev.lateen.istiod.config.ConfigSource;
import dev.lateen.istiod.debug.Readiness;
import dev.lateen.istiod.discovery.ProxyStatus;
import dev.lateen.istiod.model.MeshSnapshot;
import dev.lateen.istiod.webhook.WebhookPort;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The control plane, as one verticle. Its deployment succeeds once its config is read, its first snapshot is in force and its ports are bound; it fails with
 * an {@link dev.lateen.istiod.config.InvalidConfigException}, or an {@link java.io.IOException} that names the file or flag. Undeploying ends all
 * streams and frees ports and threads. Its servers live on the verticle's event loop; whatever waits (the watch over files, the writer of snapshots, one loop for each
 * connected proxy) has a virtual thread. One process can hold many on different addresses and with different state directories. Methods are safe from any thread.
 */
public final class Istiod extends VerticleBase {
    private final IstiodBootstrap bootstrap;
    private final Surroundings surroundings;
    private volatile @Nullable IstiodParts running;
    private volatile Addresses addresses = new Addresses(0, 0, 0, 0, 0);

    /**
     * The ports that are really bound.
     *
     * @param grpc plaintext discovery
     * @param secureGrpc discovery and certificates over TLS
     * @param monitoring metrics, readiness, debug pages
     * @param http the same pages once more; 0 if not at all
     * @param webhooks what an API server asks; 0 if not at all
     */
    public record Addresses(int grpc, int secureGrpc, int monitoring, int http, int webhooks) {}

    /**
     * What the process around an istiod has for it.
     *
     * @param events learns of config changes, problems and proxies
     * @param readiness conditions of the caller's on {@code /ready}, which count from the first answer on; istiod adds its own
     * @param platform metrics of the process, told among istiod's own
     * @param sources what has objects beside the files of the bootstrap, which give way to them; closed with istiod
     * @param webhooks the port for what an API server asks; null for none
     */
    public record Surroundings(
            IstiodEvents events,
            Readiness readiness,
            MetricsSource platform,
            List<ConfigSource> sources,
            @Nullable WebhookPort webhooks) {
        /** No API server asks. */
        public Surroundings(
                IstiodEvents events, Readiness readiness, MetricsSource platform, List<ConfigSource> sources) {
            this(events, readiness, platform, sources, null);
        }

        /** Everything that is followed stands in files. */
        public Surroundings(IstiodEvents events, Readiness readiness, MetricsSource platform) {
            this(events, readiness, platform, List.of());
        }

        /** Nobody listens, and nothing else is told. */
        public static Surroundings none() {
            return of(IstiodEvents.NONE);
        }

        /** Somebody listens. */
        public static Surroundings of(IstiodEvents events) {
            return new Surroundings(events, new Readiness(), MetricsSource.NONE);
        }
    }

    /** One that is not deployed yet. */
    public Istiod(IstiodBootstrap bootstrap, Surroundings surroundings) {
        this.bootstrap = bootstrap;
        this.surroundings = surroundings;
    }

    @Override
    public Future<?> start() {
        return vertx.executeBlocking(() -> IstiodParts.prepare(vertx, bootstrap, surroundings), false)
                .compose(made -> {
                    IstiodParts prepared = Objects.requireNonNull(made);
                    running = prepared;
                    return prepared.open()
                            .onSuccess(bound -> addresses = bound)
                            .recover(failure -> prepared.close().transform(_ -> Future.failedFuture(failure)));
                });
    }

    /** The ports that are really bound. */
    public Addresses addresses() {
        return addresses;
    }

    /**
     * Mints tokens with which workloads on this machine prove who they are.
     *
     * @throws IllegalStateException in a cluster, which mints them itself
     */
    public TokenIssuer tokens() {
        TokenIssuer tokens = running().tokens;
        if (tokens == null) {
            throw new IllegalStateException("tokens are minted by the cluster");
        }
        return tokens;
    }

    /** The mesh's authority, for its root and for servers of the control plane such as the injector. */
    public CertificateAuthority authority() {
        return running().authority;
    }

    /** Every connected proxy as it stands. */
    public List<ProxyStatus> proxies() {
        return running().discovery.proxies();
    }

    /** The snapshot in force; null before the first. */
    public @Nullable MeshSnapshot snapshot() {
        IstiodParts now = running;
        return now == null ? null : now.writer.snapshot();
    }

    /** Whether this proxy (by its node id) has everything of the snapshot in force and has accepted all of it. */
    public boolean isInSync(String nodeId) {
        MeshSnapshot snapshot = snapshot();
        return snapshot != null
                && proxies().stream()
                        .filter(proxy -> proxy.node().id().equals(nodeId))
                        .anyMatch(proxy -> proxy.settledVersion() == snapshot.version()
                                && proxy.types().stream().allMatch(type -> type.rejection() == null));
    }

    private IstiodParts running() {
        IstiodParts now = running;
        if (now == null) {
            throw new IllegalStateException("istiod is not deployed yet");
        }
        return now;
    }

    @Override
    public Future<?> stop() {
        IstiodParts now = running;
        return now == null ? Future.succeededFuture() : now.close();
    }
}
