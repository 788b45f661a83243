package dev.lateen.proxy.jwt;

import dev.lateen.proxy.model.JwtProvider;
import dev.lateen.proxy.model.StructValue;
import java.util.Map;

/** What becomes of a request by its tokens. */
public sealed interface JwtDecision {
    /** It goes on. @param changes what the filter makes of it */
    record Passed(JwtChanges changes) implements JwtDecision {}

    /**
     * It has not what is required.
     *
     * @param metadata what logs see all the same
     */
    record Refused(JwtStatus status, Map<String, StructValue> metadata) implements JwtDecision {
        public Refused {
            metadata = Map.copyOf(metadata);
        }
    }

    /** First keys have to be fetched. Then the request is looked at again from the beginning. */
    record KeysWanted(JwtProvider.Keys.Remote from) implements JwtDecision {}
}
