package dev.lateen.install.tools;

import dev.lateen.install.reach.ClusterReach;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A cluster's mesh, asked through its API server.
 *
 * @param adminPort of proxies, in their pods
 */
record MeshOfCluster(ClusterReach reach, int adminPort) implements AskedMesh {
    @Override
    public List<IstiodPage> istiods(String path) {
        return reach.istiods(path).stream()
                .map(answer -> new IstiodPage(answer.pod(), answer.revision(), answer.text(), answer.failure()))
                .toList();
    }

    @Override
    public ProxyPages proxy(String given) {
        return new Pages(reach, reach.proxy(given), adminPort);
    }

    /** Each would be a way of its own through the API server: a table of many must not open them all. */
    @Override
    public @Nullable ProxyPages neighbour(String name) {
        return null;
    }

    @Override
    public void close() {
        reach.close();
    }

    private record Pages(ClusterReach reach, Pod pod, int port) implements ProxyPages {
        @Override
        public String name() {
            return ClusterReach.name(pod);
        }

        @Override
        public String get(String path) {
            return reach.get(pod, port, path);
        }

        @Override
        public String post(String path) {
            return reach.post(pod, port, path);
        }
    }
}
