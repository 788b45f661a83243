package dev.lateen.proxy.xds.snapshot;

import dev.lateen.proxy.xds.decode.Decoded;
import dev.lateen.proxy.xds.decode.ResourceType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What follows from a response of a control plane, for the snapshot and for what is answered to it.
 *
 * @param type null when it was not asked for
 * @param typeUrl as the response has it
 * @param changed what was accepted
 * @param removed names that are gone; secrets that were rejected too, since nobody should wait for them
 * @param rejections empty when all was accepted
 * @param version of the response as a whole
 * @param nonce what its answer repeats
 */
public record Outcome(
        @Nullable ResourceType type,
        String typeUrl,
        List<Decoded.Accepted> changed,
        Collection<String> removed,
        List<Decoded.Rejected> rejections,
        String version,
        String nonce) {
    /** All that was rejected of it. */
    public List<Decoded.Rejected> rejections(List<Decoded.Rejected> late) {
        List<Decoded.Rejected> all = new ArrayList<>(rejections);
        all.addAll(late);
        return all;
    }
}
