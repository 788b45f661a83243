package dev.lateen.install.pod;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The files that Istio's injection template mounts into a proxy's container. */
@FunctionalInterface
public interface PodFiles {
    /** The pod's labels, by the downward API. */
    String LABELS = "/etc/istio/pod/labels";

    /** The pod's annotations, by the downward API. */
    String ANNOTATIONS = "/etc/istio/pod/annotations";

    /** The projected token of the service account, for the CA; the kubelet renews it. */
    String TOKEN = "/var/run/secrets/tokens/istio-token";

    /** The mesh's roots, from the ConfigMap {@code istio-ca-root-cert}. */
    String ROOTS = "/var/run/secrets/istio/root-cert.pem";

    /** Roots that somebody mounted themselves; they go first, as in Istio. */
    String MOUNTED_ROOTS = "/etc/certs/root-cert.pem";

    /** The directory of an SDS server in the pod, such as SPIRE's. */
    String IDENTITY_SOCKETS = "/var/run/secrets/workload-spiffe-uds/";

    /** Mesh config that a gateway may have mounted. */
    String MESH_CONFIG = "/etc/istio/config/mesh";

    /**
     * The text of a file.
     *
     * @param path an absolute path in the container
     * @return null if there is no such file
     * @throws IOException if it is there and can't be read
     */
    @Nullable
    String read(String path) throws IOException;

    /** Whether there is anything of that name, such as a socket. */
    default boolean exists(String path) {
        return false;
    }

    /** Those of this container, or of a directory that looks like one. */
    static PodFiles under(Path root) {
        return new PodFiles() {
            @Override
            public @Nullable String read(String path) throws IOException {
                try {
                    return Files.readString(root.resolve(path.substring(1)));
                } catch (NoSuchFileException e) {
                    return null;
                }
            }

            @Override
            public boolean exists(String path) {
                return Files.exists(root.resolve(path.substring(1)));
            }
        };
    }
}
