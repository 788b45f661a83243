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
     * @param resource which, such as {@code VirtualService default/reviews}
     * @param origin where it stands, or stood
     */
    public record ResourceChange(Kind kind, ResourceKey resource, Origin origin) {}
}
