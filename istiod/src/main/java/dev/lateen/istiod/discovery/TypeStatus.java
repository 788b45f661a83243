package dev.lateen.istiod.discovery;

import org.jspecify.annotations.Nullable;

/**
 * How far one proxy is with one type.
 *
 * @param typeUrl the type
 * @param subscribed how many names it asked for; -1 means all
 * @param held how many resources it has, as far as it was sent them
 * @param sentNonce the last response; empty before the first
 * @param sentVersion the snapshot of the last response
 * @param answeredNonce the last response it answered, accepting or not
 * @param ackedNonce the last response it accepted; empty before the first
 * @param ackedVersion the snapshot of the last response it accepted
 * @param rejection why it rejected what it has not been sent anew since; null if there is nothing of the kind
 */
public record TypeStatus(
        String typeUrl,
        int subscribed,
        int held,
        String sentNonce,
        String sentVersion,
        String answeredNonce,
        String ackedNonce,
        String ackedVersion,
        @Nullable String rejection) {

    /** Whether the last response was accepted, and nothing stands rejected. */
    public boolean isSynced() {
        return rejection == null && !sentNonce.isEmpty() && sentNonce.equals(ackedNonce);
    }
}
