package dev.lateen.install.run;

import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.metrics.MetricsSource;
import dev.lateen.api.yaml.Problem;
import dev.lateen.api.yaml.ResourceReader;
import dev.lateen.api.yaml.StartSettings;
import dev.lateen.install.failure.CommandFailure;
import dev.lateen.install.failure.IoReason;
import dev.lateen.install.platform.PlatformMetrics;
import dev.lateen.istiod.ConfigReview;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The real control plane and real proxies. */
final class LiveRoles implements MeshRoles {
    private static final long MAX_ACCESS_LOG = 64L * 1024 * 1024;

    private final RunBootstrap bootstrap;
    private final Vertx vertx;
    private final MetricsSource platform;
    private final MeshLog log;
    private final LiveControlPlane controlPlane;

    private LiveRoles(RunBootstrap bootstrap, Vertx vertx, MetricsSource platform, MeshLog log) {
        this.bootstrap = bootstrap;
        this.vertx = vertx;
        this.log = log;
        this.platform = platform;
        this.controlPlane = new LiveControlPlane(bootstrap, vertx, platform, log);
    }

    /** Makes them on a Vert.x whose doings are counted. */
    record Making(PlatformMetrics platform) implements Maker {
        @Override
        public MeshRoles make(RunBootstrap bootstrap, Vertx vertx, MeshLog log) {
            return new LiveRoles(bootstrap, vertx, platform, log);
        }

        @Override
        public Vertx vertx() {
            return platform.vertx(new VertxOptions());
        }
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
    public MeshControlPlane controlPlane() {
        return controlPlane;
    }

    @Override
    public ProxyHost proxies() {
        Path file = bootstrap.meshConfig();
        String text = file == null ? "" : text(file);
        ProxyStart.withoutEffect(ProxyStart.Place.RUN, StartSettings.ofMeshConfig(text))
                .forEach(named -> log.line(file + ": warning: defaultConfig." + named));
        String trustDomain = new ResourceReader()
                .readMeshConfig(String.valueOf(file), text)
                .settings()
                .map(MeshConfig::trustDomain)
                .orElse("cluster.local");
        return new LiveProxies(
                new LiveProxies.Shared(vertx, platform),
                bootstrap.addresses().secureGrpc().reachable(),
                new LiveProxies.Identities(controlPlane::rootPem, trustDomain, controlPlane::startSettings),
                new RollingFile(bootstrap.logs().resolve("access.log"), MAX_ACCESS_LOG));
    }

    private static String text(Path file) {
        try {
            if (!Files.isRegularFile(file)) {
                throw new NoSuchFileException(file.toString());
            }
            return Files.readString(file);
        } catch (IOException e) {
            throw new CommandFailure(
                    CommandFailure.BAD_INPUT, "--meshConfig: " + file + " can't be read: " + IoReason.of(e));
        }
    }
}
