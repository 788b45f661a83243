package dev.lateen.istiod.input;

import dev.lateen.api.resource.Origin;
import dev.lateen.api.resource.ResourceKey;
import java.util.List;

/**
 * What one change put in force.
 *
 * @param version of the config it made
 * @param meshConfig whether the mesh config says something else
 * @param resources that came, changed or went
 */
public record ConfigChange(long version, boolean meshConfig, List<ResourceChange> resources) {

    /** What happened to a resource. */
    public enum Kind {
        /** It was not there before. */
        ADDED,
        /** It says something else now. */
        CHANGED,
        /** It is gone. */
        REMOVED
    }

    /**
     * One resource's change.
     *
     * @param kind what happened
     * @param fate what has become of it; of what is gone, where it stood, and since when it is
     */
    public record ResourceChange(Kind kind, ObjectFate fate) {
        /** Which, such as {@code VirtualService default/reviews}. */
        public ResourceKey resource() {
            return fate.key().resource();
        }

        /** Where it stands, or stood. */
        public Origin origin() {
            return fate.origin();
        }
    }
}
