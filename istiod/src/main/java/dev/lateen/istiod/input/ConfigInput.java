package dev.lateen.istiod.input;

import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.resource.Resource;
import dev.lateen.api.yaml.RawDocument;
import java.util.List;

/**
 * Everything users have said at one time, checked: the sole input of the mesh's snapshot. Immutable. A resource, document or mesh config that
 * did not change is the same object as in the input before.
 *
 * @param version counts up with every change
 * @param mesh the mesh config of the same time
 * @param resources of Istio's kinds, valid each and without duplicates
 * @param documents of all other kinds, as they were written
 */
public record ConfigInput(long version, MeshConfig mesh, List<Resource<?>> resources, List<RawDocument> documents) {
    /** Copies the lists. */
    public ConfigInput {
        resources = List.copyOf(resources);
        documents = List.copyOf(documents);
    }
}
