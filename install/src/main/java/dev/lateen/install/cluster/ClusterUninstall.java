package dev.lateen.install.cluster;

import dev.lateen.install.manifest.Ownership;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Takes installations out of a cluster. Blocks. */
public final class ClusterUninstall {
    /** The label of what istiod itself writes into namespaces. */
    private static final String WRITTEN = "istio.io/config";

    private final ApiObjects objects;
    private final Rollout rollout;
    private final Consumer<String> progress;

    /**
     * For one cluster.
     *
     * @param progress is told what was removed, and what is waited for
     * @param patience how long the API server may take to clear up
     */
    public ClusterUninstall(KubernetesClient client, Consumer<String> progress, Duration patience) {
        this.objects = new ApiObjects(client);
        this.rollout = new Rollout(client, progress, patience);
        this.progress = progress;
    }

    /** What one revision consists of, in the order in which it may be removed. */
    public List<HasMetadata> ofRevision(String revision) {
        return new Owned(objects).ofRevision(revision);
    }

    /**
     * All revisions, what istiod wrote (certificates, leases, roots), and at last the definitions of resources, with all resources of users, and namespaces that
     * an installation made.
     */
    public List<HasMetadata> everything() {
        List<HasMetadata> all = new ArrayList<>(new Owned(objects).all());
        for (Class<? extends HasMetadata> kind : List.of(Lease.class, ConfigMap.class, Secret.class)) {
            all.addAll(objects.labelled(kind, WRITTEN, "true"));
        }
        for (Class<? extends HasMetadata> kind : List.of(CustomResourceDefinition.class, Namespace.class)) {
            all.addAll(objects.labelled(kind, Ownership.MANAGED_BY, Ownership.LATEEN));
        }
        return all;
    }

    /** Removes objects one after the other, and waits until all are gone: with a namespace or a definition goes what is in it. */
    public void remove(List<HasMetadata> doomed) throws InterruptedException {
        for (HasMetadata object : doomed) {
            objects.delete(object);
            progress.accept("removed: " + ApiObjects.name(object));
        }
        rollout.gone(doomed, objects);
    }

    /** As users name an object. */
    public static String name(HasMetadata object) {
        return ApiObjects.name(object);
    }
}
