package dev.lateen.install.run;

import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.schema.GoDuration;
import dev.lateen.api.yaml.Problem;
import dev.lateen.api.yaml.ResourceReader;
import dev.lateen.install.CommandFailure;
import dev.lateen.install.IoReason;
import dev.lateen.istiod.ConfigReview;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The real control plane and real proxies. */
final class LiveRoles implements MeshRoles {
    private static final long MAX_ACCESS_LOG = 64L * 1024 * 1024;

    private final RunBootstrap bootstrap;
    private final Vertx vertx;
    private final LiveControlPlane controlPlane;

    LiveRoles(RunBootstrap bootstrap, Vertx vertx, MeshLog log) {
        this.bootstrap = bootstrap;
        this.vertx = vertx;
        this.controlPlane = new LiveControlPlane(bootstrap, vertx, log);
    }

    @Override
    public List<String> problems(List<Path> paths) {
        return problems(paths, bootstrap.meshConfig()).stream()
                .filter(Problem::isError)
                .map(Problem::toString)
                .toList();
    }

    /** What istiod finds wrong with config, or doubtful. */
    static List<Problem> problems(List<Path> paths, @Nullable Path meshConfig) {
        return ConfigReview.of(paths, meshConfig);
    }

    @Override
    public ControlPlane controlPlane() {
        return controlPlane;
    }

    @Override
    public ProxyHost proxies() {
        Optional<MeshConfig> mesh = meshConfig();
        String trustDomain = mesh.map(MeshConfig::trustDomain).orElse("cluster.local");
        Duration ttl = mesh.map(config -> config.defaultConfig().proxyMetadata().get("SECRET_TTL"))
                .flatMap(GoDuration::parse)
                .filter(Duration::isPositive)
                .orElse(Duration.ofHours(24));
        return new LiveProxies(
                vertx,
                bootstrap.addresses().secureGrpc().reachable(),
                new LiveProxies.Identities(controlPlane::rootPem, trustDomain, ttl),
                new RollingFile(bootstrap.logs().resolve("access.log"), MAX_ACCESS_LOG));
    }

    private Optional<MeshConfig> meshConfig() {
        Path file = bootstrap.meshConfig();
        if (file == null) {
            return Optional.empty();
        }
        try {
            return new ResourceReader()
                    .readMeshConfig(file.toString(), Files.readString(file))
                    .settings();
        } catch (IOException e) {
            throw new CommandFailure(
                    CommandFailure.BAD_INPUT, "--meshConfig: " + file + " can't be read: " + IoReason.of(e));
        }
    }
}
