package dev.lateen.istiod.input;

import dev.lateen.api.resource.Origin;
import dev.lateen.api.resource.ResourceKey;
import dev.lateen.api.yaml.Problem;
import java.util.List;

/** What a source has under one key. */
public sealed interface Offer {
    /** What tells the object from all others of its cluster. */
    ResourceKey key();

    /** Where it stands. */
    Origin origin();

    /** What is wrong or doubtful about it alone. */
    List<Problem> problems();

    /**
     * An object that could be read.
     *
     * @param object what it says
     * @param problems doubts, none of them an error
     */
    record Read(ConfigObject object, List<Problem> problems) implements Offer {
        @Override
        public ResourceKey key() {
            return object.key();
        }

        @Override
        public Origin origin() {
            return object.origin();
        }
    }

    /**
     * An object that can't be taken as it stands.
     *
     * @param key what it is called
     * @param origin where it stands
     * @param problems why; at least one is an error
     */
    record Refused(ResourceKey key, Origin origin, List<Problem> problems) implements Offer {}
}
