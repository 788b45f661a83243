package dev.lateen.istiod.input;

import dev.lateen.api.resource.Origin;
import dev.lateen.api.yaml.Problem;
import java.util.List;

/**
 * What became of one object: whether it was taken as it stands, since when what is in force of it is in force, and what is wrong or doubtful about it.
 *
 * @param key which object
 * @param origin where it stands now; in a cluster with uid, generation and resourceVersion
 * @param verdict whether it is taken as it stands
 * @param inForceSince the version of the config that first had what is in force of it; 0 if nothing is
 * @param problems why it is refused, or what is passed over in it; doubts about what it refers to are not among them
 */
public record ObjectFate(ObjectKey key, Origin origin, Verdict verdict, long inForceSince, List<Problem> problems) {
    /** Whether an object is taken as it stands. */
    public enum Verdict {
        /** It is in force. */
        ACCEPTED,
        /** It is not; what was last good of it is in force, if anything ever was. */
        REFUSED
    }

    /** Copies the list. */
    public ObjectFate {
        problems = List.copyOf(problems);
    }

    /** Whether a config has what is in force of it, as far as one of its version can. */
    public boolean isIn(long version) {
        return inForceSince <= version;
    }

    /** Whether an older form of it is in force in its place. */
    public boolean keepsLastGood() {
        return verdict == Verdict.REFUSED && inForceSince > 0;
    }
}
