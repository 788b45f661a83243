package dev.lateen.istiod.discovery;

import io.envoyproxy.envoy.config.core.v3.Node;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One message of a client, whichever variant of the protocol it speaks.
 *
 * @param node who it is; only the first message must say
 * @param typeUrl the type it is about
 * @param nonce the response it answers; empty if none
 * @param rejection why it rejects that response; null if it doesn't
 * @param change what it wants from now on
 */
record ClientRequest(
        @Nullable Node node,
        String typeUrl,
        String nonce,
        @Nullable Rejection rejection,
        Change change) {

    /** Why a response is rejected: a code of gRPC's, and words. */
    record Rejection(int code, String reason) {}

    /** The words of a rejection; null if it is none. */
    @Nullable
    String error() {
        return rejection == null ? null : rejection.reason();
    }

    /** How the wanted names change. */
    sealed interface Change {
        /** All names, every time; none means all resources. */
        record Whole(List<String> names) implements Change {}

        /** Names added and removed, and, in the first message of a type, what the client has from an earlier stream (name to version). */
        record Difference(List<String> subscribe, List<String> unsubscribe, Map<String, String> initialVersions)
                implements Change {}

        /** How many names it holds. */
        default int size() {
            return switch (this) {
                case Whole whole -> whole.names().size();
                case Difference d ->
                    d.subscribe().size()
                            + d.unsubscribe().size()
                            + d.initialVersions().size();
            };
        }
    }
}
