package dev.lateen.api.extensions;

import dev.lateen.api.schema.Range;
import dev.lateen.api.schema.Required;
import dev.lateen.api.schema.Uint32;
import dev.lateen.api.schema.Unique;
import java.util.List;

/** The traffic meant: all that is said must hold. */
public record TrafficSelector(
        WorkloadMode mode, @Unique("number") List<PortNumber> ports) {
    /** Which side of a call is meant. */
    public enum WorkloadMode {
        /** As CLIENT_AND_SERVER. */
        UNDEFINED,
        /** The outbound side. */
        CLIENT,
        /** The inbound side. */
        SERVER,
        /** Both. */
        CLIENT_AND_SERVER
    }

    /** A port. */
    public record PortNumber(
            @Required @Uint32 @Range(min = 1, max = 65535) int number) {}
}
