package dev.lateen.proxy.xds;

import com.google.protobuf.ByteString;
import dev.lateen.proxy.xds.decode.Decoded;
import dev.lateen.proxy.xds.decode.ResourceType;
import dev.lateen.proxy.xds.snapshot.Outcome;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is said on a discovery stream, without the stream: pure state that outlives it, so that a new stream goes on where the old one died.
 * Used by one thread at a time.
 */
sealed interface DiscoveryProtocol permits DeltaProtocol, StateOfTheWorldProtocol {
    /** The first requests of a new stream, for every type that is asked for. */
    List<ByteString> open();

    /** Asks for these names (all, for a wildcard type) from now on. @return requests to send when the stream is open */
    List<ByteString> subscribe(ResourceType type, Set<String> names);

    /** Reads a response. @throws ConfigException when it is none */
    DiscoveryMessages.Response read(ByteString message);

    /** Takes note of what could be decoded of a response. */
    Outcome handle(DiscoveryMessages.Response response, List<Decoded> decoded);

    /**
     * The ACK or NACK of a response that was handled on this stream.
     *
     * @param late what could be decoded and yet not be put in force
     */
    ByteString answer(Outcome outcome, List<Decoded.Rejected> late);

    /** At most this much of the rejections goes back to the control plane. */
    int MAX_ERROR_LENGTH = 4000;

    /** The names of the secrets that were rejected. A new set. */
    static Set<String> brokenSecrets(@Nullable ResourceType type, List<Decoded> decoded) {
        Set<String> names = new HashSet<>();
        for (Decoded resource : decoded) {
            if (type == ResourceType.SECRET && resource instanceof Decoded.Rejected rejected) {
                names.add(rejected.name());
            }
        }
        return names;
    }

    /** The text of a NACK, null for an ACK. */
    static @Nullable String error(List<Decoded.Rejected> rejections) {
        if (rejections.isEmpty()) {
            return null;
        }
        String text = String.join(
                "\n", rejections.stream().map(Decoded.Rejected::reason).toList());
        return text.length() <= MAX_ERROR_LENGTH ? text : text.substring(0, MAX_ERROR_LENGTH) + "…";
    }
}
