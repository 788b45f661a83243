package dev.lateen.proxy.xds.snapshot;

import dev.lateen.proxy.xds.decode.Received;
import dev.lateen.proxy.xds.decode.ResourceType;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What became of everything that control planes sent, for {@code /config_dump}: in force, warming, rejected.
 *
 * @param entries by type, in the order of their names; resources of the bootstrap are not among them
 */
public record ConfigState(Map<ResourceType, List<Entry>> entries) {
    /** Nothing was sent. */
    public static final ConfigState EMPTY = new ConfigState(Map.of());

    public ConfigState {
        entries = Map.copyOf(entries);
    }

    /** Those of one type. */
    public List<Entry> of(ResourceType type) {
        return entries.getOrDefault(type, List.of());
    }

    /**
     * One name. A secret that is asked for and not there has none of the three.
     *
     * @param active what is in force
     * @param warming what waits for something else
     * @param failure the last rejection, null when something good came after it
     */
    public record Entry(
            String name,
            @Nullable Received active,
            @Nullable Received warming,
            @Nullable Failure failure) {}

    /** {@code envoy.admin.v3.UpdateFailureState}. @param details the text of the NACK */
    public record Failure(String details, String version, Instant at) {}
}
