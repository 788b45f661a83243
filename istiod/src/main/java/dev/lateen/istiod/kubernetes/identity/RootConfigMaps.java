package dev.lateen.istiod.kubernetes.identity;

import dev.lateen.istiod.ca.CertificateAuthority;
import dev.lateen.istiod.kubernetes.connection.ApiServer;
import dev.lateen.istiod.kubernetes.leader.Leadership;
import dev.lateen.istiod.kubernetes.watch.KubernetesSource;
import dev.lateen.istiod.kubernetes.watch.Watched;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what everyone trusts in the ConfigMap {@code istio-ca-root-cert} of every namespace that is looked at, where pods find it: made where it is missing, mended where it is changed, written anew
 * when the root changes. At a bounded rate.
 */
public final class RootConfigMaps implements Leadership.Work {
    /** Istio's name. */
    public static final String NAME = "istio-ca-root-cert";

    private static final Logger LOG = LoggerFactory.getLogger(RootConfigMaps.class);
    private static final String KEY = "root-cert.pem";
    private static final String FIELD_MANAGER = "istiod";
    private static final long LOOK_MILLIS = 500;
    private static final int MOST_CALLS = 10;
    /** A namespace that can't be written to, such as one that is ending, is left alone for so many looks. */
    private static final int PAUSE = 20;

    /** Where no pod of a mesh is (Istio: the namespaces that are never injected). */
    private static final Set<String> WITHOUT =
            Set.of("kube-system", "kube-public", "kube-node-lease", "local-path-storage");

    private final ApiServer server;
    private final KubernetesSource source;
    private final CertificateAuthority authority;
    /** What the ConfigMaps hold, by namespace. */
    private final Map<String, String> there = new ConcurrentHashMap<>();

    private final Map<String, Integer> paused = new HashMap<>();

    /** @param source whose namespaces they are */
    public RootConfigMaps(ApiServer server, KubernetesSource source, CertificateAuthority authority) {
        this.server = server;
        this.source = source;
        this.authority = authority;
    }

    @Override
    public void run() throws InterruptedException {
        there.clear();
        paused.clear();
        try (Watched<ConfigMap> watched = watched()) {
            watched.start();
            while (!Thread.interrupted()) {
                if (watched.isSynced()) {
                    look();
                }
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            }
        }
    }

    private Watched<ConfigMap> watched() {
        return new Watched<>(
                "configmaps " + NAME,
                server.client().configMaps().inAnyNamespace().withField("metadata.name", NAME),
                ConfigMap::new,
                new Watched.Target<>() {
                    @Override
                    public void is(ConfigMap map) {
                        Map<String, String> data = map.getData() == null ? Map.of() : map.getData();
                        there.put(map.getMetadata().getNamespace(), data.getOrDefault(KEY, ""));
                    }

                    @Override
                    public void gone(ConfigMap map) {
                        there.remove(map.getMetadata().getNamespace());
                    }
                },
                () -> {});
    }

    private void look() {
        String root = authority.rootPem();
        paused.values().removeIf(looks -> looks <= 1);
        paused.replaceAll((_, looks) -> looks - 1);
        int left = MOST_CALLS;
        for (String namespace : source.namespaces()) {
            if (left == 0) {
                return;
            }
            if (!WITHOUT.contains(namespace) && !paused.containsKey(namespace) && !root.equals(there.get(namespace))) {
                left--;
                write(namespace, root);
            }
        }
    }

    private void write(String namespace, String root) {
        ConfigMap map = new ConfigMapBuilder()
                .withNewMetadata()
                .withName(NAME)
                .withNamespace(namespace)
                .addToLabels("istio.io/config", "true")
                .endMetadata()
                .addToData(KEY, root)
                .build();
        try {
            server.client()
                    .configMaps()
                    .inNamespace(namespace)
                    .resource(map)
                    .fieldManager(FIELD_MANAGER)
                    .forceConflicts()
                    .serverSideApply();
            there.put(namespace, root);
        } catch (KubernetesClientException e) {
            LOG.debug("ConfigMap {}/{}: {}", namespace, NAME, server.sentence(e));
            paused.put(namespace, PAUSE);
        }
    }
}
