package dev.lateen.istiod.kubernetes;

import dev.lateen.istiod.config.ConfigSource;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.util.function.LongSupplier;

/** A cluster that a control plane belongs to: its objects, and the connection over which it is spoken to. Safe from any thread. */
public final class HomeCluster implements AutoCloseable {
    /** For everything to be read once; a deployment waits no longer. */
    private static final Duration PATIENCE = Duration.ofSeconds(45);

    private final ApiServer server;
    private final KubernetesSource source;

    private HomeCluster(ApiServer server, KubernetesSource source) {
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
            return new HomeCluster(server, KubernetesSource.open(server, bootstrap, meshToo, PATIENCE, nanos));
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /** Its objects. */
    public ConfigSource source() {
        return source;
    }

    /** Stops following it; what its source said last stays. */
    @Override
    public void close() {
        source.close();
        server.close();
    }
}
