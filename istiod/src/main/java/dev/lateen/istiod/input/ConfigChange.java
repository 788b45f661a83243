package dev.lateen.istiod.input;

import java.util.List;

/**
 * What one edit put in force.
 *
 * @param version of the config it made
 * @param files that were read anew or are gone, as the user named them
 * @param resources that came, changed or went
 */
public record ConfigChange(long version, List<String> files, List<ResourceChange> resources) {

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
     * @param resource such as {@code VirtualService default/reviews}
     * @param file where it stands, or stood
     */
    public record ResourceChange(Kind kind, String resource, String file) {}
}
