package dev.lateen.istiod.config;

import dev.lateen.api.resource.Resource;
import dev.lateen.istiod.registry.KubernetesDocument;
import java.util.List;

/**
 * Everything users have said at one time, checked: the sole input of the mesh's snapshot beside its mesh config. Immutable. A resource or
 * document that did not change is the same object as in the input before.
 *
 * @param version counts up with every change
 * @param resources of Istio's kinds, valid each and without duplicates
 * @param documents of all other kinds, as they were written
 */
public record ConfigInput(long version, List<Resource<?>> resources, List<KubernetesDocument> documents) {
    /** Nothing. */
    public static final ConfigInput EMPTY = new ConfigInput(0, List.of(), List.of());

    /** Copies the lists. */
    public ConfigInput {
        resources = List.copyOf(resources);
        documents = List.copyOf(documents);
    }
}
