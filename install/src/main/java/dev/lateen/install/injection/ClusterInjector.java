package dev.lateen.install.injection;

import dev.lateen.api.yaml.StartSettings;
import dev.lateen.injector.Injection;
import dev.lateen.injector.InjectionRoutes;
import dev.lateen.injector.InjectorConfig;
import dev.lateen.injector.NamespaceMarks;
import dev.lateen.istiod.kubernetes.connection.ApiServer;
import dev.lateen.istiod.kubernetes.connection.ClusterBootstrap;
import dev.lateen.istiod.model.MeshSnapshot;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Injects by what a cluster says: its ConfigMaps {@code istio-sidecar-injector} and {@code istio} (with the revision behind them, unless it is the default one), its
 * namespaces, and the ProxyConfigs that istiod knows. A ConfigMap that makes no sense leaves the last good one in force. Safe from any thread.
 */
public final class ClusterInjector implements AutoCloseable {
    private static final String DEFAULT_REVISION = "default";
    /** The first of Kubernetes' versions 1.x that has native sidecars without being asked. */
    private static final int NATIVE_SINCE = 29;

    private final ApiServer server;
    private final ClusterBootstrap bootstrap;
    private final Supplier<@Nullable MeshSnapshot> snapshot;
    private final SharedIndexInformer<ConfigMap> maps;
    private final SharedIndexInformer<Namespace> namespaces;
    private final InjectorTexts texts = new InjectorTexts();
    private final boolean nativeSidecars;
    private volatile @Nullable InjectionRoutes routes;

    private ClusterInjector(ApiServer server, ClusterBootstrap bootstrap, Supplier<@Nullable MeshSnapshot> snapshot) {
        this.server = server;
        this.bootstrap = bootstrap;
        this.snapshot = snapshot;
        KubernetesClient client = server.client();
        this.nativeSidecars = nativeSidecars(client);
        this.maps = client.configMaps().inNamespace(bootstrap.namespace()).inform();
        this.namespaces = client.namespaces().inform();
    }

    /**
     * Connects to the cluster and reads what it is told there. Blocks.
     *
     * @param snapshot the configuration in force; null before the first
     * @throws IOException in one sentence, if it can't be reached or may not be read
     */
    public static ClusterInjector open(
            Vertx vertx, ClusterBootstrap bootstrap, Supplier<@Nullable MeshSnapshot> snapshot) throws IOException {
        ApiServer server = ApiServer.connect(vertx, bootstrap);
        try {
            return new ClusterInjector(server, bootstrap, snapshot);
        } catch (KubernetesClientException e) {
            String sentence = server.sentence(e);
            server.close();
            throw new IOException(sentence, e);
        }
    }

    private static boolean nativeSidecars(KubernetesClient client) {
        String minor = client.getKubernetesVersion().getMinor().replaceAll("\\D.*", "");
        return !minor.isEmpty() && Integer.parseInt(minor) >= NATIVE_SINCE;
    }

    /** Takes its path on the port of istiod's webhooks. */
    public void serveOn(Vertx vertx, Router router) {
        Injection injection = new Injection(
                this::config,
                new Injection.Surroundings(this::start, () -> texts.mesh(text("istio", "mesh")), _ -> nativeSidecars));
        InjectionRoutes made =
                new InjectionRoutes(vertx, injection, this::marks, new RefusalEvents(server, System::nanoTime));
        routes = made;
        made.serveOn(router);
    }

    private InjectorConfig config() {
        return texts.config(text("istio-sidecar-injector", "values"), text("istio-sidecar-injector", "config"));
    }

    private StartSettings start(StartSettings.Pod pod) {
        StartSettings mesh = texts.start(text("istio", "mesh"));
        return SnapshotStart.of(mesh, snapshot.get(), pod);
    }

    /** The text under a key of a ConfigMap; empty if there is none. */
    private String text(String map, String key) {
        String revision = bootstrap.revision();
        boolean plain = revision.isEmpty() || revision.equals(DEFAULT_REVISION);
        ConfigMap found =
                maps.getIndexer().getByKey(bootstrap.namespace() + "/" + (plain ? map : map + "-" + revision));
        return found == null || found.getData() == null ? "" : found.getData().getOrDefault(key, "");
    }

    private NamespaceMarks marks(String namespace) {
        Namespace found = namespaces.getIndexer().getByKey(namespace);
        return found == null
                ? NamespaceMarks.UNKNOWN
                : new NamespaceMarks(
                        Objects.requireNonNullElse(found.getMetadata().getLabels(), Map.of()),
                        Objects.requireNonNullElse(found.getMetadata().getAnnotations(), Map.of()));
    }

    /** Calls the API server. */
    @Override
    public void close() {
        InjectionRoutes made = routes;
        if (made != null) {
            made.close();
        }
        maps.close();
        namespaces.close();
        server.close();
    }
}
