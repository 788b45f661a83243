package dev.lateen.istiod.registry;

import dev.lateen.istiod.input.ConfigObject;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;

/** The Kubernetes objects that the registry reads. */
record KubernetesObjects(List<ConfigObject.OfKubernetes> objects) {
    /** All objects of one kind, as read. */
    <T extends HasMetadata> List<T> all(Class<T> type) {
        return objects.stream()
                .map(ConfigObject.OfKubernetes::object)
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }

    /** All objects with their origins. */
    List<ConfigObject.OfKubernetes> typed(Class<? extends HasMetadata> type) {
        return objects.stream().filter(t -> type.isInstance(t.object())).toList();
    }
}
