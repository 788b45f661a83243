package dev.lateen.install.manifest;

import dev.lateen.api.crd.CustomResourceDefinitions;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** The definitions of the kinds that users write, as they are installed. */
final class Definitions {
    private Definitions() {}

    /** One for each kind. Generic, so that nothing of a schema is lost on the way through a library's own model of one. */
    static List<HasMetadata> all() {
        KubernetesSerialization kubernetes = new KubernetesSerialization();
        List<HasMetadata> all = new ArrayList<>();
        for (ObjectNode definition : CustomResourceDefinitions.all()) {
            GenericKubernetesResource object =
                    kubernetes.unmarshal(definition.toString(), GenericKubernetesResource.class);
            object.getMetadata().getLabels().put(Ownership.MANAGED_BY, Ownership.LATEEN);
            all.add(object);
        }
        return all;
    }
}
