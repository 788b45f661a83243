package dev.lateen.istiod.kubernetes;

import dev.lateen.istiod.kubernetes.connection.ApiServer;
import dev.lateen.istiod.kubernetes.connection.ClusterBootstrap;
import dev.lateen.istiod.kubernetes.leader.Leadership;
import dev.lateen.istiod.kubernetes.status.MeshFacts;
import dev.lateen.istiod.kubernetes.status.StatusCalls;
import dev.lateen.istiod.kubernetes.status.StatusWriter;
import dev.lateen.istiod.kubernetes.watch.KubernetesSource;

import dev.lateen.istiod.config.ConfigSource;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A cluster that a control plane belongs to: its objects, what is written back to it, and who of several control planes leads. Safe from any thread. */
public final class HomeCluster implements AutoCloseable {
    /** For everything to be read once; a deployment waits no longer. */
    private static final Duration PATIENCE = Duration.ofSeconds(45);

    private final ClusterBootstrap bootstrap;
    private final ApiServer server;
    private final KubernetesSource source;
    private volatile @Nullable Leadership leadership;

    private HomeCluster(ClusterBootstrap bootstrap, ApiServer server, KubernetesSource source) {
        this.bootstrap = bootstrap;
        this.server = server;
        this.source = source;
    }

    /**
     * Connects to a cluster and reads all of it. Blocks.
     *
     * @param meshToo whether mesh config is read there; a file of mesh config takes its place, as in Istio
     * @param nanos a clock for durations, such as {@code System::nanoTime}
     * @throws IOException in one sentence, if it can't be reached or may not be read
     */
    public static HomeCluster open(Vertx vertx, ClusterBootstrap bootstrap, boolean meshToo, LongSupplier nanos)
            throws IOException {
        ApiServer server = ApiServer.connect(vertx, bootstrap);
        try {
            return new HomeCluster(
                    bootstrap, server, KubernetesSource.open(server, bootstrap, meshToo, PATIENCE, nanos));
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /** Its objects. */
    public ConfigSource source() {
        return source;
    }

    /** Begins to write back what becomes of its objects, whenever this control plane leads. */
    public void begin(MeshFacts facts, InstantSource clock) {
        Leadership begun = new Leadership(
                server, bootstrap, List.of(new StatusWriter(source, facts, new StatusCalls(server), clock)));
        leadership = begun;
        begun.start();
    }

    /** Gives up the lead and stops following it; what its source said last stays. Calls the API server. */
    @Override
    public void close() {
        Leadership begun = leadership;
        if (begun != null) {
            begun.close();
        }
        source.close();
        server.close();
    }
}
