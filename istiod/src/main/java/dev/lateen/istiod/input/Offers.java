package dev.lateen.istiod.input;

import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.resource.ResourceKey;
import dev.lateen.api.yaml.Problem;
import dev.lateen.istiod.persistent.PersistentMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that one source says at one time. It shares its parts with what the source said before, so that what changed between two times is found without a
 * look at the rest.
 *
 * @param objects by their keys
 * @param mesh the mesh config; null if this source has none
 * @param problems of the source as a whole, such as a file that can't be read; those of single objects stand with these
 */
public record Offers(
        PersistentMap<ResourceKey, Offer> objects, @Nullable MeshConfig mesh, List<Problem> problems) {
    /** A source that says nothing. */
    public static final Offers NOTHING = new Offers(PersistentMap.empty(), null, List.of());

    /** Copies the list. */
    public Offers {
        problems = List.copyOf(problems);
    }
}
